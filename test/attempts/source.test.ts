import { describe, expect, test } from 'vitest';
import {
  countingFailures,
  invalidRequests,
  loginLimit,
  placeOf,
  refreshLimit,
  type SourceStore,
  takeFromSource,
} from '../../lambdas/attempts/source.ts';
import type { AddressLimits } from '../../lambdas/contract/deployment.ts';
import { networkOf } from '../../lambdas/kernel/address.ts';
import { invalidField, Problem } from '../../lambdas/kernel/problem.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW } from '../support/tenants.ts';

test.each([
  ['192.0.2.1', '192.0.2.2', false],
  ['192.0.2.1', '::ffff:192.0.2.1', true],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['unreadable', 'another', false],
])('%s and %s are one source: %s', (one, other, same) => {
  expect(networkOf(one) === networkOf(other)).toBe(same);
});

test('neither an account nor an address can be read off a place', () => {
  expect(placeOf('ada@example.com', '192.0.2.1')).not.toMatch(/ada|192/);
  expect(placeOf('ada@example.com', '192.0.2.1')).not.toBe(placeOf('ada@example.com', '192.0.2.2'));
});

test('what fails for a guess counts against its address, and tells of the limit; what is right, or fails else, does not', async () => {
  const { sources } = memoryStores();
  const limit = refreshLimit({ failedRefreshesPerTenMinutes: 2 } as AddressLimits);
  const attempt = (outcome: Promise<string>) =>
    countingFailures(outcome, { store: sources, address: '192.0.2.1', limit, now: NOW });
  const guess = () => attempt(Promise.reject(new Problem('invalid_grant')));
  for (let count = 0; count < 5; count += 1) {
    expect(await attempt(Promise.resolve('right'))).toBe('right');
    await expect(attempt(Promise.reject(new Problem('unavailable')))).rejects.toMatchObject({
      code: 'unavailable',
    });
  }
  for (const code of ['invalid_grant', 'invalid_grant', 'rate_limited', 'rate_limited'])
    await expect(guess()).rejects.toMatchObject({ code });
  expect(await attempt(Promise.resolve('right'))).toBe('right');
});

describe('requests that are not valid', () => {
  const limits = { failedLoginsPerTenMinutes: 3 } as AddressLimits;
  const invalid = invalidField('email', 'is required');
  function instance(sources = memoryStores().sources) {
    let now = NOW;
    let writes = 0;
    const counted: SourceStore = Object.assign(Object.create(sources), {
      count: (id: string, endsAt: number) => {
        writes += 1;
        return sources.count(id, endsAt);
      },
    });
    return {
      send: invalidRequests(counted, limits, () => now),
      writes: () => writes,
      at: (time: number) => (now = time),
    };
  }

  test('count by their source: beyond the limit they are told to wait, which costs no write more', async () => {
    const { send, writes, at } = instance();
    for (let call = 0; call < 3; call += 1) expect(await send(invalid, '192.0.2.1')).toBe(invalid);
    const end = Math.ceil(NOW / 600) * 600;
    for (let call = 0; call < 50; call += 1)
      expect(await send(invalid, '192.0.2.1')).toMatchObject({
        code: 'rate_limited',
        retryAfterSeconds: end - NOW,
      });
    expect(writes()).toBe(4);
    expect(await send(invalid, '192.0.2.2')).toBe(invalid);
    at(end);
    expect(await send(invalid, '192.0.2.1')).toBe(invalid);
  });

  test('count over all instances, also in parallel', async () => {
    const { sources } = memoryStores();
    const [one, other] = [instance(sources), instance(sources)];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, call) => (call % 2 === 0 ? one : other).send(invalid, '192.0.2.1')),
    );
    expect(answers.filter((answer) => answer === invalid)).toHaveLength(3);
  });

  test('do not touch the counter of wrong passwords, and other errors count for nothing', async () => {
    const { sources } = memoryStores();
    const { send, writes } = instance(sources);
    for (const code of [
      'wrong_password',
      'invalid_grant',
      'email_taken',
      'unavailable',
      'internal',
    ] as const) {
      const error = new Problem(code);
      for (let call = 0; call < 5; call += 1) expect(await send(error, '192.0.2.1')).toBe(error);
    }
    expect(writes()).toBe(0);
    for (let call = 0; call < 9; call += 1) await send(invalid, '192.0.2.1');
    await takeFromSource(sources, '192.0.2.1', loginLimit({ ...limits, failedLoginsPerTenMinutes: 1 }), NOW);
  });

  test('are told what is wrong where nothing can be counted', async () => {
    const sources = { ...memoryStores().sources, count: () => Promise.reject(new Problem('unavailable')) };
    expect(await invalidRequests(sources, limits, () => NOW)(invalid, '192.0.2.1')).toBe(invalid);
  });
});
