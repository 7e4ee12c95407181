import { expect, test } from 'vitest';
import * as z from 'zod';
import { clientFields, presentedClient } from '../../lambdas/clients/client-fields.ts';

const form = z.object(clientFields);
const BASIC = { user: 'client_abc', password: 'secret' } as never;

test('a secret in a form is refused, also beside the header, and is not repeated', () => {
  for (const basic of [BASIC, null, undefined])
    for (const client_secret of ['hunter2-of-the-client', '']) {
      const present = () => presentedClient(form.parse({ client_id: 'client_abc', client_secret }), basic);
      expect(present).toThrow(expect.objectContaining({ code: 'malformed_request' }));
      expect(present).toThrow('Authorization: Basic');
      expect(present).not.toThrow('hunter2');
    }
});

test('what else a form presents is taken as it stands', () => {
  const assertion = { client_assertion_type: 'a type', client_assertion: 'e30.e30.x' };
  expect(presentedClient(form.parse({ client_id: 'client_abc', ...assertion }), BASIC)).toEqual({
    basic: BASIC,
    clientId: 'client_abc',
    assertionType: 'a type',
    assertion: 'e30.e30.x',
  });
  expect(presentedClient(form.parse({}), undefined)).toEqual({
    basic: undefined,
    clientId: undefined,
    assertionType: undefined,
    assertion: undefined,
  });
});

test('a form names its client, and sends no more than an assertion is long', () => {
  expect(form.safeParse({ client_id: '' }).success).toBe(false);
  expect(form.safeParse({ client_assertion: 'a'.repeat(4097) }).success).toBe(false);
  expect(form.safeParse({ client_assertion: 'a'.repeat(4096) }).success).toBe(true);
});
