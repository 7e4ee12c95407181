import { removeAllFactors } from '../../lambdas/factors/enrolment.ts';
import { DynamoFactorStore } from '../../lambdas/factors/factor-store.ts';
import { systemClock, timestamp } from '../../lambdas/kernel/clock.ts';
import { hashLinkSecret, linkToken, linkUrl, newLinkSecret } from '../../lambdas/mail/link.ts';
import { DynamoLinkStore } from '../../lambdas/mail/link-store.ts';
import { DynamoAccountStore } from '../../lambdas/people/account-store.ts';
import { DynamoPeopleStore } from '../../lambdas/people/people-store.ts';
import type { Person } from '../../lambdas/people/person.ts';
import { personFacts } from '../../lambdas/people/verification.ts';
import { resetOf } from '../../lambdas/recovery/recovery.ts';
import { DynamoRecoveryStore } from '../../lambdas/recovery/recovery-store.ts';
import { DynamoSessionStore } from '../../lambdas/sessions/session-store.ts';
import { operator } from '../change.ts';
import type { Command } from '../command.ts';
import { OpsError, type Target } from '../target.ts';
import { named } from './tenants.ts';

export const userCommands: readonly Command[] = [
  {
    usage: 'users list --tenant ID',
    summary: 'the people of a tenant',
    run: async (_args, options, target) => {
      const { id: tenant } = await named(options.tenant, target);
      const people = peopleOf(target);
      const found: Person[] = [];
      let after: string | null | undefined;
      do {
        const page = await people.page(tenant, 100, after ?? undefined);
        found.push(...page.people);
        after = page.next;
      } while (after !== null);
      return found.map(({ userId, email, fullName, role, factors, createdAt, createdBy }) => ({
        id: userId,
        email,
        name: fullName,
        role,
        factors: factors.join(' '),
        created: timestamp(createdAt),
        created_by: createdBy,
      }));
    },
  },
  {
    usage: 'users reset-factors ID --tenant ID',
    summary: 'remove the second factors of a person who has lost them; they are told by mail',
    run: async ([id = ''], options, target) => {
      const { id: tenant } = await named(options.tenant, target);
      const person = await peopleOf(target).find(tenant, id);
      if (person === undefined) throw new OpsError(`There is no person ${id} in the tenant ${tenant}.`);
      const factors = new DynamoFactorStore(target.table);
      await removeAllFactors(person, operator(), { factors, clock: systemClock });
      return [{ id, email: person.email, removed: person.factors.join(' ') }];
    },
  },
  {
    usage: 'users reset ID --tenant ID [--print] [--dry-run]',
    summary: 'end the password and the sessions of a person, and mail them a link, or print it',
    run: async ([id = ''], { tenant, print = false, 'dry-run': dryRun = false }, target) => {
      const { id: tenantId } = await named(tenant, target);
      const person = await peopleOf(target).find(tenantId, id);
      if (person === undefined) throw new OpsError(`There is no user ${id} in this tenant.`);
      const shown = { id, email: person.email };
      if (dryRun) return { ...shown, changed: 'nothing (--dry-run)' };
      if (print) return { ...shown, below_the_url_of_the_api: await passwordLink(person, target) };
      await resetOf(personFacts(person), 'en', operator(), resetContext(target));
      return { ...shown, mailed: 'a link, good for 30 minutes' };
    },
  },
];

/** The people of a deployment. No role that manages people is known: commands add and remove operators only. */
export function peopleOf({ table }: Pick<Target, 'table'>): DynamoPeopleStore {
  return new DynamoPeopleStore(table, { peopleManagers: [] });
}

function resetContext({ table }: Pick<Target, 'table'>) {
  return {
    recovery: new DynamoRecoveryStore(table),
    people: peopleOf({ table }),
    accounts: new DynamoAccountStore(table),
    sessions: new DynamoSessionStore(table),
    clock: systemClock,
  };
}

/**
 * Ends the password and the sessions of a person. Gives the path, below the API's URL, of the page where they choose
 * another: it is good once, for 30 minutes, and is nowhere else.
 */
export async function passwordLink(person: Person, target: Pick<Target, 'table'>): Promise<string> {
  const linkId = await resetOf(personFacts(person), null, operator(), resetContext(target));
  const secret = newLinkSecret();
  await new DynamoLinkStore(target.table).arm(linkId, hashLinkSecret(secret), systemClock());
  return linkUrl('', 'reset', linkToken(linkId, secret));
}
