import { expect, test } from 'vitest';
import { ApiError, fieldFault } from '../../../console/api/errors.ts';

const refused = (...errors: readonly { readonly field: string; readonly message: string }[]) =>
  new ApiError({ error: { code: 'invalid_request', errors } }, new Response(null, { status: 400 }));

test('the fault of a field is its own, or that of a part of it', () => {
  for (const field of ['allowed_ips', 'allowed_ips[2]', 'allowed_ips.0'])
    expect(fieldFault(refused({ field, message: 'no address' }), 'allowed_ips')).toBe('no address');
  const inside = refused({ field: 'key_defaults.scopes[0]', message: 'no scope' });
  expect(fieldFault(inside, 'key_defaults.scopes')).toBe('no scope');
});

test('another field has no fault, even if its name begins the same way', () => {
  const refusal = refused({ field: 'name_suffix', message: 'too long' });
  for (const name of ['name', 'suffix', 'email']) expect(fieldFault(refusal, name)).toBeUndefined();
  expect(fieldFault(new Error('name'), 'name')).toBeUndefined();
});
