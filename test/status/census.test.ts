import { expect, test } from 'vitest';
import { OUTCOMES, type Outcome } from '../../lambdas/contract/outcomes.ts';
import { CENSUS, type Census } from '../../lambdas/status/census.ts';
import { metrics } from '../../lambdas/status/prometheus.ts';

const decisions = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
/** A deployment of which each count is another number. */
const census = Object.fromEntries(CENSUS.map((counted, index) => [counted, 1001 + index])) as Census;
const exposition = await metrics({ census: async () => census, decisions: async () => decisions }, 'p')();

test('whatever is counted is published, under one name and once', () => {
  const values = exposition.split('\n').flatMap((line) => /^[^#].* (1\d{3})$/.exec(line)?.[1] ?? []);
  expect(values.map(Number).toSorted()).toEqual(CENSUS.map((counted) => census[counted]).toSorted());
});

test('a key is counted by the state of its record, a person and a tenant by being there', () => {
  const samples = exposition.split('\n').filter((line) => / 1\d{3}$/.test(line));
  expect(samples).toEqual([
    'latchkey_tenants 1001',
    'latchkey_users 1002',
    'latchkey_api_keys{state="active"} 1003',
    'latchkey_api_keys{state="disabled"} 1004',
    'latchkey_api_keys{state="revoked"} 1005',
  ]);
});
