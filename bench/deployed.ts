import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseBlock } from '../lambdas/kernel/address.ts';
import { blocksValue } from '../lambdas/kernel/allow-list.ts';
import { systemClock } from '../lambdas/kernel/clock.ts';
import { keyRecordKey } from '../lambdas/kernel/item-keys.ts';
import { type Item, type ItemKey, N, S } from '../lambdas/kernel/items.ts';
import { Table } from '../lambdas/kernel/table.ts';
import { newKey } from '../lambdas/keys/key-format.ts';
import { windowOf } from '../lambdas/plans/allowance.ts';
import { engineClient } from '../test/support/dynamodb-engine.ts';
import { authorizerEnvironment, decideOnce, keyEvent, loadAuthorizer, tokenEvent } from './authorizer.ts';
import type { AuthorizerBundle } from './bundle.ts';
import { startCannedServer } from './canned-server.ts';
import { callsOfSide, type Samples, type Side, type Task } from './deployed-task.ts';
import type { Identity } from './identities.ts';
import type { Effort } from './options.ts';
import { type Estimate, estimate, quotientOfLowest } from './statistics.ts';

/** Ratios of decisions as they are deployed, each with the line that it writes, to bare calls in the same process. */
export interface DeployedResult {
  /** By the clock, with the engine in both: of `ADD n :one`, and of the decision's own expression. */
  readonly wallOverBare: Estimate;
  readonly wallOverExpression: Estimate;
  /** `ADD n :one` against itself: what of a ratio is the machine's and not ours. */
  readonly noise: Estimate;
  /** CPU of the process, against a server that answers from memory. */
  readonly cpuOverBare: Readonly<Record<DecisionKind, Estimate>>;
  /** A bare call against itself. */
  readonly cpuNoise: Estimate;
  /** The same of a bare call that sends the decision's own expression and gets its answer: Node's part, and not ours. */
  readonly expressionCpuOverBare: Estimate;
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
  | Refused;

/** Keys that are refused by their record, each in another way. */
type Refused = 'revoked' | 'expired' | 'elsewhere' | 'scope' | 'limited';

const CALLS_PER_BATCH = 20;

const BLOCKS = ['198.51.100.0/24', '2001:db8::/32', '203.0.113.0/24'].flatMap(
  (text) => parseBlock(text) ?? [],
);

const ELSEWHERE = BLOCKS.slice(0, 1);

/** What makes a record that is refused so, and the outcome: one for which a usage key answers is allowed to API Gateway. */
const refusals = (): Readonly<
  Record<Refused, { readonly SET: string; readonly values: Item; readonly outcome: string }>
> => ({
  revoked: { SET: 'st = :revoked', values: { ':revoked': S('revoked') }, outcome: 'refused' },
  expired: { SET: 'xa = :past', values: { ':past': N(1) }, outcome: 'refused' },
  elsewhere: { SET: 'ips = :list', values: { ':list': blocksValue(ELSEWHERE) }, outcome: 'forbidden' },
  scope: { SET: 'scp = :none', values: { ':none': S('') }, outcome: 'forbidden' },
  limited: {
    // Of this minute and the next: the server in memory gives the count for whatever minute is asked for.
    SET: [0, 1].map((more) => `c${windowOf(systemClock()) + more} = :many`).join(', '),
    values: { ':many': N(50_000_000) },
    outcome: 'limited',
  },
});

/** Measures them in processes of their own, whose log goes to the system's null device. */
export async function measureDeployed(
  bundle: AuthorizerBundle,
  { tableName, endpoint }: { readonly tableName: string; readonly endpoint: string },
  newIdentity: (name: string) => Promise<Identity>,
  { decisionProcesses, decisionRounds: rounds, tenants: tenantCount }: Effort,
): Promise<DeployedResult> {
  const canned = await startCannedServer(endpoint);
  const table = new Table(tableName, engineClient(endpoint));
  try {
    const environment = { ...authorizerEnvironment(tableName, endpoint), METRICS_NAMESPACE: 'Latchkey' };
    const someone = await newIdentity('deployed');
    const counted = await newIdentity('counted');
    const expressed = await newIdentity('expressed');
    const listed = await newIdentity('listed');
    await table.update(keyRecordKey(listed.locator), {
      UpdateExpression: 'SET ips = :list',
      ExpressionAttributeValues: { ':list': blocksValue(BLOCKS) },
    });
    const newTokens: string[] = [];
    const calls = callsOfSide(rounds, CALLS_PER_BATCH);
    while (newTokens.length < calls) newTokens.push(await someone.newToken());
    const tenants: object[] = [];
    while (tenants.length < tenantCount)
      tenants.push(keyEvent((await newIdentity(`of-many-${tenants.length}`)).key));
    const many = Array.from({ length: calls }, (_, index) => tenants[index % tenantCount] ?? {});
    const prober = await loadAuthorizer(bundle.file, authorizerEnvironment(tableName, canned.endpoint));
    await decideOnce(prober, keyEvent(expressed.key));
    await decideOnce(prober, keyEvent(counted.key));
    const bodyOf = ({ locator }: Identity) => canned.bodies.get(keyRecordKey(locator).PK.S ?? '') ?? '';
    const plain = (at: string): Side => ({
      kind: 'bare',
      endpoint: at,
      body: addOne(tableName, keyRecordKey(counted.locator)),
    });
    const decided = (at: string, events: readonly object[], outcome = 'allowed') => ({
      kind: 'decision' as const,
      endpoint: at,
      events,
      outcome,
    });
    const { keys } = bundle.settings.profile;
    const nobody = newKey(keys, 'live', 'nobodyhasit0');
    const refused = {} as Record<Refused, Side>;
    for (const [name, { SET, values, outcome }] of Object.entries(refusals())) {
      const { locator, key } = await newIdentity(name);
      await table.update(keyRecordKey(locator), {
        UpdateExpression: `SET ${SET}`,
        ExpressionAttributeValues: values,
      });
      refused[name as Refused] = decided(canned.endpoint, [keyEvent(key)], outcome);
    }
    const cpu: Record<DecisionKind, Side> = {
      key: decided(canned.endpoint, [keyEvent(someone.key)]),
      session: decided(canned.endpoint, [tokenEvent(someone.token)]),
      newToken: decided(canned.endpoint, newTokens.map(tokenEvent)),
      allowList: decided(canned.endpoint, [keyEvent(listed.key)]),
      tenants: { ...decided(canned.endpoint, many), millisecondsBetween: 1000 / tenantCount },
      garbled: decided(canned.endpoint, [keyEvent(`${someone.key.slice(0, -1)}!`)], 'refused'),
      unknown: decided(canned.endpoint, [keyEvent(nobody)], 'refused'),
      ...refused,
    };
    const task: Task = {
      file: bundle.file,
      environment,
      sides: {
        bare: plain(endpoint),
        again: plain(endpoint),
        expression: { kind: 'bare', endpoint, body: bodyOf(expressed) },
        decision: decided(endpoint, [keyEvent(someone.key)]),
        cannedBare: plain(canned.endpoint),
        cannedAgain: plain(canned.endpoint),
        cannedExpression: { kind: 'bare', endpoint: canned.endpoint, body: bodyOf(expressed) },
        ...cpu,
      },
      rounds,
      callsPerBatch: CALLS_PER_BATCH,
    };
    const runs: Samples[] = [];
    // One after the other, with other code compiled in each.
    while (runs.length < decisionProcesses) runs.push(await inProcess(task));
    const wall = (floor: string, subject = 'decision') =>
      estimate(
        runs.flatMap((samples) =>
          (samples[subject]?.wall ?? []).map(
            (time, round) => time / (samples[floor]?.wall[round] ?? Number.NaN),
          ),
        ),
      );
    const lowest = (subject: string) =>
      estimate(
        runs.map((samples) => quotientOfLowest(samples[subject]?.cpu ?? [], samples.cannedBare?.cpu ?? [])),
      );
    const kinds = Object.keys(cpu) as DecisionKind[];
    return {
      wallOverBare: wall('bare'),
      wallOverExpression: wall('expression'),
      noise: wall('bare', 'again'),
      cpuOverBare: Object.fromEntries(kinds.map((kind) => [kind, lowest(kind)])) as Record<
        DecisionKind,
        Estimate
      >,
      cpuNoise: lowest('cannedAgain'),
      expressionCpuOverBare: lowest('cannedExpression'),
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
