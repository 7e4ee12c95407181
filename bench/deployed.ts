import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseBlock } from '../lambdas/kernel/address.ts';
import { blocksValue } from '../lambdas/kernel/allow-list.ts';
import { keyRecordKey } from '../lambdas/kernel/item-keys.ts';
import { type ItemKey, N, S } from '../lambdas/kernel/items.ts';
import { Table } from '../lambdas/kernel/table.ts';
import { newKey } from '../lambdas/keys/key-format.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION } from '../test/support/dynamodb-engine.ts';
import { authorizerEnvironment, decideOnce, keyEvent, loadAuthorizer, tokenEvent } from './authorizer.ts';
import type { AuthorizerBundle } from './bundle.ts';
import { startCannedServer } from './canned-server.ts';
import type { Samples, Side, Task } from './deployed-process.ts';
import type { Identity } from './identities.ts';
import type { Effort } from './options.ts';
import { type Estimate, estimate } from './statistics.ts';

/** Ratios of decisions as they are deployed, each with the line that it writes, to bare calls in the same process. */
export interface DeployedResult {
  /** By the clock, with the engine in both: of `ADD n :one`, and of the decision's own expression. */
  readonly wallOverBare: Estimate;
  readonly wallOverExpression: Estimate;
  /** `ADD n :one` against itself: what of a ratio is the machine's and not ours. */
  readonly noise: Estimate;
  /** CPU of the process, against a server that answers from memory. */
  readonly cpuOverBare: Readonly<Record<DecisionKind, Estimate>>;
}

/** How a caller proves who they are, and what comes of it. */
export type DecisionKind =
  | 'key'
  | 'session'
  | 'newToken'
  | 'allowList'
  | 'tenants'
  | 'garbled'
  | 'unknown'
  | 'revoked';

const BLOCKS = ['198.51.100.0/24', '2001:db8::/32', '203.0.113.0/24'].flatMap(
  (text) => parseBlock(text) ?? [],
);

/** Measures them in a process of their own, whose log goes to the system's null device. */
export async function measureDeployed(
  bundle: AuthorizerBundle,
  { tableName, endpoint }: { readonly tableName: string; readonly endpoint: string },
  newIdentity: (name: string) => Promise<Identity>,
  { rounds, callsPerBatch, tenants: tenantCount }: Effort,
): Promise<DeployedResult> {
  const canned = await startCannedServer(endpoint);
  const table = new Table(
    tableName,
    new DynamoDBClient({ endpoint, region: ENGINE_REGION, credentials: ENGINE_CREDENTIALS }),
  );
  try {
    const environment = { ...authorizerEnvironment(tableName, endpoint), METRICS_NAMESPACE: 'Latchkey' };
    const someone = await newIdentity('deployed');
    const counted = await newIdentity('counted');
    const expressed = await newIdentity('expressed');
    const revoked = await newIdentity('revoked');
    const listed = await newIdentity('listed');
    await table.update(keyRecordKey(revoked.locator), {
      UpdateExpression: 'SET st = :revoked',
      ExpressionAttributeValues: { ':revoked': S('revoked') },
    });
    await table.update(keyRecordKey(listed.locator), {
      UpdateExpression: 'SET ips = :list',
      ExpressionAttributeValues: { ':list': blocksValue(BLOCKS) },
    });
    const newTokens: string[] = [];
    while (newTokens.length < rounds * 2 * callsPerBatch) newTokens.push(await someone.newToken());
    const tenants: object[] = [];
    while (tenants.length < tenantCount)
      tenants.push(keyEvent((await newIdentity(`of-many-${tenants.length}`)).key));
    const many = Array.from(
      { length: rounds * 2 * callsPerBatch },
      (_, index) => tenants[index % tenantCount] ?? {},
    );
    const prober = await loadAuthorizer(bundle.file, authorizerEnvironment(tableName, canned.endpoint));
    await decideOnce(prober, keyEvent(expressed.key));
    await decideOnce(prober, keyEvent(counted.key));
    const bodyOf = ({ locator }: Identity) => canned.bodies.get(keyRecordKey(locator).PK.S ?? '') ?? '';
    const plain = (at: string): Side => ({
      kind: 'bare',
      endpoint: at,
      body: addOne(tableName, keyRecordKey(counted.locator)),
    });
    const decided = (at: string, events: readonly object[], outcome = 'allowed'): Side => ({
      kind: 'decision',
      endpoint: at,
      events,
      outcome,
    });
    const { keys } = bundle.settings.profile;
    const nobody = newKey(keys, 'live', 'nobodyhasit0');
    const cpu: Record<DecisionKind, Side> = {
      key: decided(canned.endpoint, [keyEvent(someone.key)]),
      session: decided(canned.endpoint, [tokenEvent(someone.token)]),
      newToken: decided(canned.endpoint, newTokens.map(tokenEvent)),
      allowList: decided(canned.endpoint, [keyEvent(listed.key)]),
      tenants: decided(canned.endpoint, many),
      garbled: decided(canned.endpoint, [keyEvent(`${someone.key.slice(0, -1)}!`)], 'refused'),
      unknown: decided(canned.endpoint, [keyEvent(nobody)], 'refused'),
      revoked: decided(canned.endpoint, [keyEvent(revoked.key)], 'refused'),
    };
    const samples = await inProcess({
      file: bundle.file,
      environment,
      sides: {
        bare: plain(endpoint),
        again: plain(endpoint),
        expression: { kind: 'bare', endpoint, body: bodyOf(expressed) },
        decision: decided(endpoint, [keyEvent(someone.key)]),
        cannedBare: plain(canned.endpoint),
        ...cpu,
      },
      rounds,
      callsPerBatch,
    });
    const wall = (floor: string, subject = 'decision') =>
      estimate(
        (samples[subject]?.wall ?? []).map(
          (time, round) => time / (samples[floor]?.wall[round] ?? Number.NaN),
        ),
      );
    const kinds = Object.keys(cpu) as DecisionKind[];
    return {
      wallOverBare: wall('bare'),
      wallOverExpression: wall('expression'),
      noise: wall('bare', 'again'),
      cpuOverBare: Object.fromEntries(
        kinds.map((kind) => [kind, lowestRatio(samples[kind]?.cpu ?? [], samples.cannedBare?.cpu ?? [])]),
      ) as Record<DecisionKind, Estimate>,
    };
  } finally {
    await canned.stop();
  }
}

function addOne(TableName: string, Key: ItemKey): string {
  return JSON.stringify({
    TableName,
    Key,
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': N(1) },
    ReturnValues: 'ALL_NEW',
  });
}

async function inProcess(task: Task): Promise<Samples> {
  const child = fork(fileURLToPath(new URL('deployed-process.ts', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.send(task);
  const [answer] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`The measuring process ended with ${code}.`)),
    ),
  ]);
  return answer as Samples;
}

/** Parts of a run whose ratios make the interval. */
const PARTS = 10;

/**
 * The ratio of the tenth percentiles: what a call costs when nothing is in its way, which a busy machine changes least. The
 * interval is that of the parts of the run.
 */
export function lowestRatio(subject: readonly number[], floor: readonly number[]): Estimate {
  const size = Math.ceil(subject.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, part) => [part * size, (part + 1) * size] as const)
    .filter(([from]) => from < subject.length)
    .map(([from, to]) => tenth(subject.slice(from, to)) / tenth(floor.slice(from, to)));
  const { low, high } = estimate(parts);
  return { median: tenth(subject) / tenth(floor), low, high };
}

function tenth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)] ?? Number.NaN;
}
