import { mkdir, writeFile } from 'node:fs/promises';
import { rightsMarkdown, rightsTable } from '../lambdas/access/rights-table.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import type { Rights } from '../lambdas/contract/rights.ts';
import { openApiDocument } from '../lambdas/http/openapi.ts';
import { routes } from '../lambdas/table/index.ts';
import { allProfiles } from '../lib/profiles.ts';
import { PROFILES_OWN, rightsOf } from '../lib/rights.ts';
import { loadSettings } from '../lib/settings.ts';

// `npm run docs`: writes what is generated from the route table. CI fails when it differs from what is committed.
const folder = new URL('../docs/openapi/', import.meta.url);
await mkdir(folder, { recursive: true });
const settings = await loadSettings();
/** The configuration's scopes and roles are of the profile that it names; the others have their own. */
const rightsIn = (profile: Profile) =>
  rightsOf(profile.name === settings.profile.name ? settings.config : PROFILES_OWN, profile);
for (const profile of await allProfiles()) {
  const document = JSON.stringify(openApiDocument(routes, profile, rightsIn(profile)), null, 2);
  await writeFile(new URL(`${profile.name}.json`, folder), `${document}\n`);
}

const { profile } = settings;
const rights = rightsIn(profile);
const table = rightsMarkdown(rightsTable(routes, profile, rights), rights);
await writeFile(new URL('../docs/roles.md', import.meta.url), `${rolesIntroduction(rights)}\n${table}\n`);

function rolesIntroduction({ roles, scopes }: Rights): string {
  const roleLines = Object.entries(roles).map(
    ([name, role]) => `- \`${name}\`: ${role.scopes.map((scope) => `\`${scope}\``).join(', ')}`,
  );
  const scopeLines = scopes.map(
    ({ name, description, includes = [], managing }) =>
      `- \`${name}\`: ${description}${includes.length === 0 ? '' : `; includes ${includes.map((each) => `\`${each}\``).join(', ')}`}${managing ? '; manages' : ''}`,
  );
  return `# Who may what

Generated from the configuration and the route table by \`npm run docs\`, in the paths of its profile; a test walks every
row as every role and compares. Scopes and roles are yours to name: [configuration.md](configuration.md#scopes-and-roles).

A person has the scopes of their role:

${roleLines.join('\n')}

A key has its own; each column shows a key with that scope alone:

${scopeLines.join('\n')}

A key works in its one workspace: keys and workspaces of others are 404 to it. Whatever belongs to another tenant is 404
to everybody. Nobody gives a key or a person more than they have themselves.

Rows that no key may call are for people: what a key could make there (an administrator, a workspace, a bulk
revocation) would outlive its own limits.
`;
}
