import { expect, test } from 'vitest';
import { Figures } from '../../local/figures/figures.ts';

test('a line that stands for several decisions counts them all, with each one’s time', () => {
  const figures = new Figures();
  const line = (Decisions: number, DecisionsLatency: number | number[]) =>
    JSON.stringify({
      _aws: {
        Timestamp: 3_600_000,
        CloudWatchMetrics: [
          {
            Namespace: 'N',
            Dimensions: [['outcome']],
            Metrics: [
              { Name: 'Decisions', Unit: 'Count' },
              { Name: 'DecisionsLatency', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      outcome: 'allowed',
      Decisions,
      DecisionsLatency,
    });
  figures.take(line(1, 4));
  figures.take(line(3, [1, 2, 9]));
  expect(figures.all()).toMatchObject([
    { name: 'Decisions', sum: 4, last: 3 },
    { name: 'DecisionsLatency', count: 4, sum: 16, last: 9, p50: 4, p99: 9 },
  ]);
  expect(figures.hours('N', 'Decisions', { outcome: 'allowed' })).toEqual([{ startSeconds: 3600, sum: 4 }]);
});
