import { changes } from './audit.ts';
import { hotKey, REQUESTS, spread } from './decisions.ts';
import { DECISIONS_AN_INSTANCE, fleet } from './facts.ts';
import { GROWTH_SECONDS, growth } from './lambda.ts';
import { reconciliation } from './reconciler.ts';
import { shardedCounter } from './sharded-counter.ts';
import { countedUses, USES } from './usage.ts';

/** A table of docs/scale.md. */
export interface SimulatedFigures {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** USD for a million units (docs/scale.md, "Costs"). */
const PRICE = { write: 0.625, read: 0.125 };

type Simulation = (seed: number) => Promise<SimulatedFigures>;

/** By the names that their markers have. */
const SIMULATIONS: Readonly<Record<string, Simulation>> = {
  'hot-key': async (seed) => ({
    columns: ['calls of one key a second', 'decided a second', 'answered 500', 'median', 'p99'],
    rows: await each([500, 900, 1000, 1100, 1500, 3000], async (offered) => {
      const { served, failedShare, p50Ms, p99Ms } = await hotKey(offered, seed);
      return [count(offered), count(served), percent(failedShare), ms(p50Ms), ms(p99Ms)];
    }),
  }),
  'sharded-counter': async (seed) => ({
    columns: [
      'limit a minute',
      'items',
      'calls a second at most',
      'refused too early, mean',
      'one window in a hundred',
    ],
    rows: await each(
      [
        [60_000, 4],
        [300_000, 8],
        [600, 4],
      ] as const,
      async ([limit, shards]) => {
        const { lost, lostInHundred } = shardedCounter(limit, shards, seed);
        return [count(limit), count(shards), count(1000 * shards), percent(lost), percent(lostInHundred)];
      },
    ),
  }),
  partitions: async (seed) => ({
    columns: ['use of the keys', 'partitions', 'the hottest key a second', 'writes refused at first'],
    rows: await each(
      [
        { skew: 0, partitions: 4 },
        { skew: 0, partitions: 64 },
        { skew: 0, partitions: 128 },
        { skew: 0.8, partitions: 128 },
        { skew: 0.99, partitions: 128 },
        { skew: 0.99, partitions: 512 },
      ],
      async (given) => {
        const { hottestKey, throttledShare } = await spread(given, seed);
        const use = given.skew === 0 ? 'all alike' : `Zipf, ${given.skew}`;
        return [
          use,
          count(given.partitions),
          hottestKey < 100 ? 'below 100' : count(hottestKey),
          percent(throttledShare),
        ];
      },
    ),
  }),
  facts: async (seed) => ({
    columns: [
      'instances',
      'decisions a second',
      'tenants',
      'by',
      'reads a decision',
      'reads of `CONTROL` a second',
      'answered 500',
      'p99 of the facts',
    ],
    rows: await each(
      [
        { instances: 1000, tenants: 1e6, by: 'tokens' as const },
        { instances: 5000, tenants: 1e6, by: 'tokens' as const },
        { instances: 10_000, tenants: 1e6, by: 'tokens' as const },
        { instances: 10_000, tenants: 1e6, by: 'keys' as const },
        { instances: 5000, tenants: 1, by: 'keys' as const },
        { instances: 10_000, tenants: 1, by: 'keys' as const },
      ],
      async (given) => {
        const found = await fleet(given, seed);
        return [
          count(given.instances),
          count(given.instances * DECISIONS_AN_INSTANCE),
          count(given.tenants),
          given.by,
          found.readsPerDecision.toFixed(2),
          count(found.controlReads),
          percent(found.failedShare),
          ms(found.p99Ms),
        ];
      },
    ),
  }),
  usage: async (seed) => ({
    columns: [
      'keys',
      'tenants',
      'readers a shard',
      `behind after two minutes of ${count(USES)} a second`,
      'transactions a second',
      'conflicts a second',
      'write units a use',
      'USD a million',
    ],
    rows: await each(
      [
        { keys: 1e6, tenants: 1e6, readers: 1 },
        { keys: 1e6, tenants: 1e6, readers: 2 },
        { keys: 10_000, tenants: 1000, readers: 2 },
        { keys: 1000, tenants: 1, readers: 1 },
        { keys: 1000, tenants: 1, readers: 2 },
        { keys: 1000, tenants: 1, readers: 10 },
      ],
      async (given) => {
        const found = await countedUses(given, seed);
        return [
          count(given.keys),
          count(given.tenants),
          count(given.readers),
          `${found.behindSeconds} s`,
          count(found.transactions),
          found.conflicts.toFixed(1),
          found.writeUnitsPerUse.toFixed(2),
          (found.writeUnitsPerUse * PRICE.write + found.readUnitsPerUse * PRICE.read).toFixed(2),
        ];
      },
    ),
  }),
  audit: async (seed) => ({
    columns: ['changes of one tenant a second', 'written a second', 'answered 503', 'median', 'p99'],
    rows: await each([5, 10, 20, 30, 50], async (offered) => {
      const { written, failedShare, p50Ms, p99Ms } = await changes(offered, seed);
      return [count(offered), written.toFixed(1), percent(failedShare), ms(p50Ms), ms(p99Ms)];
    }),
  }),
  reconciler: async (seed) => ({
    columns: [
      'tenants with a key of their own',
      'of them new',
      'a run takes',
      'calls of the control plane',
      'keys made a run',
    ],
    rows: await each(
      [
        [100, 0],
        [10_000, 0],
        [1000, 1000],
        [10_000, 1000],
      ] as const,
      async ([tenants, waiting]) => {
        const { seconds, calls, made } = await reconciliation(tenants, waiting, seed);
        return [count(tenants), count(waiting), `${seconds.toFixed(1)} s`, count(calls), count(made)];
      },
    ),
  }),
  lambda: async () => ({
    columns: [
      'provisioned instances',
      ...GROWTH_SECONDS.map((second) => `after ${second} s`),
      'carries all after',
      'refused until then',
    ],
    rows: [0, 2000, 5000, 9000].map((provisioned) => {
      const { instancesAfter, seconds, refused } = growth(REQUESTS, provisioned);
      const instances = GROWTH_SECONDS.map((second) => count(instancesAfter[second] ?? 0));
      return [count(provisioned), ...instances, `${seconds} s`, count(refused)];
    }),
  }),
};

/** The tables of these names, all if there is none. The same seed gives the same figures. Throws at a name that there is not. */
export async function simulate(
  seed: number,
  names: readonly string[],
): Promise<Readonly<Record<string, SimulatedFigures>>> {
  const tables: Record<string, SimulatedFigures> = {};
  for (const name of names.length === 0 ? Object.keys(SIMULATIONS) : names) {
    const simulation = SIMULATIONS[name];
    if (simulation === undefined)
      throw new TypeError(`There is no table ${name}, but ${Object.keys(SIMULATIONS).join(', ')}.`);
    tables[name] = await simulation(seed);
  }
  return tables;
}

/** One after the other: each has the process's clock and chance to itself. */
async function each<Given, Result>(
  given: readonly Given[],
  run: (one: Given) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const one of given) results.push(await run(one));
  return results;
}

const count = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const ms = (value: number): string => `${count(value)} ms`;
