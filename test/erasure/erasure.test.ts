import { describe, expect, test } from 'vitest';
import { type Erasure, type ErasureStore, eraseDue } from '../../lambdas/erasure/erasure.ts';
import { NOW } from '../support/tenants.ts';

const erasure = (id: string, dueAt: number): Erasure => ({
  of: 'USER',
  id,
  tenantId: 't',
  phase: 'items',
  dueAt,
  after: null,
  addresses: [],
});

/** A store of what is due, each with the steps that it takes; of one that fails, an error. */
function storeOf(due: readonly Erasure[], steps: Readonly<Record<string, number | Error>>): ErasureStore {
  const left = new Map(Object.entries(steps));
  return {
    due: async () => [...due],
    begin: async () => true,
    proceed: async (one) => {
      const rest = left.get(one.id);
      if (rest instanceof Error) throw rest;
      left.set(one.id, (rest ?? 1) - 1);
      return (rest ?? 1) > 1 ? one : undefined;
    },
  };
}

const always = () => true;

describe('a run of erasures', () => {
  test('tells how long the oldest has waited that it has not finished, by whatever it was held up', async () => {
    const due = [erasure('broken', NOW - 9000), erasure('done', NOW - 20_000), erasure('new', NOW)];
    const fault = new Error('an item that nobody can read');
    const report = await eraseDue(storeOf(due, { broken: fault, done: 3 }), NOW, always);
    expect(report).toEqual({ finished: 2, waiting: 1, oldestSeconds: 9000, faults: [fault] });
  });

  test('tells nothing of what is done', async () => {
    const report = await eraseDue(storeOf([erasure('done', NOW - 9000)], {}), NOW, always);
    expect(report).toEqual({ finished: 1, waiting: 0, oldestSeconds: 0, faults: [] });
  });

  test('counts what there was no time for as waiting', async () => {
    let looks = 0;
    const due = [erasure('large', NOW - 60), erasure('next', NOW - 30)];
    const report = await eraseDue(storeOf(due, { large: 1000 }), NOW, () => (looks += 1) < 100);
    expect(report).toEqual({ finished: 0, waiting: 2, oldestSeconds: 60, faults: [] });
  });

  test('says when what is due cannot be read', async () => {
    const unreadable: ErasureStore = {
      ...storeOf([], {}),
      due: () => Promise.reject(new Error('unavailable')),
    };
    await expect(eraseDue(unreadable, NOW, always)).rejects.toThrow('unavailable');
  });
});
