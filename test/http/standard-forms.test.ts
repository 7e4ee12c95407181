import { expect, test } from 'vitest';
import { routes } from '../../lambdas/table/index.ts';

const forms = routes.flatMap(({ id, takesForm, body }) => (takesForm && body ? [{ id, body }] : []));

test('the rows that imitate a standard take a form', () => {
  expect(forms.map(({ id }) => id)).toEqual(expect.arrayContaining(['login', 'refresh', 'exchangeToken']));
});

test.each(forms)('$id passes over fields that it does not know (RFC 6749, 3.2)', ({ body }) => {
  const issues = body.safeParse({ surprise: 'x', client_secret: 'x' }).error?.issues ?? [];
  expect(issues.map(({ code }) => code)).not.toContain('unrecognized_keys');
});
