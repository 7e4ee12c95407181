import { expect, test, vi } from 'vitest';
import { type MetricSources, metrics } from '../../lambdas/status/prometheus.ts';

const census = { tenants: 1, users: 2, keys_active: 3, keys_disabled: 0, keys_revoked: 0 };
const decisions = {
  allowed: 4,
  observed: 0,
  misdirected: 0,
  limited: 0,
  forbidden: 0,
  refused: 0,
  failed: 0,
};

/** The sources, with the number of times that each was read. */
function counting(sources: Partial<MetricSources> = {}) {
  const reads = { census: 0, decisions: 0 };
  return {
    reads,
    sources: {
      census: async () => {
        reads.census += 1;
        return sources.census?.() ?? census;
      },
      decisions: async () => {
        reads.decisions += 1;
        return sources.decisions?.() ?? decisions;
      },
    },
  };
}

test('a flood reads the table every five seconds and CloudWatch once a minute, however many come', async () => {
  const { reads, sources } = counting();
  let now = 0;
  const read = metrics(sources, 'default', () => now);
  await Promise.all(Array.from({ length: 50 }, read));
  expect(reads).toEqual({ census: 1, decisions: 1 });
  now = 5_000;
  await Promise.all(Array.from({ length: 50 }, read));
  expect(reads).toEqual({ census: 2, decisions: 1 });
  now = 60_000;
  await read();
  expect(reads).toEqual({ census: 3, decisions: 2 });
});

test.each(['census', 'decisions'] as const)(
  'without an answer for the %s they are unavailable, not wrong',
  async (source) => {
    const { sources } = counting({
      [source]: async () => {
        throw new Error('throttled');
      },
    });
    await expect(metrics(sources, 'default')()).rejects.toMatchObject({ code: 'unavailable' });
  },
);

test('a source that hangs is given up after two seconds', async () => {
  const { sources } = counting({ decisions: () => new Promise(() => undefined) });
  vi.useFakeTimers();
  try {
    const answer = expect(metrics(sources, 'default')()).rejects.toMatchObject({ code: 'unavailable' });
    await vi.advanceTimersByTimeAsync(2000);
    await answer;
  } finally {
    vi.useRealTimers();
  }
});
