import { expect, test } from 'vitest';
import type { Upstream } from '../../lambdas/contract/upstream.ts';
import { upstreamChoice } from '../../lambdas/upstream/choice.ts';

const upstream = (name: string, path: string, more: Partial<Upstream> = {}): Upstream => ({
  name,
  path,
  target: { kind: 'url', url: `https://${name || 'main'}.example` },
  canary: null,
  timeoutSeconds: 27,
  sharesOrigin: false,
  circuitBreaker: null,
  stream: null,
  ...more,
});
const caller = (tenantId: string) =>
  ({ kind: 'key', keyId: 'key_1', tenantId, workspaceId: 'w', scopes: [], environment: 'live' }) as const;
const tenants = Array.from({ length: 2_000 }, (_, index) => `tenant-${index}`);
const withCanary = (percent: number) =>
  upstreamChoice([
    upstream('', '', { canary: { target: { kind: 'url', url: 'https://new.example' }, percent } }),
  ]);
const onCanary = (percent: number) =>
  tenants.filter((tenant) => {
    const { target } = withCanary(percent).of('/v1/x', caller(tenant)) ?? {};
    return target?.kind === 'url' && target.url === 'https://new.example';
  });

test.each([
  ['/v1/x', ''],
  ['/v1/search', 'search'],
  ['/v1/search/', 'search'],
  ['/v1/searching', ''],
  ['/v1/search/deep', 'deep'],
  ['/v1/search/deep/er', 'deep'],
])('%s goes to the upstream with the longest path', (path, name) => {
  const choice = upstreamChoice([
    upstream('search', '/v1/search'),
    upstream('', ''),
    upstream('deep', '/v1/search/deep'),
  ]);
  expect(choice.of(path, caller('t'))?.name).toBe(name);
});

test('a path that none serves has none', () => {
  expect(upstreamChoice([upstream('mcp', '/mcp')]).of('/v1/x', caller('t'))).toBeUndefined();
});

test('a canary has about its share of the tenants, a larger one has those of a smaller', () => {
  expect(onCanary(0)).toEqual([]);
  expect(onCanary(100)).toEqual(tenants);
  const ten = onCanary(10);
  expect(ten.length).toBeGreaterThan(140);
  expect(ten.length).toBeLessThan(260);
  const thirty = new Set(onCanary(30));
  expect(ten.every((tenant) => thirty.has(tenant))).toBe(true);
});

test('a tenant is always on the same side, and nobody who is not proven is on it', () => {
  const choice = withCanary(50);
  for (const tenant of tenants.slice(0, 20))
    expect(choice.of('/v1/a', caller(tenant))).toBe(choice.of('/v1/b', caller(tenant)));
  const anonymous = {
    kind: 'anonymous',
    tenantId: 't',
    workspaceId: 'w',
    scopes: [],
    environment: 'live',
  } as const;
  expect(withCanary(100).of('/v1/x', anonymous)?.name).toBe('');
});

test('a canary is an upstream of its own, with connections and a circuit of its own', () => {
  expect(withCanary(10).all.map(({ name }) => name)).toEqual(['', 'upstream canary']);
});
