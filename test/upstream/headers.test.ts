import { expect, test } from 'vitest';
import { responseHeaders, upstreamHeaders } from '../../lambdas/upstream/headers.ts';

const CALLER = {
  kind: 'key',
  keyId: 'key_1',
  tenantId: 'tenant',
  workspaceId: 'workspace',
  scopes: ['read'],
  environment: 'live',
} as const;

const sent = (received: Record<string, string[]>) =>
  Object.fromEntries(upstreamHeaders(received, CALLER, 'request', 'assertion'));

test.each([
  'X-Latchkey-Tenant',
  'x_latchkey_tenant',
  'X_Latchkey-Tenant',
  'x-latchkey_tenant',
  'Authorization',
  'X-API-Key',
  'X-HTTP-Method-Override',
  'X-Original-URL',
  'X-Rewrite-URL',
  'Proxy-Authorization',
  'X-RateLimit-Remaining',
  'RateLimit',
])('a client’s %s does not reach the upstream', (name) => {
  expect(Object.values(sent({ [name]: ['forged'] }))).not.toContain('forged');
});

test('headers that Connection names are the connection’s, and others go on', () => {
  const headers = sent({ Connection: ['close, X-Hop'], 'X-Hop': ['1'], Accept: ['text/plain'] });
  expect(headers).toMatchObject({ accept: 'text/plain', 'x-latchkey-tenant': 'tenant' });
  expect(headers).not.toHaveProperty('x-hop');
  expect(headers).not.toHaveProperty('connection');
});

test('an idempotency key is the upstream’s affair, and reaches it as it came', () => {
  expect(sent({ 'Idempotency-Key': ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'] })).toMatchObject({
    'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"',
  });
});

const NOW = Date.parse('2026-11-21T07:30:00Z') / 1000;
const passed = (status: number, headers: Record<string, string>) =>
  responseHeaders({ status, headers: new Headers(headers) }, NOW);

test.each([
  'X-RateLimit-Limit',
  'x-rate-limit-reset',
  'RateLimit',
  'RateLimit-Policy',
  'RateLimit-Remaining',
])('an upstream’s %s tells nobody what it is not', (name) => {
  expect(passed(200, { [name]: '1', 'X-Rated': 'yes' })).toEqual({ 'x-rated': ['yes'] });
});

test.each([
  [429, '30', ['30']],
  [429, 'Sat, 21 Nov 2026 07:31:00 GMT', ['60']],
  [429, 'Sat, 21 Nov 2026 07:00:00 GMT', ['0']],
  [429, 'soon', undefined],
  [429, '-1', undefined],
  [503, '30', undefined],
])('a %i with "Retry-After: %s" has whole seconds or none', (status, value, expected) => {
  expect(passed(status, { 'Retry-After': value })['retry-after']).toEqual(expected);
});
