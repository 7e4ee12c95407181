import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Access, METHODS, type Method } from '../../lambdas/contract/access.ts';
import type { PathScope } from '../../lambdas/contract/profile.ts';
import type { ServiceName } from '../../lambdas/contract/route-id.ts';
import { type ApiRow, accessTable, apiRows, caughtRows, covers } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import { upstreamScopes } from '../../lambdas/upstream/path-scopes.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { RIGHTS, rightsIn } from '../support/deployment.ts';

const [profile] = PROFILES;
const methodScopes =
  profile?.methodScopes ??
  (() => {
    throw new Error('no profile');
  })();
const scopeOf = (path: string, rules: readonly PathScope[], method: (typeof METHODS)[number] = 'GET') =>
  upstreamScopes(method, path, rules, methodScopes).join(' ');

describe('the scope of an upstream call', () => {
  const admin: readonly PathScope[] = [{ path: '/v1/admin/*', scope: 'admin' }];

  test('is the method’s where no rule matches', () => {
    for (const method of METHODS) expect(scopeOf('/v1/x', [], method)).toBe(methodScopes[method]);
    expect(methodScopes.HEAD).toBe(methodScopes.GET);
    expect(methodScopes.PUT).toBe('write');
  });

  test('a rule with /* takes its root and everything below, and no path that only begins alike', () => {
    for (const path of ['/v1/admin', '/v1/admin/', '/v1/admin/users', '/v1/admin/users/1/']) {
      expect(scopeOf(path, admin), path).toBe('admin');
    }
    for (const path of ['/v1/administrators', '/v1/adm', '/v1', '/v1/x/admin/users', '/admin']) {
      expect(scopeOf(path, admin), path).toBe('read');
    }
  });

  test('a rule without /* takes its path alone, with or without a slash at its end', () => {
    const rules: readonly PathScope[] = [{ path: '/v1/purge', scope: 'delete' }];
    expect(scopeOf('/v1/purge', rules)).toBe('delete');
    expect(scopeOf('/v1/purge/', rules)).toBe('delete');
    expect(scopeOf('/v1/purge/1', rules)).toBe('read');
  });

  test('a rule also takes other cases, and a suffix of a format at the end of its path, beside the method’s scope', () => {
    const rules: readonly PathScope[] = [...admin, { path: '/v1/reports', scope: 'admin' }];
    for (const path of [
      '/v1/Reports',
      '/V1/REPORTS/',
      '/v1/reports.json',
      '/v1/reports.tar.gz',
      '/v1/reports.',
      '/v1/report%73.json',
      '/v1/ADMIN/Users',
      '/v1/admin.xml',
    ]) {
      expect(scopeOf(path, rules, 'POST'), path).toBe('admin write');
    }
    for (const path of ['/v1/reports.d/list', '/v1/reportsjson', '/v1/report.json'])
      expect(scopeOf(path, rules, 'POST'), path).toBe('write');
  });

  test('the cases of letters beyond ASCII are one too, however they are escaped', () => {
    const rules: readonly PathScope[] = [...admin, { path: '/v1/reports', scope: 'admin' }];
    // A long s, which patterns that look at no case take for an s, and É for é.
    expect(scopeOf('/v1/report%C5%BF', rules, 'POST')).toBe('admin write');
    for (const path of ['/v1/résumé', '/v1/r%C3%A9sum%C3%A9'])
      expect(scopeOf('/v1/R%C3%89SUM%c3%89.json', [{ path, scope: 'admin' }], 'POST'), path).toBe(
        'admin write',
      );
    expect(scopeOf('/v1/report%ff%80', rules, 'POST')).toBe('write');
  });

  test('a path written another way never takes less than its method, nor than a rule that has it to the letter', () => {
    const search: PathScope = { path: '/v1/search', methods: ['POST'], scope: 'read' };
    expect(scopeOf('/v1/search/', [search], 'POST')).toBe('read');
    for (const path of ['/v1/Search', '/v1/search.json'])
      expect(scopeOf(path, [search], 'POST')).toBe('read write');
    expect(scopeOf('/v1/SEARCH', [search, { path: '/v1/SEARCH', scope: 'admin' }], 'POST')).toBe(
      'read admin',
    );
    expect(scopeOf('/v1/search.json', [{ path: '/v1/search.json', scope: 'admin' }, search], 'POST')).toBe(
      'admin',
    );
  });

  test('a rule of GET is one of HEAD too', () => {
    const rules: readonly PathScope[] = [{ path: '/v1/reports', methods: ['GET'], scope: 'admin' }];
    expect(scopeOf('/v1/reports', rules, 'HEAD')).toBe('admin');
  });

  test('the first rule that matches path and method wins', () => {
    const rules: readonly PathScope[] = [
      { path: '/v1/admin/*', methods: ['GET'], scope: 'write' },
      { path: '/v1/admin/stats', scope: 'read' },
      { path: '/v1/admin/*', scope: 'admin' },
    ];
    expect(scopeOf('/v1/admin/stats', rules, 'GET')).toBe('write');
    expect(scopeOf('/v1/admin/stats', rules, 'POST')).toBe('read');
    expect(scopeOf('/v1/admin/users', rules, 'POST')).toBe('admin');
  });

  test('an escape that stands for a letter of the rule does not slip past it (RFC 3986, 6.2.2.2)', () => {
    const escaped = fc
      .array(fc.boolean(), { minLength: 5, maxLength: 5 })
      .map((mask) =>
        [...'admin']
          .map((letter, at) => (mask[at] ? `%${letter.charCodeAt(0).toString(16)}` : letter))
          .join(''),
      );
    fc.assert(
      fc.property(escaped, (segment) => {
        expect(scopeOf(`/v1/${segment}/users`, admin)).toBe('admin');
        expect(scopeOf(`/v1/${segment.toUpperCase().replaceAll('ADMIN', 'admin')}`, [])).toBe('read');
        expect(scopeOf(`/v1/${segment}/%ff%zz`, admin)).toBe('admin');
      }),
    );
    expect(scopeOf('/v1/adm%69n', [{ path: '/v1/admin', scope: 'admin' }])).toBe('admin');
    expect(scopeOf('/%761/admin/x', admin)).toBe('admin');
  });

  test('no path makes it throw, and every answer is a scope of the method or of a rule', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(...METHODS), (path, method) => {
        expect(['admin', methodScopes[method], `admin ${methodScopes[method]}`]).toContain(
          scopeOf(path, admin, method),
        );
      }),
    );
  });
});

test.each<[string, ApiRow | undefined]>([
  ['another takes a credential there', other('POST', '/health', { kind: 'credential', scope: null })],
  ['another function answers there', other('POST', '/health', { kind: 'public' }, 'tokens')],
  ['another stands for its path', other('GET', '/{id}', { kind: 'public' }, 'tokens')],
  ['something stands below it', other('GET', '/health/x', { kind: 'public' }, 'tokens')],
  ['an upstream does', { kind: 'upstream', method: 'ANY', path: '/{proxy+}', upstream: '' }],
  ['nothing else is there', undefined],
])('a public row has a resource of its own if %s', (_if, second) => {
  const row = other('GET', '/health', { kind: 'public' });
  const caught = caughtRows([row, ...(second === undefined ? [] : [second])]);
  expect(caught.has(row)).toBe(second === undefined);
});

function other(method: Method, path: string, access: Access, service: ServiceName = 'public'): ApiRow {
  const [route] = routes;
  if (route === undefined) throw new Error('no route');
  return { kind: 'route', method, path, access, route: { ...route, service } };
}

const isOwn = (row: ApiRow) => row.kind === 'route' || row.kind === 'head';

describe.each(PROFILES.map((one) => [one.name, one] as const))('the table of %s', (_name, one) => {
  const rows = apiRows(routes, one);
  const below = (path: string) => one.upstreamPrefixes.some((prefix) => path.startsWith(`${prefix}/`));
  const anys = new Set(rows.filter(({ kind }) => kind === 'not-found').map(({ path }) => path));

  test('has no path and method twice', () => {
    const names = rows.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('gives everything of ours below an upstream prefix a catch-all, on the subtree’s root and below it', () => {
    const own = rows.filter(({ kind, path }) => kind === 'route' && below(path));
    expect(own.length).toBeGreaterThan(0);
    for (const { path } of own) {
      const root = path.split('/').slice(0, 3).join('/');
      expect(anys, path).toContain(root);
      expect(anys, path).toContain(`${root}/{proxy+}`);
    }
  });

  test('has no catch-all where nothing of ours is, so that the upstream keeps its paths', () => {
    // The API's root is caught as a whole: everything of an upstream lies below its own, longer prefix.
    for (const path of [...anys].filter((any) => any !== '/' && any !== '/{proxy+}')) {
      const root = path.replace('/{proxy+}', '');
      expect(
        rows.some((row) => row.kind === 'route' && `${row.path}/`.startsWith(`${root}/`)),
        path,
      ).toBe(true);
    }
  });

  test('needs no resource for what anybody may ask, where a catch-all of ours leads to its function', () => {
    const caught = [...caughtRows(rows)];
    expect(caught.length).toBeGreaterThan(10);
    for (const row of caught) {
      expect(row).toMatchObject({ access: { kind: 'public' }, route: { service: 'public' } });
      const leading = rows.filter((other) => !caught.includes(other) && covers(other.path, row.path));
      expect(
        leading.map(({ kind }) => kind),
        row.path,
      ).toEqual(['not-found']);
    }
  });

  test('sends each upstream prefix on, its root and all below', () => {
    for (const prefix of one.upstreamPrefixes) {
      for (const path of [prefix, `${prefix}/{proxy+}`]) {
        expect(rows).toContainEqual({ kind: 'upstream', method: 'ANY', path, upstream: '' });
      }
    }
  });

  test('sends the path of each upstream with a name to that one, and asks for a credential there', () => {
    const upstreams = [
      { name: 'mcp', path: '/mcp' },
      { name: '', path: '' },
    ];
    const withMore = apiRows(routes, one, upstreams);
    expect(withMore.slice(rows.length)).toEqual([
      { kind: 'upstream', method: 'ANY', path: '/mcp', upstream: 'mcp' },
      { kind: 'upstream', method: 'ANY', path: '/mcp/{proxy+}', upstream: 'mcp' },
    ]);
    expect(accessTable(withMore, rightsIn(one))['/mcp/{proxy+}']).toEqual({ ANY: 'upstream' });
  });

  test('lets the authorizer see every row that takes a credential and no public one', () => {
    const { areaScopes } = rightsIn(one);
    const table = accessTable(rows, { areaScopes });
    for (const row of rows) {
      const method = row.method === 'HEAD' ? 'GET' : row.method;
      const entry = Object.hasOwn(table, row.path) ? table[row.path]?.[method] : undefined;
      if (row.kind === 'upstream') expect(entry).toBe('upstream');
      else if (isOwn(row) && row.access.kind === 'credential') {
        const { scope, callers } = row.access;
        const embed = row.route.takesEmbedTokens;
        expect(entry).toEqual({ scope: scope === null ? undefined : areaScopes[scope], callers, embed });
      } else expect(entry, `${row.method} ${row.path}`).toBeUndefined();
    }
    const credentialed = rows.filter(
      (row) => row.kind === 'upstream' || (row.kind === 'route' && row.access.kind === 'credential'),
    );
    expect(Object.values(table).flatMap((methods) => Object.keys(methods))).toHaveLength(credentialed.length);
  });

  test('lets embed tokens reach the rows of keys, and no other', () => {
    const { areaScopes } = rightsIn(one);
    const taken = Object.entries(accessTable(rows, { areaScopes })).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, access]) =>
        access !== 'upstream' && access.embed
          ? [rows.find((row) => row.path === path && row.method === method)]
          : [],
      ),
    );
    const ids = taken.map((row) => (row !== undefined && isOwn(row) ? row.route.id : undefined));
    expect([...new Set(ids)].sort()).toEqual([
      'createKey',
      'getKey',
      'listKeys',
      'revokeKey',
      'rotateKey',
      'updateKey',
    ]);
  });

  test('answers HEAD wherever it answers GET, to the same callers, and nowhere else', () => {
    const heads = rows
      .filter((row) => row.kind === 'head')
      .map(({ path, access, route }) => [path, access, route.id]);
    const gets = rows.filter((row) => row.kind === 'route' && row.method === 'GET');
    expect(heads).toEqual(gets.map((row) => isOwn(row) && [row.path, row.access, row.route.id]));
    expect(heads.length).toBeGreaterThan(0);
  });

  test('survives being written into a bundle as JSON', () => {
    const table = accessTable(rows, rightsIn(one));
    expect(JSON.parse(JSON.stringify(table))).toEqual(table);
  });
});

describe('a profile that moves rows', () => {
  const base =
    profile ??
    (() => {
      throw new Error('no profile');
    })();

  test('serves one route under several paths, and removes it with none', () => {
    const rows = apiRows(routes, { ...base, paths: { login: ['/v1/login', '/oauth/token'], onboard: [] } });
    expect(
      rows.filter((row) => row.kind === 'route' && row.route.id === 'login').map(({ path }) => path),
    ).toEqual(['/v1/login', '/oauth/token']);
    expect(rows.some((row) => row.kind === 'route' && row.route.id === 'onboard')).toBe(false);
    expect(rows).toContainEqual({ kind: 'not-found', method: 'ANY', path: '/v1/login/{proxy+}' });
  });

  test('an access of its own stands in for the route’s, in the authorizer’s table too', () => {
    const access = { kind: 'credential', scope: 'audit', callers: 'user' } as const;
    const rows = apiRows(routes, { ...base, access: { getMe: access } });
    const rights = { areaScopes: { ...RIGHTS.areaScopes, audit: 'audits' } };
    expect(accessTable(rows, rights)['/v1/auth/me']?.GET).toEqual({ scope: 'audits', callers: 'user' });
  });
});
