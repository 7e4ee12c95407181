/** The dead man's switches of the stream's readers hang on what a run of the reconciler writes last. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RECONCILER_KEY } from '../../lambdas/kernel/item-keys.ts';
import { DynamoUsageKeyStore } from '../../lambdas/plans/usage-key-store.ts';
import { type Followers, follow } from '../../lambdas/stream/follow.ts';
import { countUses } from '../../lambdas/usage/count-uses.ts';
import { compileFilters, type EventFilter } from '../../local/dynamodb/event-pattern.ts';
import { propertiesOf, templateOf } from '../lib/synth.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';

let store: TestStore;
let filters: EventFilter[];
beforeAll(async () => {
  store = await startStore();
  filters = propertiesOf(await templateOf(), 'AWS::Lambda::EventSourceMapping').map(({ FilterCriteria }) =>
    compileFilters(FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => Pattern)),
  );
});
afterAll(() => store.stop());

const event = async () => ({
  eventID: 'e',
  eventName: 'MODIFY' as const,
  dynamodb: { Keys: RECONCILER_KEY, NewImage: await store.item(RECONCILER_KEY) },
});

test('each run gives both readers one record, which they pass over', async () => {
  const leases = new DynamoUsageKeyStore(store.table);
  for (const stoppedAfter of [null, 'tenant']) {
    await leases.takeLease('run', NOW, 60);
    const begun = await event();
    expect(filters.map((wants) => wants(begun))).toEqual([false, false]);
    await leases.returnLease('run', stoppedAfter);
    const ended = await event();
    expect(filters.map((wants) => wants(ended))).toEqual([true, true]);
    // Followers without a method: whoever asks them for anything fails.
    const notePosition = vi.fn(async () => undefined);
    const nobody = {
      clock: () => NOW,
      census: { count: async () => undefined },
      ledger: { notePosition },
    };
    expect(await follow([ended] as never, nobody as unknown as Followers)).toBeUndefined();
    expect(notePosition).toHaveBeenCalledOnce();
    expect(await countUses([ended] as never, nobody as never, NOW)).toBeUndefined();
  }
});
