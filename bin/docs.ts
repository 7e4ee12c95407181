import { mkdir, writeFile } from 'node:fs/promises';
import { rightsMarkdown, rightsTable } from '../lambdas/access/rights-table.ts';
import { openApiDocument } from '../lambdas/http/openapi.ts';
import { routes } from '../lambdas/table/index.ts';
import { allProfiles } from '../lib/profiles.ts';

// `npm run docs`: writes what is generated from the route table. CI fails when it differs from what is committed.
const folder = new URL('../docs/openapi/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const profile of await allProfiles()) {
  const document = JSON.stringify(openApiDocument(routes, profile), null, 2);
  await writeFile(new URL(`${profile.name}.json`, folder), `${document}\n`);
}

const ROLES_INTRODUCTION = `# Who may what

Generated from the route table by \`npm run docs\`, in the default profile's paths; a test walks every row as every role
and compares. A person has the scopes of their role: \`viewer\` read, \`editor\` read and write, \`admin\` all. A key has its
own; each column shows a key with that scope alone. A key works in its one workspace: keys and workspaces of others are
404 to it. Whatever belongs to another tenant is 404 to everybody.

Rows that no key may call are for people: what a key could make there (an administrator, a workspace, a bulk
revocation) would outlive its own limits.
`;
const standard = (await allProfiles()).find(({ name }) => name === 'default');
if (standard !== undefined) {
  const table = rightsMarkdown(rightsTable(routes, standard));
  await writeFile(new URL('../docs/roles.md', import.meta.url), `${ROLES_INTRODUCTION}\n${table}\n`);
}
