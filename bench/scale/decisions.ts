import { DynamoDecisionStore } from '../../lambdas/access/decision-store.ts';
import { Facts } from '../../lambdas/access/facts.ts';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import type { Item, ItemKey } from '../../lambdas/kernel/items.ts';
import { newKeyItems } from '../../lambdas/keys/key-store.ts';
import { issueKey } from '../../lambdas/keys/keys.ts';
import { profile } from '../../profiles/default.ts';
import { authorizersClient, TABLE } from './clients.ts';
import { SimulatedTable } from './dynamodb.ts';
import { type Offered, offer } from './offer.ts';
import { rule, VirtualTime } from './virtual-time.ts';

const ADDRESS = '192.0.2.1';

/** What one key is asked for, and what comes of it. */
export interface HotKey extends Omit<Offered, 'succeeded'> {
  readonly offered: number;
  readonly served: number;
}

/** One key that is presented so many times a second, for ten seconds, to the authorizer's own client. */
export async function hotKey(offered: number, seed: number): Promise<HotKey> {
  const time = new VirtualTime();
  rule(time, seed);
  const { item, hash } = exampleKey(time);
  const client = authorizersClient(new SimulatedTable(time, 1, () => item), time);
  const store = new DynamoDecisionStore(client, TABLE, new Facts(client, TABLE, time.monotonic));
  const { succeeded, ...rest } = await offer(time, { aSecond: offered, seconds: 10, waited: 5 }, async () => {
    const { passed } = await store.useKey({ locator: 'hot', hash, address: ADDRESS, now: time.clock() });
    if (!passed) throw new Error('The example key is refused.');
  });
  return { offered, served: succeeded, ...rest };
}

export interface Spread {
  /** Exponent of Zipf's law over the keys; 0 for all alike. */
  readonly skew: number;
  readonly partitions: number;
}

export interface SpreadResult extends Spread {
  readonly hottestKey: number;
  readonly throttledShare: number;
}

export const KEYS = 1e8;
export const REQUESTS = 1e5;

/** A second of decisions by keys that are spread over partitions: the share that is refused at first. */
export async function spread({ skew, partitions }: Spread, seed: number): Promise<SpreadResult> {
  const time = new VirtualTime();
  rule(time, seed);
  const { item, hash } = exampleKey(time);
  const table = new SimulatedTable(time, partitions, (key: ItemKey) => ({ ...item, ...key }));
  const store = new DynamoDecisionStore(table, TABLE, new Facts(table, TABLE, time.monotonic));
  const warmMs = 300;
  const measuredMs = 400;
  const uses = new Map<number, number>();
  let throttled = 0;
  const present = async (rank: number) => {
    const startedMs = time.nowMs;
    if (startedMs >= warmMs) uses.set(rank, (uses.get(rank) ?? 0) + 1);
    try {
      await store.useKey({ locator: `k${rank}`, hash, address: ADDRESS, now: time.clock() });
    } catch {
      if (startedMs >= warmMs) throttled += 1;
    }
  };
  const calls = (REQUESTS * (measuredMs + warmMs)) / 1000;
  for (let call = 0; call < calls; call += 1) {
    const rank = zipf(skew, Math.random());
    time.after(Math.random() * (measuredMs + warmMs), () => void present(rank));
  }
  await time.run(3000);
  return {
    skew,
    partitions,
    hottestKey: (Math.max(...uses.values()) * 1000) / measuredMs,
    throttledShare: (throttled * 1000) / measuredMs / REQUESTS,
  };
}

/** A rank from 1 on, by Zipf's law over {@link KEYS}, in its continuous form. */
function zipf(skew: number, random: number): number {
  const power = 1 - skew;
  return Math.floor((random * (KEYS ** power - 1) + 1) ** (1 / power));
}

/** The record of a key as it is made, and its hash. */
function exampleKey(time: VirtualTime): { readonly item: Item; readonly hash: Uint8Array } {
  const { issue } = issueKey(
    {
      tenantId: '0191f3a0-0000-7000-8000-000000000000',
      workspaceId: '0191f3a0-0000-7000-8000-000000000001',
      name: 'A key of a name of usual length',
      environment: 'live',
      scopes: ['read', 'write'],
      lifetimeSeconds: null,
      allowedBlocks: [],
      metadata: {},
      createdBy: 'user:0191f3a0-0000-7000-8000-000000000002',
    },
    profile.keys,
    time.clock(),
  );
  const writes = newKeyItems(issue, { actor: 'user:simulated', requestId: 'simulated' });
  const item = writes
    .flatMap((write) => ('Put' in write ? [write.Put.Item] : []))
    .find(({ SK }) => SK?.S === 'KEY');
  if (item === undefined) throw new Error('A new key has no record.');
  return { item, hash: Buffer.from(item[attribute.HASH]?.S ?? '', 'base64') };
}
