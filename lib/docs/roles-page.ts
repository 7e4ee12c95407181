import { rightsMarkdown, rightsTable } from '../../lambdas/access/rights-table.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import type { Route } from '../../lambdas/kernel/route.ts';

const INTRODUCTION = `# Roles, scopes and routes

Generated from the route table by \`npm run docs\`, in the default profile's paths; \`test/matrix/roles.test.ts\` calls every
row as every role and compares. A person has the scopes of their role: \`viewer\` has read, \`editor\` read and write, \`admin\`
all. An API key has scopes of its own; each column shows a key with that scope alone. A key works in its one workspace:
keys and workspaces of others are a 404. Whatever belongs to another tenant is a 404 to everybody.

Rows that no key may call are for people: an administrator, a workspace or a bulk revocation that a key could make would
outlive the key's own limits.
`;

/** The page `docs/roles.md`: which role, and a key with which scope, may call each route. */
export function rolesPage(routes: readonly Route[], standard: Profile): string {
  return `${INTRODUCTION}\n${rightsMarkdown(rightsTable(routes, standard))}\n`;
}
