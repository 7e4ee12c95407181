import { expect, test } from 'vitest';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import { N, S } from '../../lambdas/kernel/items.ts';
import { API_KEY, type ApiKey, RETENTION_SECONDS } from '../../lambdas/keys/api-key.ts';
import { keyRecord } from '../../lambdas/keys/key-record.ts';

const block = parseBlock('192.0.2.0/24');

const key: ApiKey = {
  ...API_KEY.initial,
  id: 'key_1',
  tenantId: 't',
  workspaceId: 'w',
  locator: 'l',
  name: 'A key',
  environment: 'test',
  scopes: ['read', 'write'],
  expiresAt: 1_800_000_000,
  lifetimeSeconds: null,
  allowedBlocks: block === undefined ? [] : [block],
  metadata: { team: 'a' },
  createdAt: 1_700_000_000,
  createdBy: 'user:u',
};

test('the authorizer reads of a record what the declaration writes', () => {
  const hash = Buffer.from('hash');
  const record = {
    ...API_KEY.item('record', key),
    [attribute.HASH]: S(hash.toString('base64')),
  };
  expect(keyRecord(record)).toEqual({
    state: key.state,
    slots: [{ hash, expiresAt: key.expiresAt }],
    caller: {
      keyId: key.id,
      tenantId: key.tenantId,
      workspaceId: key.workspaceId,
      environment: key.environment,
      scopes: key.scopes,
    },
    allowedBlocks: key.allowedBlocks,
  });
});

test('a key is read as it was stored, also one that was revoked, rotated and used', () => {
  const [record, row] = [API_KEY.item('record', key), API_KEY.item('row', key)];
  expect(API_KEY.read({ record, row })).toEqual(key);
  const used = {
    ...record,
    [attribute.STATE]: S('revoked'),
    [attribute.USED_AT]: N(7),
    [attribute.USED_FROM]: S('192.0.2.1'),
    [attribute.USES]: N(3),
    [attribute.ROTATED_AT]: N(5),
    [attribute.PREVIOUS_EXPIRY]: N(9),
    ttl: N(11 + RETENTION_SECONDS),
  };
  expect(API_KEY.read({ record: used, row })).toEqual({
    ...key,
    state: 'revoked',
    revokedAt: 11,
    rotatedAt: 5,
    lastUse: { at: 7, address: '192.0.2.1' },
    requests: 3,
    previousExpiresAt: 9,
  });
});

test('the trail tells of a record neither a hash nor where it is', () => {
  const told = API_KEY.auditedItem('record', {
    ...API_KEY.item('record', key),
    [attribute.HASH]: S('hash'),
    [attribute.ROTATED_AT]: N(1_700_000_001),
  });
  expect(told).toEqual({
    workspace_id: 'w',
    environment: 'test',
    scopes: ['read', 'write'],
    status: 'active',
    expires_at: '2027-01-15T08:00:00Z',
    allowed_ips: ['192.0.2.0/24'],
    rotated_at: '2023-11-14T22:13:21Z',
  });
});
