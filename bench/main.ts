/**
 * `npm run bench [-- --json] [--quick] [--scale]`: measures the decision's cost against its floor, and the
 * forwarder's beside nginx (docs/performance.md).
 * Exits with 1 when something does not work or a counted target is missed (see `failures`).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../test/support/dynamodb-engine.ts';
import { authorizerEnvironment, loadAuthorizer } from './authorizer.ts';
import { bundleAuthorizer } from './bundle.ts';
import { countCalls } from './calls.ts';
import { measureColdStart } from './cold-start.ts';
import { identitiesIn } from './identities.ts';
import { measureScale } from './large-table.ts';
import { type Effort, readOptions } from './options.ts';
import { measureProxy } from './proxy.ts';
import { failures, figures, type Results, reportJson, reportTable } from './report.ts';
import { createTableWithoutStream } from './table.ts';
import { measureWarm } from './warm.ts';

const { json, scale, effort } = readOptions(process.argv.slice(2));
const results = await measure(effort, scale);
const all = figures(results);
console.log(json ? reportJson(all) : reportTable(all));
if (results.proxy.ofNginx === null)
  console.error(
    'nginx is not installed (apt-get install nginx-light), so the forwarder was not measured beside it.',
  );
for (const failure of failures(all)) {
  console.error(failure);
  process.exitCode = 1;
}

/** Measures everything against one engine, one thing after the other. */
async function measure(effort: Effort, withScale: boolean): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  const engine = await startEngine();
  try {
    const { endpoint } = engine;
    const tableName = await createTableWithoutStream(endpoint);
    const bundle = await bundleAuthorizer(folder);
    const newIdentity = await identitiesIn(tableName, endpoint, bundle);
    const handler = await loadAuthorizer(bundle.file, authorizerEnvironment(tableName, endpoint));
    const warm = await measureWarm(handler, tableName, newIdentity, effort);
    const calls = await countCalls(bundle, tableName, endpoint, newIdentity);
    const cold = await measureColdStart(bundle, { tableName, endpoint }, newIdentity, effort.processes);
    const scale = withScale ? await measureScale(bundle, endpoint, effort) : null;
    const proxy = await measureProxy(effort);
    return { warm, calls, cold, scale, proxy, bundle };
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
