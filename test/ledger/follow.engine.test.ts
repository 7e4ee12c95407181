import type { DynamoDBRecord } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { S } from '../../lambdas/kernel/items.ts';
import { type Followers, follow } from '../../lambdas/stream/follow.ts';

/** The follower of the stream notes what ends before it does anything else that follows from it. */
const consent = { PK: S('USER#u'), SK: S('APP#a') };
const removal = {
  eventID: 'e',
  eventName: 'REMOVE',
  dynamodb: {
    Keys: consent,
    OldImage: consent,
    SequenceNumber: '7',
    ApproximateCreationDateTime: 1_800_000_000,
  },
} as unknown as DynamoDBRecord;

test('what has ended is in the ledger, whatever becomes of the rest', async () => {
  const note = vi.fn(async () => undefined);
  const census = { count: vi.fn(() => Promise.reject(new Error('the table does not answer'))) };
  const followers = { clock: () => 1_800_000_000, census, ledger: { note } } as unknown as Followers;
  expect(await follow([removal], followers)).toBe(removal);
  expect(note).toHaveBeenCalledWith({
    kind: 'app',
    PK: 'USER#u',
    SK: 'APP#a',
    at: 1_800_000_000,
    kept: {},
    isGone: true,
  });
});

test('a ledger that does not answer has the batch come again, before anything is counted', async () => {
  const census = { count: vi.fn() };
  const ledger = { note: () => Promise.reject(new Error('the ledger does not answer')) };
  const followers = { clock: () => 1_800_000_000, census, ledger } as unknown as Followers;
  expect(await follow([removal], followers)).toBe(removal);
  expect(census.count).not.toHaveBeenCalled();
});
