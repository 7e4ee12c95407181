import { expect, test } from 'vitest';
import { readRows } from '../../lambdas/transfer/import-rows.ts';
import { profile } from '../../profiles/default.ts';
import { NOW } from '../support/tenants.ts';

const told = (row: object) => {
  const bytes = Buffer.from(JSON.stringify({ type: 'api_key', ...row }));
  const reading = { tenantId: 't', proof: 'key', format: profile.keys, now: NOW } as const;
  const [read] = readRows({ bytes, encoding: '' }, reading);
  return read?.kind === 'refused' ? read.message : read?.kind;
};

test.each([
  [{}, 'key: is required: the key itself'],
  [{ name: [] }, 'name: must be a text'],
  [{ expires_at: -1 }, 'expires_at: must be a text'],
  [{ scopes: Array(65).fill('read') }, 'scopes: must have at most 64 members'],
])('of %j is told what must be', (fields, message) => {
  const key = 'name' in fields || 'expires_at' in fields || 'scopes' in fields ? { key: 'k'.repeat(20) } : {};
  expect(told({ ...key, ...fields })).toBe(message);
});
