import { expect, test } from 'vitest';
import { upstreamHeaders } from '../../lambdas/forwarder/headers.ts';

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
])('a client’s %s does not reach the upstream', (name) => {
  expect(Object.values(sent({ [name]: ['forged'] }))).not.toContain('forged');
});

test('headers that Connection names are the connection’s, and others go on', () => {
  const headers = sent({ Connection: ['close, X-Hop'], 'X-Hop': ['1'], Accept: ['text/plain'] });
  expect(headers).toMatchObject({ accept: 'text/plain', 'x-latchkey-tenant': 'tenant' });
  expect(headers).not.toHaveProperty('x-hop');
  expect(headers).not.toHaveProperty('connection');
});
