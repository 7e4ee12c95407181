import { expect, test } from 'vitest';
import { inWrittenNames } from '../../lambdas/http/field-names.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { Html } from '../../lambdas/kernel/results.ts';

const ALIASES = { titel: 'name' };

test('a complaint about fields names them as they were written, and is otherwise the same', () => {
  const detail = {
    retryAfterSeconds: 7,
    members: { way: 'on' },
    page: new Html('<form>again</form>'),
    cause: new Error('no answer'),
  };
  const fields = [
    { field: 'name', message: 'is long' },
    { field: 'code', message: 'is old' },
  ];
  const thrown = inWrittenNames(new Problem('invalid_field', { ...detail, fields }), { code: '1' }, ALIASES);
  expect(thrown).toBeInstanceOf(Problem);
  expect(thrown).toMatchObject({
    ...detail,
    message: 'titel: is long; code: is old',
    fields: [
      { field: 'titel', message: 'is long' },
      { field: 'code', message: 'is old' },
    ],
  });
});

test('what complains about no field stays as it is', () => {
  for (const error of [new Problem('unavailable'), new Error('a bug')])
    expect(inWrittenNames(error, {}, ALIASES)).toBe(error);
});
