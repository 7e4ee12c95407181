import { timestamp } from '../../lambdas/kernel/clock.ts';
import { DynamoPeopleStore } from '../../lambdas/people/people-store.ts';
import type { Person } from '../../lambdas/people/person.ts';
import type { Command } from '../command.ts';
import { named } from './tenants.ts';

export const userCommands: readonly Command[] = [
  {
    usage: 'users list --tenant ID',
    summary: 'the people of a tenant',
    run: async (_args, options, target) => {
      const { id: tenant } = await named(options.tenant, target);
      // It only lists: who manages people is for changes.
      const people = new DynamoPeopleStore(target.table, { peopleManagers: [] });
      const found: Person[] = [];
      let after: string | null | undefined;
      do {
        const page = await people.page(tenant, 100, after ?? undefined);
        found.push(...page.people);
        after = page.next;
      } while (after !== null);
      return found.map(({ userId, email, fullName, role, createdAt, createdBy }) => ({
        id: userId,
        email,
        name: fullName,
        role,
        created: timestamp(createdAt),
        created_by: createdBy,
      }));
    },
  },
];
