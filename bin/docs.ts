import { mkdir, writeFile } from 'node:fs/promises';
import { openApiDocument } from '../lambdas/http/openapi.ts';
import { routes } from '../lambdas/routes/index.ts';
import { allProfiles } from '../lib/profiles.ts';

// `npm run docs`: writes what is generated from the route table. CI fails when it differs from what is committed.
const folder = new URL('../docs/openapi/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const profile of await allProfiles()) {
  const document = JSON.stringify(openApiDocument(routes, profile), null, 2);
  await writeFile(new URL(`${profile.name}.json`, folder), `${document}\n`);
}
