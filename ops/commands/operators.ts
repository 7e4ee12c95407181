import { OPERATORS_TENANT } from '../../lambdas/contract/operators.ts';
import { systemClock, timestamp } from '../../lambdas/kernel/clock.ts';
import { DynamoOperatorStore } from '../../lambdas/operators/operator-store.ts';
import { parseEmail } from '../../lambdas/people/email-address.ts';
import type { Person } from '../../lambdas/people/person.ts';
import { requirePasswordAllowed } from '../../lambdas/people/required-provider.ts';
import { DynamoSessionStore } from '../../lambdas/sessions/session-store.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import { operator } from '../change.ts';
import type { Command } from '../command.ts';
import { OpsError, type Target } from '../target.ts';
import { passwordLink, peopleOf } from './users.ts';

/** Operators of a deployment at most: they are listed at once. */
const MAX_OPERATORS = 100;

export const operatorCommands: readonly Command[] = [
  {
    usage: 'operator list',
    summary: 'who may use the operators’ console',
    run: async (_args, _options, target) =>
      (await operators(target)).map(({ userId, email, fullName, factors, createdAt }) => ({
        id: userId,
        email,
        name: fullName,
        factors: factors.join(' '),
        created: timestamp(createdAt),
      })),
  },
  {
    usage: 'operator add EMAIL [--dry-run]',
    summary: 'make an operator; prints the link, once, by which they choose a password',
    run: async ([address = ''], { 'dry-run': dryRun = false }, target) => {
      const settings = await loadSettings({});
      const { config } = settings;
      if (!(target.hasOperators ?? config.operators))
        throw new OpsError(
          'The deployment has no operators: set operators: true in latchkey.config.ts, and deploy it.',
        );
      const parsed = parseEmail(address);
      if (!('email' in parsed)) throw new OpsError(`${address} is no e-mail address.`);
      const { email } = parsed;
      // They choose a password, and have no other way in.
      requirePasswordAllowed(email, deploymentOf(settings));
      if ((await operators(target)).length >= MAX_OPERATORS)
        throw new OpsError(`There are at most ${MAX_OPERATORS} operators: remove one first.`);
      if (dryRun) return { email, changed: 'nothing (--dry-run)' };
      const store = new DynamoOperatorStore(target.table);
      const wanted = { email, fullName: null, tier: config.initialTier };
      const person = await store.add(wanted, operator(), systemClock());
      return { id: person.userId, email, below_the_url_of_the_api: await passwordLink(person, target) };
    },
  },
  {
    usage: 'operator remove ID [--dry-run]',
    summary: 'remove an operator, with their sessions and second factors',
    run: async ([id = ''], { 'dry-run': dryRun = false }, target) => {
      const people = peopleOf(target);
      const person = await people.find(OPERATORS_TENANT, id);
      if (person === undefined) throw new OpsError(`There is no operator ${id}.`);
      const shown = { id, email: person.email };
      if (dryRun) return { ...shown, changed: 'nothing (--dry-run)' };
      const origin = operator();
      await people.remove(person, origin, systemClock());
      await new DynamoSessionStore(target.table).settle(id, undefined, origin);
      return { ...shown, removed: true };
    },
  },
];

async function operators(target: Target): Promise<readonly Person[]> {
  return (await peopleOf(target).page(OPERATORS_TENANT, MAX_OPERATORS)).people;
}
