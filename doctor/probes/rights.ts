import { holders } from '../../ops/rights-in-use.ts';
import type { Api } from '../api.ts';
import { tableNamed } from '../aws.ts';
import { notChecked, ok, type Probe, wrong } from '../finding.ts';

/** Keys and people who hold what the deployment no longer declares, and so have no right by it. Reads the whole table. */
export function rightsProbe(api: Api, table: string | undefined): Probe {
  return {
    id: 'rights',
    subject: 'Scopes and roles',
    async run() {
      if (table === undefined)
        return notChecked('With --stack or --table, lost scopes and roles are counted.');
      const declared = await api.declaredRights();
      const lost = { key: 0, person: 0 };
      const names = new Set<string>();
      for await (const holder of holders(tableNamed(table))) {
        const known = holder.kind === 'key' ? declared.scopes : declared.roles;
        const unknown = holder.names.filter((name) => !known.includes(name));
        if (unknown.length > 0) lost[holder.kind] += 1;
        for (const name of unknown) names.add(name);
      }
      if (names.size === 0) return ok('Every scope and role that somebody holds is declared.');
      return wrong(
        `API keys with a scope that is not declared: ${lost.key}; people with such a role: ${lost.person}. ` +
          `They have no right by ${[...names].sort().join(', ')}.`,
        'docs/configuration.md, "Renaming or removing a scope or role", says how to migrate them.',
      );
    },
  };
}
