/**
 * `npm run bench [-- --json] [--quick] [--scale]`: measures the decision as it is deployed against bare calls,
 * cold starts, the local stack, and the forwarder beside nginx (docs/performance.md).
 * Exits with 1 when something does not work or a counted target is missed (see `failures`).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../test/support/dynamodb-engine.ts';
import { bundleAuthorizer } from './bundle.ts';
import { countCalls } from './calls.ts';
import { measureColdStart } from './cold-start.ts';
import { measureDeployed } from './deployed.ts';
import { identitiesIn } from './identities.ts';
import { measureScale } from './large-table.ts';
import { measureLocalStack } from './local-stack.ts';
import { countLogin } from './login.ts';
import { type Effort, readOptions } from './options.ts';
import { installPeers } from './peers.ts';
import { measureProxy } from './proxy.ts';
import { failures, figures, type Results, reportJson, reportTable } from './report.ts';
import { createTableWithoutStream } from './table.ts';

const { json, scale, effort } = readOptions(process.argv.slice(2));
const arePeersInstalled = installPeers();
const results = await measure(effort, scale);
const all = figures(results);
console.log(json ? reportJson(all) : reportTable(all));
if (results.proxy.ofNginx === null)
  console.error(
    'nginx is not installed (apt-get install nginx-light), so the forwarder was not measured beside it.',
  );
if (!arePeersInstalled)
  console.error('better-auth and express-gateway could not be installed, so they were not measured.');
for (const failure of failures(all)) {
  console.error(failure);
  process.exitCode = 1;
}

/** Measures everything against one engine, one thing after the other. */
async function measure(effort: Effort, isScaleAsked: boolean): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  const engine = await startEngine();
  try {
    const { endpoint } = engine;
    const tableName = await createTableWithoutStream(endpoint);
    const bundle = await bundleAuthorizer(folder);
    const newIdentity = await identitiesIn(tableName, endpoint, bundle);
    const deployed = await measureDeployed(bundle, { tableName, endpoint }, newIdentity, effort);
    const calls = await countCalls(bundle, tableName, endpoint, newIdentity);
    const loginCalls = await countLogin(bundle, tableName, endpoint);
    const cold = await measureColdStart(bundle, { tableName, endpoint }, newIdentity, effort.processes);
    const scale = isScaleAsked ? await measureScale(bundle, endpoint, effort) : null;
    const proxy = await measureProxy(effort);
    const local = await measureLocalStack(effort, arePeersInstalled);
    return { deployed, calls, loginCalls, cold, scale, proxy, local, bundle };
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
