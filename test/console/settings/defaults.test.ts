import { expect, test } from 'vitest';
import { defaultsBody, defaultsForm } from '../../../console/screens/settings/defaults.ts';

test.each([
  [{ expires_in_days: 30, scopes: ['read', 'write'], allowed_ips: ['192.0.2.1', '2001:db8::/32'] }],
  [{ expires_in_days: null, scopes: null, allowed_ips: null }],
])('defaults that nobody changes are sent as they were: %j', (defaults) => {
  expect(defaultsBody(defaultsForm(defaults))).toEqual(defaults);
});

test('what is left empty follows the service', () => {
  expect(defaultsBody({ days: '', scopes: [], addresses: ' \n' })).toEqual({
    expires_in_days: null,
    scopes: null,
    allowed_ips: null,
  });
});
