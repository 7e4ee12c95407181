import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import type { Command } from '../command.ts';
import { holders } from '../rights-in-use.ts';

export const rightsCommands: readonly Command[] = [
  {
    usage: 'rights',
    summary: 'how many keys have each scope, and how many people each role (reads the whole table)',
    run: async (_args, _options, { table }) => {
      const { inclusion, roles } = deploymentOf(await loadSettings()).rights;
      const counts = {
        key: new Map(Object.keys(inclusion).map((scope) => [scope, 0])),
        person: new Map(Object.keys(roles).map((role) => [role, 0])),
      };
      for await (const { kind, names } of holders(table)) {
        for (const name of names) counts[kind].set(name, (counts[kind].get(name) ?? 0) + 1);
      }
      return [
        ...[...counts.key].map(([scope, keys]) => ({
          scope,
          keys,
          declared: Object.hasOwn(inclusion, scope),
        })),
        ...[...counts.person].map(([role, people]) => ({
          role,
          people,
          declared: Object.hasOwn(roles, role),
        })),
      ];
    },
  },
];
