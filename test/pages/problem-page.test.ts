import { expect, test } from 'vitest';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { Html } from '../../lambdas/kernel/results.ts';
import { withProblemPage } from '../../lambdas/pages/problem-page.ts';

const page = new Html('<p>It is over.</p>');
const pageOf = ({ code }: Problem) => (code === 'unavailable' ? page : undefined);
const failing = (error: Error) => withProblemPage(Promise.reject(error), pageOf).catch((thrown) => thrown);

test('what has no problem is given as it is', async () => {
  await expect(withProblemPage(Promise.resolve('done'), pageOf)).resolves.toBe('done');
});

test('a problem is thrown with its page, and is otherwise the same', async () => {
  const cause = new Error('no answer');
  const fields = [{ field: 'code', message: 'is old' }];
  const detail = { message: 'Not now.', fields, retryAfterSeconds: 7, members: { way: 'on' }, cause };
  const thrown = await failing(new Problem('unavailable', detail));
  expect(thrown).toEqual(new Problem('unavailable', { ...detail, page }));
  expect(thrown).toMatchObject({ page, ...detail });
});

test('a problem without a page of its own, and what is no problem, are thrown as they are', async () => {
  const others = [new Problem('rate_limited'), new Error('a bug')];
  for (const error of others) expect(await failing(error)).toBe(error);
});
