import { expect, test } from 'vitest';
import { nginxBinary } from '../../bench/nginx.ts';
import { timeSides } from '../../bench/pairs.ts';
import { measureProxy } from '../../bench/proxy.ts';

const BRIEF = { rounds: 2, callsPerBatch: 2 };

test.each([
  ['beside nginx where it is installed', nginxBinary()],
  ['without nginx where it is not', null],
])('the forwarder is measured %s, and every answer was whole', async (_, binary) => {
  const { ofNginx, ofPrevious, addedOfPrevious, ...orientation } = await measureProxy(BRIEF, binary);
  expect(ofNginx === null).toBe(binary === null);
  for (const { median } of [...Object.values(ofNginx ?? {}), ...Object.values(ofPrevious), addedOfPrevious])
    expect(Number.isFinite(median)).toBe(true);
  for (const microseconds of Object.values(orientation)) expect(microseconds).toBeGreaterThan(0);
});

test('sides take turns, and each begins as often as the others', async () => {
  const calls: string[] = [];
  const side = (name: string) => async () => void calls.push(name);
  const times = await timeSides({ a: side('a'), b: side('b'), c: side('c') }, 3, 2);
  // Two rounds of warm-up, then three that count.
  expect(calls.join('')).toBe(['aabbcc', 'bbccaa', 'ccaabb', 'aabbcc', 'bbccaa'].join(''));
  expect(Object.values(times).map(({ length }) => length)).toEqual([3, 3, 3]);
});

test('an nginx that does not start fails the run, and leaves nothing running', async () => {
  await expect(measureProxy(BRIEF, '/bin/false')).rejects.toThrow('nginx does not start');
});
