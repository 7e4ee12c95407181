import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '../lambdas/contract/profile.ts';
import { routes } from '../lambdas/table/index.ts';
import { latchkeyApp } from '../lib/app.ts';
import { adrIndex } from '../lib/docs/adr-index.ts';
import { costsList, type PricedTemplate } from '../lib/docs/costs.ts';
import { deployerPolicy } from '../lib/docs/deployer-policy.ts';
import { rolesPage } from '../lib/docs/roles-page.ts';
import {
  type ImportRules,
  importRulesTable,
  roomsPicture,
  withGeneratedParts,
} from '../lib/docs/rooms-picture.ts';
import { routesPage } from '../lib/docs/routes-page.ts';
import { openApiDocument } from '../lib/openapi/document.ts';
import { allProfiles } from '../lib/profiles.ts';
import { PROFILES_OWN, rightsOf } from '../lib/rights.ts';
import { loadSettings } from '../lib/settings.ts';

/**
 * `npm run docs [-- DIR]`: writes the generated documents below DIR, `docs` unless said otherwise. CI fails when they differ
 * from what is committed. Of the OpenAPI documents git keeps the default profile's and the SHA-256 of each.
 */
const DOCS = join(import.meta.dirname, '../docs');
const [target = DOCS] = process.argv.slice(2);
const write = (file: string, text: string) => writeFile(join(target, file), text);

await mkdir(join(target, 'openapi'), { recursive: true });
await mkdir(join(target, 'adr'), { recursive: true });

const settings = await loadSettings();
/** The configuration's scopes and roles are of the profile that it names; the others have their own. */
const rightsIn = (profile: Profile) =>
  rightsOf(profile.name === settings.profile.name ? settings.config : PROFILES_OWN, profile);

const profiles = allProfiles();
const sums: string[] = [];
for (const profile of profiles) {
  const document = `${JSON.stringify(openApiDocument(routes, profile, rightsIn(profile)), null, 2)}\n`;
  sums.push(`${createHash('sha256').update(document).digest('hex')}  ${profile.name}.json\n`);
  await write(`openapi/${profile.name}.json`, document);
}
// As `sha256sum --check` reads it.
await write('openapi/SHA256SUMS', sums.join(''));

const standard = profiles.find(({ name }) => name === 'default');
if (standard === undefined) throw new Error('profiles/ has no profile "default".');
const others = profiles.filter((profile) => profile !== standard);
await write('routes.md', routesPage(routes, standard, others, rightsIn));
await write('roles.md', rolesPage(routes, settings.profile, rightsIn(settings.profile)));

await write('bootstrap-policy.json', `${JSON.stringify(deployerPolicy(), null, 2)}\n`);

const deploy = await readFile(join(DOCS, 'deploy.md'), 'utf8');
await write('deploy.md', withGeneratedParts(deploy, { costs: costsList(await productionTemplate()) }));

const rules: ImportRules = await import(new URL('../.dependency-cruiser.mjs', import.meta.url).href);
const architecture = await readFile(join(DOCS, 'architecture.md'), 'utf8');
await write(
  'architecture.md',
  withGeneratedParts(architecture, { rooms: roomsPicture(rules), imports: importRulesTable(rules) }),
);

const files = (await readdir(join(DOCS, 'adr'))).filter((file) => /^\d/.test(file)).sort();
const records = await Promise.all(
  files.map(async (file) => [file, await readFile(join(DOCS, 'adr', file), 'utf8')] as const),
);
await write('adr/README.md', adrIndex(new Map(records)));

/** The template of the configuration in production. */
async function productionTemplate(): Promise<PricedTemplate> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-costs-'));
  try {
    // CDK's own look at the template: `npm run synth` takes it.
    process.env.CDK_VALIDATION = 'false';
    const app = await latchkeyApp({ environment: 'production' }, folder);
    return app.synth().stacks[0]?.template;
  } finally {
    await rm(folder, { recursive: true });
  }
}
