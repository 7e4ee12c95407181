import { expect, test } from 'vitest';
import { readied } from '../../lambdas/kernel/ready.ts';

test('an instance is ready once it has read', async () => {
  let isRead = false;
  await readied(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    isRead = true;
  });
  expect(isRead).toBe(true);
});

test.each([
  ['fails', async () => Promise.reject(new Error('down'))],
  [
    'throws at once',
    () => {
      throw new Error('no endpoint');
    },
  ],
  ['never ends', () => new Promise(() => undefined)],
])('a read that %s is not waited for beyond its time, and breaks nothing', async (_, read) => {
  const started = performance.now();
  await expect(readied(read, 50)).resolves.toBeUndefined();
  expect(performance.now() - started).toBeLessThan(1_000);
});
