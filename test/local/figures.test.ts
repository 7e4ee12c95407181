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

const DIRECTIVE = { Namespace: 'N', Dimensions: [['outcome']], Metrics: [{ Name: 'A', Unit: 'Count' }] };

test.each([
  ['of our functions', { CloudWatchMetrics: [DIRECTIVE] }, {}],
  [
    'with more beside its directives',
    { CloudWatchMetrics: [DIRECTIVE], LogGroupName: 'g' },
    { x: { y: [1] }, z: 1 },
  ],
  ['with more in a directive', { CloudWatchMetrics: [{ X: { a: [1] }, ...DIRECTIVE }] }, { y: 1 }],
  ['with several directives', { CloudWatchMetrics: [DIRECTIVE, { ...DIRECTIVE, Namespace: 'M' }] }, {}],
])('a line %s is counted, and told without them', (_, embedded, more) => {
  const figures = new Figures();
  const entry = { outcome: 'ok', A: 2, ...more };
  for (const indented of [undefined, ' '])
    for (const line of [
      { _aws: { Timestamp: 1, ...embedded }, ...entry },
      { ...entry, _aws: { Timestamp: 1, ...embedded } },
    ]) {
      const told = figures.take(JSON.stringify(line, null, indented));
      expect(JSON.parse(told)).toEqual(entry);
    }
  const namespaces = embedded.CloudWatchMetrics.map(({ Namespace }) => Namespace);
  const series = { name: 'A', dimensions: 'outcome=ok', count: 4, sum: 8 };
  expect(figures.all()).toMatchObject(namespaces.map((namespace) => ({ ...series, namespace })));
});

test.each(['"_aws"', '["_aws"]', '{"_aws":null}', '{"a":{"_aws":{}}}', '{"_aws":{"Timestamp":1,"Cl'])(
  'the line %s is told as it is',
  (line) => expect(new Figures().take(line)).toBe(line),
);
