import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Facts } from '../../lambdas/access/facts.ts';
import { DynamoKeyRecords } from '../../lambdas/access/key-records-store.ts';
import { AuditTrail } from '../../lambdas/audit/trail-store.ts';
import type { Deployment } from '../../lambdas/contract/deployment.ts';
import type { RouteId } from '../../lambdas/contract/route-id.ts';
import { advertisedPaths, discovery } from '../../lambdas/http/discovery.ts';
import { serve } from '../../lambdas/http/serve.ts';
import { methodOrPath, methodsByPath } from '../../lambdas/http/unmatched.ts';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { tableCursors } from '../../lambdas/kernel/cursor.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';

import type { ServicesOf } from '../../lambdas/kernel/route.ts';
import { workspaceRevocation } from '../../lambdas/keys/revocation.ts';

import { routes } from '../../lambdas/table/index.ts';
import { managementRoutes } from '../../lambdas/table/management.ts';
import { publicRoutes } from '../../lambdas/table/public.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import { DynamoWorkspaceStore } from '../../lambdas/tenancy/workspace-store.ts';
import { DynamoUsageStore } from '../../lambdas/usage/usage-store.ts';
import { openApiDocument } from '../../lib/openapi/document.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { DEPLOYMENT as DEFAULT_DEPLOYMENT, rightsIn } from '../support/deployment.ts';
import { judgeOf } from '../support/documented.ts';
import { NOW, startStore, storeTenant, type TestStore } from '../support/table.ts';
import { administratorContext, type EventInput, event } from './requests.ts';

const ORIGIN = 'https://app.example.com';
const DEPLOYMENT: Deployment = {
  ...DEFAULT_DEPLOYMENT,
  cors: { ...DEFAULT_DEPLOYMENT.cors, allowedOrigins: [ORIGIN], exposedHeaders: ['Allow'] },
};
const SECRET_CAUSE = 'connect ECONNREFUSED table-of-secrets';

let store: TestStore;
beforeAll(async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  store = await startStore();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await store.stop();
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))('serving %s', (_name, profile) => {
  const rendering = { profile, deployment: DEPLOYMENT };
  const failing: ServicesOf<typeof publicRoutes> = {
    checkHealth: async () => {
      throw new Problem('unavailable', { message: 'Not healthy: database.', cause: new Error(SECRET_CAUSE) });
    },
    metrics: () => Promise.reject(new Error('no table')),
    openApi: () => openApiDocument(routes, profile, rightsIn(profile)),
    publicKeys: () => Promise.reject(new TypeError(SECRET_CAUSE)),
    pageFiles: { stylesheet: '', logo: '' },
    consoleFiles: null,
    discovery: discovery('https://api.example.com', advertisedPaths(routes, profile), profile, DEPLOYMENT),
  };
  const publicly = serve(publicRoutes, failing, rendering, {
    unmatched: methodOrPath(methodsByPath(routes, profile)),
  });

  test('what no row names is the profile’s 404', async () => {
    for (const input of [
      { method: 'GET', resource: '/{proxy+}', path: '/nothing' },
      { method: 'GET', resource: '/v1/auth/{proxy+}', path: '/v1/auth/login/more' },
      { method: 'constructor', resource: '__proto__', path: '/x' },
    ]) {
      const { statusCode, body } = await publicly(event(input));
      expect(statusCode).toBe(404);
      const shape = profile.errorBody({
        status: 404,
        type: 'not_found_error',
        code: 'c',
        title: 't',
        message: 'm',
        requestId: 'r',
        fields: [],
      });
      expect(Object.keys(JSON.parse(body))).toEqual(Object.keys(shape as object));
    }
  });

  test('a row without a resource of its own is found by its path', async () => {
    const found = async (method: string, path: string) =>
      (await publicly(event({ method, resource: '/{proxy+}', path }))).statusCode;
    for (const method of ['GET', 'HEAD'])
      for (const path of ['/openapi.json', '/openapi.json/'])
        expect(await found(method, path), path).toBe(200);
    expect(await found('DELETE', '/openapi.json')).toBe(405);
    for (const path of ['/OPENAPI.json', '/openapi.json/x', '/__proto__'])
      expect(await found('GET', path), path).toBe(404);
    for (const path of ['//openapi.json', '/openap%69.json'])
      expect(await found('GET', path), path).toBe(400);
  });

  test('a method that a path of ours lacks is a 405 that says which it has', async () => {
    for (const [method, resource, path, allow] of [
      ['PUT', '/{proxy+}', '/health', 'GET, HEAD'],
      ['PUT', '/v1/auth/{proxy+}', '/v1/auth/login', 'POST'],
      ['HEAD', '/v1/auth/{proxy+}', '/v1/auth/login/', 'POST'],
    ] as const) {
      const { statusCode, headers, body } = await publicly(event({ method, resource, path }));
      expect([statusCode, headers?.Allow], path).toEqual([405, allow]);
      expect(headers?.['Access-Control-Expose-Headers']).toContain('Allow');
      expect(body).toContain(`This path takes ${allow} only.`);
    }
  });

  test('a failure names itself to the operator and not to the caller', async () => {
    const unexpected = await publicly(event({ method: 'GET', resource: '/.well-known/jwks.json' }));
    expect(unexpected.statusCode).toBe(500);
    const expected = await publicly(event({ method: 'GET', resource: '/health' }));
    expect(expected.statusCode).toBe(503);
    expect(expected.body).toContain('Not healthy: database.');
    for (const { body, headers } of [unexpected, expected]) {
      expect(`${body}${JSON.stringify(headers)}`).not.toMatch(/secrets|ECONN|TypeError|\.ts/);
    }
    expect(vi.mocked(process.stdout.write).mock.calls.flat().join('\n')).toContain(SECRET_CAUSE);
  });

  test('every response, good or bad, is JSON with its id, its origin and no sniffing', async () => {
    for (const resource of ['/openapi.json', '/health', '/nothing']) {
      const headers = { 'X-Request-ID': ['mine-1'], Authorization: ['Bearer secret-credential'] };
      const { headers: sent, body } = await publicly(event({ method: 'GET', resource, headers }));
      expect(() => JSON.parse(body)).not.toThrow();
      expect(sent).toMatchObject({
        'Content-Type': 'application/json; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
        'X-Request-ID': 'mine-1',
        'Access-Control-Allow-Origin': ORIGIN,
      });
      expect(sent?.['Cache-Control']).toBe(resource === '/openapi.json' ? 'public, max-age=300' : 'no-store');
    }
    expect(vi.mocked(process.stdout.write).mock.calls.flat().join('\n')).not.toContain('secret-credential');
  });

  test('an ambiguous path is a 400 before any row is looked at', async () => {
    for (const path of ['/health%2f', '//health', '/a/../health', '/health%00']) {
      expect((await publicly(event({ method: 'GET', resource: '/health', path }))).statusCode, path).toBe(
        400,
      );
    }
  });

  describe('keys, by a person', () => {
    let tenant: Awaited<ReturnType<typeof storeTenant>>;
    let context: Record<string, string>;
    let call: (
      input: Omit<EventInput, 'context'>,
    ) => Promise<{ status: number; body: Record<string, unknown>; headers: object }>;
    const judge = judgeOf(openApiDocument(routes, profile, rightsIn(profile)));

    beforeAll(async () => {
      tenant = await storeTenant(store);
      const { tenantId, workspaceId, account } = tenant;
      context = administratorContext({ tenantId, workspaceId, userId: account.user.userId });
      const clock = () => NOW;
      const keys = { profile, deployment: DEPLOYMENT, keys: store.keys, clock };
      const { table } = store;
      const services: ServicesOf<typeof managementRoutes> = {
        claims: store.claims,
        keys,
        requireRecentSignIn: async () => {},
        clients: { profile, deployment: DEPLOYMENT, clients: store.clients, clock },
        users: store.accounts,
        sessions: store.sessions,
        signIns: store.signIns,
        apps: store.apps,
        clock,
        workspaces: {
          workspaces: new DynamoWorkspaceStore(table),
          revokeKeys: workspaceRevocation(keys),
          clock,
        },
        profile,
        deployment: DEPLOYMENT,
        tenants: new DynamoTenantStore(table),
        verification: {
          ...keys,
          workspaces: new DynamoWorkspaceStore(table),
          records: new DynamoKeyRecords(table, table.name, new Facts(table, table.name)),
        },
        audit: new AuditTrail(table),
        cursors: tableCursors(table),
        usage: new DynamoUsageStore(table, DEPLOYMENT),
      };
      const handler = serve(managementRoutes, services, rendering);
      call = async (input) => {
        const { statusCode, body, headers = {} } = await handler(event({ ...input, context }));
        const response = {
          status: statusCode,
          text: body,
          headers: { 'content-type': String(headers['Content-Type']) },
        };
        expect(judge(`${input.method} ${input.resource}`, response)).toBeUndefined();
        return { status: statusCode, body: JSON.parse(body), headers };
      };
    });

    const rows = apiRows(routes, profile);
    const pathOf = (id: RouteId) =>
      rows.find((row) => row.kind === 'route' && row.route.id === id)?.path ?? `no row ${id}`;
    const keysPath = pathOf('listKeys');
    /** A body as text, whatever the profile calls its parts and wraps them in. */
    const contents = (body: Record<string, unknown>) => JSON.stringify(body);
    const post = (body: unknown) => call({ method: 'POST', resource: keysPath, body: JSON.stringify(body) });
    const one = (method: string, id: string, body?: unknown) =>
      call({
        method,
        resource: pathOf('getKey'),
        path: `${keysPath}/${id.slice(0, 40)}`,
        params: { id },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });

    test('are made, shown, listed, changed, rotated and revoked, each answer as the document says', async () => {
      const made = await post({
        name: 'production-key',
        allowed_ips: ['2001:db8::/32', '192.0.2.1'],
        expires_in_days: 30,
      });
      expect(made.status).toBe(201);
      expect(made.headers).toMatchObject({ 'X-RateLimit-Limit': '100', 'X-RateLimit-Remaining': '99' });
      const [id = ''] = contents(made.body).match(/key_[0-9a-f]{32}/) ?? [];
      const [key = ''] = contents(made.body).match(/"key":"[^"]{50,}"/) ?? [];
      expect(key).not.toBe('');
      const shown = await one('GET', id);
      expect(contents(shown.body)).toContain('production-key');
      const listed = await call({ method: 'GET', resource: keysPath });
      expect(contents(listed.body)).not.toContain(key);
      expect(contents(shown.body)).not.toContain(key);
      expect(contents((await one('PATCH', id, { enabled: false })).body)).toContain('"status":"disabled"');
      const rotate = (body?: unknown) =>
        call({
          method: 'POST',
          resource: pathOf('rotateKey'),
          params: { id },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      expect((await rotate({})).status).toBe(409);
      expect((await one('PATCH', id, { enabled: true })).status).toBe(200);
      const forever = await one('PATCH', id, { expires_in_days: null });
      expect(forever.status).toBe(profile.keys.defaultExpiryDays === null ? 200 : 400);
      const rotated = await rotate();
      expect(rotated.status).toBe(200);
      expect(contents(rotated.body)).toMatch(/"key":"[^"]{50,}"/);
      expect(contents(rotated.body)).not.toContain(key);
      expect(contents((await one('DELETE', id)).body)).toContain('"status":"revoked"');
      expect((await one('DELETE', id)).status).toBe(200);
      expect((await one('PATCH', id, { name: 'x' })).status).toBe(410);
      expect((await rotate()).status).toBe(410);
      const me = await call({ method: 'GET', resource: '/v1/auth/me' });
      expect(contents(me.body)).toContain(tenant.tenantId);
    });

    test('of another tenant, and those that there are not, answer alike', async () => {
      const other = await storeTenant(store);
      const theirs = other.account.key.key.id;
      for (const method of ['GET', 'DELETE', 'PATCH']) {
        const body = method === 'PATCH' ? { name: 'x' } : undefined;
        const answers = await Promise.all([
          one(method, theirs, body),
          one(method, 'key_none', body),
          one(method, 'x'.repeat(5000), body),
        ]);
        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
        expect(
          new Set(answers.map((answer) => contents(answer.body).replace(/"request_id":"[^"]*"/, ''))).size,
        ).toBe(1);
      }
    });

    test('page by a cursor that cannot be edited', async () => {
      for (let index = 0; index < 3; index += 1) await post({ name: `key ${index}` });
      const list = (query: Record<string, string[]>) => call({ method: 'GET', resource: keysPath, query });
      const first = await list({ limit: ['2'] });
      const [, cursor = ''] = contents(first.body).match(/"next_?cursor":"([^"]+)"/i) ?? [];
      expect(cursor).not.toBe('');
      expect((await list({ limit: ['2'], cursor: [cursor] })).status).toBe(200);
      for (const query of [
        { cursor: [`${cursor}x`] },
        { cursor: [''] },
        { limit: ['0'] },
        { limit: ['1001'] },
        { limit: ['x'] },
        { limit: ['1.5'] },
        { limit: ['1', '2'] },
        { page: ['1'] },
      ]) {
        expect((await list(query as Record<string, string[]>)).status, JSON.stringify(query)).toBe(400);
      }
    });

    test('of a past date, an unknown workspace or a wrong scope are a 4xx that names it', async () => {
      for (const [body, status, word] of [
        [{ name: 'a', expires_at: '2020-01-01T00:00:00Z' }, 400, 'expires_at'],
        [{ name: 'a', expires_in_days: 36_500 }, 400, 'expires_in_days'],
        [{ name: 'a', scopes: ['fly'] }, 400, 'scopes'],
        [{ name: 'a', workspace_id: 'none' }, 404, 'workspace'],
        [{ name: 'a', color: 1 }, 400, 'color'],
        [{ name: 'a', metadata: { a: '\ud800' } }, 400, 'Unicode'],
        [[], 400, 'object'],
      ] as const) {
        const answer = await post(body);
        expect(answer.status, JSON.stringify(body)).toBe(status);
        expect(JSON.stringify(answer.body)).toContain(word);
      }
    });

    test('without an identity are refused whatever brought the request here', async () => {
      const handler = serve(managementRoutes, {} as ServicesOf<typeof managementRoutes>, rendering);
      for (const row of rows) {
        if (row.kind !== 'route' && row.kind !== 'head') continue;
        if (row.route.service !== 'management') continue;
        const { statusCode } = await handler(event({ method: row.method, resource: row.path, body: '{}' }));
        expect(statusCode, row.path).toBe(401);
      }
    });
  });
});
