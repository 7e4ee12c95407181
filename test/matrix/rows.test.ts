import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METHODS } from '../../lambdas/contract/access.ts';
import { ERRORS, type ErrorCode } from '../../lambdas/contract/errors.ts';
import { errorCodeOf, type Profile } from '../../lambdas/contract/profile.ts';
import { RATE_LIMIT_HEADERS } from '../../lambdas/contract/rate-limit-headers.ts';
import type { RouteId } from '../../lambdas/contract/route-id.ts';
import { coversScope, type Scope } from '../../lambdas/contract/scopes.ts';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { wrongWrapping } from '../../lambdas/kernel/credential.ts';
import type { HeaderValues } from '../../lambdas/kernel/headers.ts';
import { routes } from '../../lambdas/table/index.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { rightsIn } from '../support/deployment.ts';
import type { HttpResponse } from '../support/http.ts';
import { bearer, contents, PASSWORD, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { type Case, type Headers, PROVEN, type ProtectedRow, UNPROVEN } from './cases.ts';
import { COLLECTIONS, type Collection, createWorld, TIGHT_TIER, type World } from './credentials.ts';

/** The bodies with which rows succeed. */
const BODIES: Readonly<Partial<Record<RouteId, object>>> = {
  createKey: { name: 'of the matrix' },
  updateKey: { name: 'renamed' },
  verifyKey: { key: 'some key' },
  revokeKeys: { created_by: 'user:nobody' },
  changePassword: { current_password: PASSWORD, new_password: PASSWORD },
  createUser: { email: 'of-the-matrix@example.com', password: PASSWORD },
  updateUser: { full_name: 'Renamed' },
  createEmbedToken: { scopes: ['read'] },
  createClient: { name: 'of the matrix', redirect_uris: ['https://app.example/cb'] },
  createWorkspace: { name: 'of the matrix' },
  updateWorkspace: { name: 'renamed' },
  addFactor: { kind: 'totp' },
  createInvitation: { email: 'invited-by-the-matrix@example.com' },
  requestEmailChange: { email: 'another-of-the-matrix@example.com' },
  updateFactor: { name: 'renamed' },
  updateTenant: { sector: 'Testing' },
  importTenant: { type: 'tenant' },
};

type Query = Readonly<Record<string, string>>;

/** The queries without which rows do not succeed. */
const QUERIES: Readonly<Partial<Record<RouteId, Query>>> = { listKeyUsage: { key_ids: 'key_unknown' } };

/** Who calls a row that ends something of theirs, and what they confirm it with. */
interface Ending {
  readonly token: string;
  readonly query?: Query;
}

/** Rows that end sessions, the account or the tenant of whoever calls them, who is therefore nobody else's. */
const ENDINGS: Readonly<Partial<Record<RouteId, (world: World) => Promise<Ending>>>> = {
  logout: ({ freshPerson }) => freshPerson(),
  endOtherSessions: ({ freshPerson }) => freshPerson(),
  changePassword: ({ freshPerson }) => freshPerson(),
  deleteAccount: async ({ freshPerson }) => {
    const { token, email } = await freshPerson();
    return { token, query: { email } };
  },
  closeTenant: async ({ freshTenant }) => {
    const { token, name } = await freshTenant();
    return { token, query: { name } };
  },
};

/** The kind of thing that a row's `{id}` names. */
function collectionOf({ path }: ProtectedRow): Collection {
  return COLLECTIONS.find((name) => path.includes(`/${name}/{id}`)) ?? 'api-keys';
}

/** Whether a row reads or changes what its `{id}` names, so that the next one can do so too. */
function leavesItThere({ method }: ProtectedRow): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'PATCH';
}

/** Every row that the template locks: our own, and each method of the upstream's two. */
function protectedRows(profile: Profile): ProtectedRow[] {
  const { inclusion, areaScopes } = rightsIn(profile);
  const scopeOfAll = (scope: Scope | null) =>
    scope !== null && Object.keys(inclusion).every((each) => coversScope([each], scope, inclusion));
  return apiRows(routes, profile).flatMap((row): ProtectedRow[] => {
    if (row.kind === 'not-found') return [];
    if (row.kind === 'upstream') {
      const path = row.path.replace('{proxy+}', 'things/7');
      return METHODS.map((method) => ({
        target: `${method} ${path}`,
        method,
        path,
        scope: profile.methodScopes[method],
        onlyPeople: false,
        onlyKeys: false,
        scopeOfAll: scopeOfAll(profile.methodScopes[method]),
        success: 200,
      }));
    }
    const { access, route, method, path } = row;
    if (access.kind !== 'credential') return [];
    const scope = access.scope === null ? null : areaScopes[access.scope];
    return [
      {
        target: `${method} ${path}`,
        method,
        path,
        routeId: route.id,
        scope,
        onlyPeople: access.callers === 'user',
        onlyKeys: access.callers === 'key',
        scopeOfAll: scopeOfAll(scope),
        // The one row that refuses everybody: it says why to who may ask.
        success: route.id === 'revealKey' ? 410 : route.success.status,
      },
    ];
  });
}

/** Cases whose answer is of the row itself: each row is tried with them. */
const OF_THE_ROW: readonly string[] = [
  'no credential',
  'a key where a person is required',
  'a key without the scope',
  'a person where a key is required',
];

/** How many of the other cases of each kind a row is tried with. */
const SAMPLE = { unproven: 2, proven: 1 };

type RowCase = readonly [name: string, code: ErrorCode, one: Case];

/**
 * The cases that the row `index` is tried with over HTTP: those of the row, and its turn of the others, so that every
 * case comes to every few rows. All of them on all rows are decided in `test/http/authorizer-rows.test.ts`.
 */
function casesOf(row: ProtectedRow, index: number): RowCase[] {
  const applicable = (cases: readonly Case[]) =>
    cases.flatMap((one): RowCase[] => {
      const code = one.answer(row);
      return code === undefined ? [] : [[one.name, code, one]];
    });
  const [unproven, proven] = [applicable(UNPROVEN), applicable(PROVEN)];
  const turn = (cases: readonly RowCase[], count: number) => {
    const others = cases.filter(([name]) => !OF_THE_ROW.includes(name));
    return Array.from({ length: count }, (_, step) => others[(index * count + step) % others.length]);
  };
  return [
    ...[...unproven, ...proven].filter(([name]) => OF_THE_ROW.includes(name)),
    ...[...turn(unproven, SAMPLE.unproven), ...turn(proven, SAMPLE.proven)].filter(
      (one) => one !== undefined,
    ),
  ];
}

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))(
  'the profile %s',
  (_name, profile) => {
    let stack: TestStack;
    let world: World;

    beforeAll(async () => {
      const tight = { ...ROOMY_TIER, keyRequestsPerMinute: 1, sessionRequestsPerMinute: 1 };
      stack = await startTestStack({
        profile: profile.name,
        config: { tiers: { free: ROOMY_TIER, [TIGHT_TIER]: tight } },
      });
      world = await createWorld(stack, profile);
    });
    afterAll(() => stack?.stop());

    let calls = 0;
    const call = (
      row: ProtectedRow,
      headers: Headers,
      id = 'key_unknown',
      query = row.routeId === undefined ? undefined : QUERIES[row.routeId],
    ): Promise<HttpResponse> => {
      const body = row.routeId === undefined ? undefined : BODIES[row.routeId];
      const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
      return stack.send(`${row.method} ${row.path.replace('{id}', id)}${search}`, {
        headers: { ...headers, 'X-Request-ID': `matrix-${(calls += 1)}` },
        ...(body === undefined ? {} : { json: body }),
      });
    };

    const rows = protectedRows(profile).map((row, index) => [row.target, row, casesOf(row, index)] as const);

    test('every kind of credential comes to several rows', () => {
      const tried = Map.groupBy(
        rows.flatMap(([, , cases]) => cases),
        ([name]) => name,
      );
      for (const { name, answer } of [...UNPROVEN, ...PROVEN]) {
        const applicable = rows.filter(([, row]) => answer(row) !== undefined).length;
        expect([name, tried.get(name)?.length ?? 0]).toEqual([
          name,
          expect.toSatisfy((times: number) => times >= Math.min(3, applicable)),
        ]);
      }
    });

    describe.each(rows)('%s', (_target, row, cases) => {
      test.each(cases)('%s: %s', async (_case, code, { headers, before }) => {
        const sent = await headers(world, row);
        await before?.(stack, sent);
        expectError(await call(row, sent), row, { code, sent }, stack);
      });

      test.each(row.onlyPeople ? ['person'] : row.onlyKeys ? ['key'] : ['person', 'key'])(
        'a %s who may is let in',
        async (kind) => {
          const ending = row.routeId === undefined ? undefined : ENDINGS[row.routeId];
          const { token, query }: Ending = (await ending?.(world)) ?? world.ada;
          const headers = kind === 'key' ? world.present(world.ada.key) : bearer(token);
          const idOf = leavesItThere(row) ? world.sharedId : world.freshId;
          const id = row.path.includes('{id}') ? await idOf(collectionOf(row), kind) : undefined;
          const response = await call(row, headers, id, query);
          expect([response.status, response.text]).toEqual([row.success, response.text]);
          expect(response.headers['x-request-id']).toBe(`matrix-${calls}`);
          expect(response.headers['x-ratelimit-remaining']).toMatch(/^\d+$/);
          if (row.method === 'HEAD') expectNoContent(response);
        },
      );

      if (!row.path.includes('{id}')) return;
      test("another tenant's id is not told from one that nobody has", async () => {
        const theirKey = async () => {
          const headers = world.present(world.other.account.apiKey);
          const { name, status, previous_key_expires_at } = contents(
            await stack.send('GET /v1/auth/me', { headers }),
          ).key;
          return { name, status, previous_key_expires_at };
        };
        const before = await theirKey();
        expect(before.status).toBe('active');
        const foreign = await call(row, bearer(world.ada.token), world.foreignIds[collectionOf(row)]);
        const missing = await call(row, bearer(world.ada.token));
        for (const response of [foreign, missing]) {
          expect(response.status).toBe(404);
          expect(bodyWithoutId(response)).toEqual(bodyWithoutId(missing));
        }
        // The key is what it was: none of the calls has reached it.
        expect(await theirKey()).toEqual(before);
      });
    });
  },
);

/** What a GET would bring is not sent, and its length is told (RFC 9110, 9.3.2). */
function expectNoContent({ bytes, headers }: HttpResponse): void {
  expect(bytes).toHaveLength(0);
  expect(headers['content-length']).toMatch(/^[1-9]\d*$/);
}

function bodyWithoutId(response: HttpResponse): object {
  if (response.text === '') return {};
  return JSON.parse(response.text.replace(/matrix-\d+/g, 'matrix'));
}

function valuesOf(headers: Headers): HeaderValues {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()]));
}

/** The whole answer of a refusal: status, headers and the profile's body, word for word. */
function expectError(
  response: HttpResponse,
  row: ProtectedRow,
  { code, sent }: { readonly code: ErrorCode; readonly sent: Headers },
  { profile, challenge }: TestStack,
): void {
  const { status, type, title, message } = ERRORS[code];
  const { headers } = response;
  const requestId = headers['x-request-id'] ?? '';
  expect(response.status).toBe(status);
  expect(requestId).toMatch(/^matrix-\d+$/);
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(headers['access-control-allow-origin']).toBe('*');
  const challenges: Readonly<Record<number, string>> = {
    401: challenge,
    403: `${challenge}, error="insufficient_scope"`,
  };
  expect(headers['www-authenticate']).toBe(challenges[status]);
  if (status !== 429) expect(headers['retry-after']).toBeUndefined();
  else expect(headers['retry-after']).toMatch(/^([1-9]|[1-5]\d|60)$/);
  // Who was recognised is told the allowance, by whoever answers; who was not learns nothing of one.
  for (const name of Object.keys(RATE_LIMIT_HEADERS)) {
    expect([name, name.toLowerCase() in headers]).toEqual([name, status !== 401]);
  }
  if (row.method === 'HEAD') {
    expectNoContent(response);
    return;
  }
  const seconds = headers['retry-after'];
  const told: Partial<Record<ErrorCode, string>> = {
    insufficient_scope: `Insufficient scope. Required: ${row.scope}`,
    invalid_credential: message + wrongWrapping(valuesOf(sent), profile.credentials),
    rate_limited: `${message} Try again in ${seconds} second${seconds === '1' ? '' : 's'}.`,
  };
  expect(response.json).toEqual(
    JSON.parse(
      JSON.stringify(
        profile.errorBody({
          status,
          type,
          title,
          code: errorCodeOf(profile, code),
          message: told[code] ?? message,
          requestId,
          fields: [],
        }),
      ),
    ),
  );
}
