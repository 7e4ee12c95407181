/**
 * `npm run bench [-- --json] [--quick] [--scale] [--only decisions|cold]`: measures the decision as it is deployed against bare calls,
 * cold starts, the local stack, and the forwarder beside nginx (docs/performance.md).
 * Exits with 1 when something does not work or a counted target is missed (see `failures`).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../test/support/dynamodb-engine.ts';
import { type AuthorizerBundle, bundleAuthorizer } from './bundle.ts';
import { countCalls } from './calls.ts';
import { type ColdStartResult, measureColdStart } from './cold-start.ts';
import { type DeployedResult, measureDeployed } from './deployed.ts';
import { type Identity, identitiesIn } from './identities.ts';
import { measureScale } from './large-table.ts';
import { measureLocalStack } from './local-stack.ts';
import { countLogin } from './login.ts';
import { type Part, readOptions } from './options.ts';
import { installPeers } from './peers.ts';
import { measureProxy } from './proxy.ts';
import {
  coldFigures,
  decisionFigures,
  type Figure,
  failures,
  figures,
  localFigures,
  type Results,
  reportJson,
  reportTable,
} from './report.ts';
import { createTableWithoutStream } from './table.ts';

/** A table of the engine, and the authorizer that decides on its items. */
interface Measured {
  readonly bundle: AuthorizerBundle;
  readonly table: { readonly tableName: string; readonly endpoint: string };
  readonly newIdentity: (name: string) => Promise<Identity>;
}

/** Parts by the name of the option `--only`. */
const PARTS: Readonly<Record<Part, (measured: Measured) => Promise<readonly Figure[]>>> = {
  decisions: async (measured) => decisionFigures(await decisions(measured)),
  cold: async (measured) => coldFigures(await coldStarts(measured)),
  local: async () => localFigures(await measureLocalStack(effort, installPeers())),
};

const { json, only, scale, effort } = readOptions(process.argv.slice(2));
const all = await (only === undefined ? everything() : onOneTable(PARTS[only]));
console.log(json ? reportJson(all) : reportTable(all));
for (const failure of failures(all)) {
  console.error(failure);
  process.exitCode = 1;
}

function decisions({ bundle, table, newIdentity }: Measured): Promise<DeployedResult> {
  return measureDeployed(bundle, table, newIdentity, effort);
}

function coldStarts({ bundle, table, newIdentity }: Measured): Promise<ColdStartResult> {
  return measureColdStart(bundle, table, newIdentity, effort.processes);
}

/** Measures everything, one thing after the other, and says what could not be. */
async function everything(): Promise<readonly Figure[]> {
  const arePeersInstalled = installPeers();
  const results = await onOneTable(async (measured): Promise<Results> => {
    const { bundle, table, newIdentity } = measured;
    const { tableName, endpoint } = table;
    const deployed = await decisions(measured);
    const calls = await countCalls(bundle, tableName, endpoint, newIdentity);
    const loginCalls = await countLogin(bundle, tableName, endpoint);
    const cold = await coldStarts(measured);
    const manyKeys = scale ? await measureScale(bundle, endpoint, effort) : null;
    const proxy = await measureProxy(effort);
    const local = await measureLocalStack(effort, arePeersInstalled);
    return { deployed, calls, loginCalls, cold, scale: manyKeys, proxy, local, bundle };
  });
  if (results.proxy.ofNginx === null)
    console.error(
      'nginx is not installed (apt-get install nginx-light), so the forwarder was not measured beside it.',
    );
  if (!arePeersInstalled)
    console.error('better-auth and express-gateway could not be installed, so they were not measured.');
  return figures(results);
}

/** Measures against one engine, which ends with it. */
async function onOneTable<T>(measure: (measured: Measured) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  const engine = await startEngine();
  try {
    const { endpoint } = engine;
    const tableName = await createTableWithoutStream(endpoint);
    const bundle = await bundleAuthorizer(folder);
    const newIdentity = await identitiesIn(tableName, endpoint, bundle);
    return await measure({ bundle, table: { tableName, endpoint }, newIdentity });
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
