import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Decision } from '../../lambdas/access/decision.ts';
import type { ErrorView } from '../../lambdas/contract/profile.ts';
import { ERROR_FIELDS } from '../../lambdas/contract/verify-settings.ts';
import { contextOf } from '../../lambdas/http/identity.ts';
import {
  fromContext,
  type LambdaEvent,
  type LambdaResult,
  type VerifiedEvent,
} from '../../lambdas/verify/lambda.ts';
import { profile as memoryApi } from '../../profiles/memory-api.ts';
import { NOW, TENANT, WORKSPACE } from '../support/tenants.ts';

/** Functions behind an authorizer: the decision has been made, and comes with the event. */
afterEach(() => vi.unstubAllEnvs());

const ALLOWANCE = { limit: 100, remaining: 99, resetAt: NOW + 12, exceeded: false };
const DECISIONS = {
  allowed: {
    outcome: 'allowed',
    caller: {
      kind: 'key',
      keyId: 'key_1',
      tenantId: TENANT,
      workspaceId: WORKSPACE,
      scopes: ['read'],
      environment: 'live',
    },
    allowance: ALLOWANCE,
    tenant: null,
  },
  forbidden: {
    outcome: 'forbidden',
    code: 'insufficient_scope',
    message: 'Insufficient scope. Required: write',
    allowance: ALLOWANCE,
  },
  limited: { outcome: 'limited', allowance: { ...ALLOWANCE, remaining: 0, exceeded: true } },
  misdirected: { outcome: 'misdirected', code: 'not_found', tenant: null, allowance: ALLOWANCE },
  refused: {
    outcome: 'refused',
    code: 'revoked_credential',
    message: 'The API key has been revoked.',
    allowance: null,
  },
} as const satisfies Record<string, Decision>;

const contextFor = (decision: Decision) => contextOf(decision, 'r-1', NOW, (code) => code);

type Event = LambdaEvent & { readonly body?: string };

/** The two kinds of event, with the same decision. */
const KINDS: readonly (readonly [string, (context: object) => Event])[] = [
  [
    'REST API',
    (context) => ({
      httpMethod: 'GET',
      path: '/items',
      multiValueHeaders: { 'X-Latchkey-Tenant': ['another'], Accept: ['*/*'] },
      requestContext: {
        identity: { sourceIp: '192.0.2.7' },
        extendedRequestId: 'gateway-1',
        authorizer: { principalId: 'key:key_1', integrationLatency: 3, ...context },
      },
    }),
  ],
  [
    'HTTP API',
    (context) => ({
      rawPath: '/items',
      headers: { 'x-latchkey-tenant': 'another', accept: '*/*' },
      requestContext: {
        http: { method: 'GET', sourceIp: '192.0.2.7' },
        requestId: 'gateway-1',
        authorizer: { lambda: context },
      },
    }),
  ],
];

describe.each(KINDS)('behind a protected %s', (_kind, eventOf) => {
  async function ask(context: object, result: unknown = { statusCode: 200, body: '{}' }) {
    let seen: VerifiedEvent<Event> | undefined;
    const handler = fromContext(async (event: VerifiedEvent<Event>) => {
      seen = event;
      return result;
    });
    const answer = (await handler(eventOf(context), {} as never)) as {
      readonly statusCode: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    };
    return { seen, answer };
  }

  test('whom the authorizer let in reaches the handler, typed, and is told the allowance', async () => {
    const { seen, answer } = await ask(contextFor(DECISIONS.allowed));
    expect(seen?.latchkey).toEqual({
      kind: 'key',
      keyId: 'key_1',
      tenant: TENANT,
      workspace: WORKSPACE,
      principal: 'key:key_1',
      scopes: ['read'],
      environment: 'live',
      requestId: 'r-1',
      limit: { limit: 100, remaining: 99, resetAt: NOW + 12 },
    });
    const names = Object.keys({ ...seen?.headers, ...seen?.multiValueHeaders });
    expect(names.map((name) => name.toLowerCase())).toEqual(['accept']);
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'X-RateLimit-Remaining': '99' } });
  });

  test('an answer without a status is one as API Gateway makes it', async () => {
    const context = contextFor(DECISIONS.allowed);
    expect((await ask(context, { items: [] })).answer).toMatchObject({
      statusCode: 200,
      headers: { 'Content-Type': 'application/json', 'X-RateLimit-Limit': '100' },
      body: '{"items":[]}',
    });
    expect((await ask(context, 'text')).answer.body).toBe('text');
  });

  test.each([
    ['a scope too small', DECISIONS.forbidden, 403, 'Insufficient scope. Required: write', {}],
    [
      'a limit that is used up',
      DECISIONS.limited,
      429,
      'Rate limit exceeded. Try again in 12 seconds.',
      { 'Retry-After': '12', 'X-RateLimit-Remaining': '0' },
    ],
    ['a workspace of nobody’s', DECISIONS.misdirected, 404, 'There is no workspace with this id.', {}],
    [
      'a credential that is not accepted',
      DECISIONS.refused,
      401,
      'The API key has been revoked.',
      { 'WWW-Authenticate': 'Bearer' },
    ],
  ])('%s is answered here', async (_name, decision, statusCode, message, headers) => {
    const { seen, answer } = await ask(contextFor(decision));
    expect(seen).toBeUndefined();
    expect(answer).toMatchObject({ statusCode, headers: { 'X-Request-ID': 'r-1', ...headers } });
    expect(JSON.parse(answer.body)).toMatchObject({ status: statusCode, message, request_id: 'r-1' });
  });

  test.each([
    ['no decision', {}, 500],
    ['one of another authorizer', { sub: 'somebody', tenantId: TENANT }, 500],
    ['one that is no outcome of ours', { outcome: 'fine', tenantId: TENANT }, 401],
    ['one without an identity', { outcome: 'allowed' }, 401],
    [
      'one of a kind of caller that there is not',
      { ...contextFor(DECISIONS.allowed), callerKind: 'root' },
      401,
    ],
    ['a field that is no text', { ...contextFor(DECISIONS.allowed), tenantId: 7 }, 401],
  ])('%s never reaches the handler', async (_name, context, statusCode) => {
    const { seen, answer } = await ask(context);
    expect(seen).toBeUndefined();
    expect(answer).toMatchObject({ statusCode });
  });
});

test('errors have the shape and the codes of the profile where the construct has told of it', async () => {
  const errorBody = memoryApi.errorBody({ ...ERROR_FIELDS, fields: [] } as unknown as ErrorView);
  const shape = { profile: { errorCodes: memoryApi.errorCodes }, errorBody };
  vi.stubEnv('LATCHKEY_ERRORS', JSON.stringify(shape));
  const handler = fromContext(async () => 'reached');
  const requestContext = { authorizer: { lambda: contextFor(DECISIONS.limited) } };
  const answer = (await handler({ rawPath: '/items', requestContext }, {} as never)) as LambdaResult;
  expect(answer).toMatchObject({ statusCode: 429, headers: { 'Retry-After': '12' } });
  expect(JSON.parse(answer.body ?? '')).toEqual({
    success: false,
    error: { code: 'RATE_LIMIT_EXCEEDED', message: expect.any(String) },
    meta: { request_id: 'r-1' },
  });
});

test.each(['', '{', '7', '{"profile":{}}', '{"profile":{"errorCodes":{}}}'])(
  'a variable of errors that is %j fails as the handler is made, by its name',
  (variable) => {
    vi.stubEnv('LATCHKEY_ERRORS', variable);
    expect(() => fromContext(async () => 'reached')).toThrow(/^The variable LATCHKEY_ERRORS is not what/);
  },
);

test('an event without an authorizer is a 500 that says nothing', async () => {
  const handler = fromContext(async () => 'reached');
  for (const authorizer of [undefined, null, 'text', { lambda: null }]) {
    const requestContext = { http: { method: 'GET', sourceIp: '::1' }, requestId: 'g-1', authorizer };
    const answer = await handler({ rawPath: '/', requestContext }, {} as never);
    expect(answer).toMatchObject({ statusCode: 500, body: expect.not.stringContaining('protected') });
  }
});
