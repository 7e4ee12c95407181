import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { Guesses } from '../../lambdas/access/guesses.ts';
import type { AccessTable } from '../../lambdas/contract/access.ts';
import { payload2, type SimpleAnswer } from '../../lambdas/functions/authorizer/payload2.ts';
import { type AuthorizerEvent, authorizer } from '../../lambdas/http/authorize.ts';
import { parseBlock } from '../../lambdas/kernel/address.ts';
import { TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { fromContext } from '../../lambdas/verify/lambda.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, ORIGIN, storeTenant } from '../support/tenants.ts';

const ARN = 'arn:aws:execute-api:eu-central-1:1:api/$default';
const USAGE_KEYS = { initial: 'i', other: 'o', sandbox: 's', exhausted: 'e' };
/** As `protectHttp` makes it: the routes of an HTTP API by their paths. */
const ACCESS: AccessTable = {
  '/items': { GET: { scope: 'read' }, POST: { scope: 'write' } },
  '/items/{id}': { GET: { scope: 'read' }, DELETE: { scope: 'delete' } },
  '/own': { GET: { callers: 'user' } },
  $default: { GET: {}, POST: { scope: 'admin' } },
};

/** A call, as a client makes it: the two payloads tell of the same. */
interface Call {
  readonly route?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  readonly stage?: string;
}

const stores = memoryStores();
const credentials: Record<string, string> = {};
let tenant: Awaited<ReturnType<typeof storeTenant>>;
beforeAll(async () => {
  tenant = await storeTenant(stores);
  const limited = await storeTenant(stores, { tier: 'tight' });
  const revoked = await tenant.createKey();
  await stores.keys.revoke(revoked.apiKey, ORIGIN, NOW);
  const elsewhere = [parseBlock('203.0.113.0/24')].filter((block) => block !== undefined);
  Object.assign(credentials, {
    good: (await tenant.createKey({ scopes: ['read'] })).key,
    revoked: revoked.key,
    expired: (await tenant.createKey({ expiresAt: NOW })).key,
    distant: (await tenant.createKey({ allowedBlocks: elsewhere })).key,
    limited: (await limited.createKey({ scopes: ['read'] })).key,
  });
});

/** An instance of its own, which remembers nothing of the calls before. */
const decider = () =>
  authorizer(
    {
      profile,
      deployment: {
        ...DEPLOYMENT,
        tiers: {
          ...DEPLOYMENT.tiers,
          tight: { keyRequestsPerMinute: 0, sessionRequestsPerMinute: 0 },
        },
      },
      access: ACCESS,
      store: stores.decisions(),
      tokens: new TokenVerifier('https://api.example.com'),
      guesses: new Guesses(),
      clock: () => NOW,
    },
    USAGE_KEYS,
  );

const bearer = (name: string) => ({ authorization: [`Bearer ${credentials[name] ?? name}`] });

function eventV2({ route = 'GET /items', method = route.split(' ')[0], stage = '$default', ...call }: Call) {
  const headers = Object.entries(call.headers ?? {}).map(([name, values]) => [name, values.join(',')]);
  const rawPath = `${stage === '$default' ? '' : `/${stage}`}${call.path ?? '/items'}`;
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `${ARN}/${method}/items`,
    identitySource: null,
    routeKey: route,
    rawPath,
    rawQueryString: '',
    cookies: ['a=b'],
    headers: Object.fromEntries(headers),
    requestContext: {
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: ADDRESS, userAgent: '' },
      requestId: 'extended=',
      routeKey: route,
      stage,
    },
  } as unknown as APIGatewayRequestAuthorizerEventV2;
}

function eventV1({
  route = 'GET /items',
  method = route.split(' ')[0] ?? '',
  ...call
}: Call): AuthorizerEvent {
  return {
    methodArn: `${ARN}/${method}/items`,
    httpMethod: method,
    resource: route.split(' ')[1] ?? route,
    path: encodeURI(call.path ?? '/items'),
    multiValueHeaders: call.headers ?? {},
    requestContext: { requestId: 'r', extendedRequestId: 'extended=', identity: { sourceIp: ADDRESS } },
  };
}

const ask = (call: Call, answeredBehind: readonly string[] = []): Promise<SimpleAnswer> =>
  payload2(decider(), { answeredBehind })(eventV2(call));

/** A name, the call, the outcome with its reason. */
type Case = [string, () => Call, string, string | undefined];
const CASES: readonly Case[] = (
  [
    ['a good key', () => ({ headers: bearer('good') }), 'allowed'],
    ['a good key as X-API-Key', () => ({ headers: { 'x-api-key': [credentials.good ?? ''] } }), 'allowed'],
    [
      'a good key on a path variable',
      () => ({ route: 'GET /items/{id}', path: '/items/7', headers: bearer('good') }),
      'allowed',
    ],
    [
      'a good key on $default',
      () => ({ route: '$default', method: 'GET', path: '/a b', headers: bearer('good') }),
      'allowed',
    ],
    [
      'HEAD of a route for ANY',
      () => ({ route: 'ANY /items', method: 'HEAD', headers: bearer('good') }),
      'allowed',
    ],
    ['a call in a named stage', () => ({ stage: 'live', headers: bearer('good') }), 'allowed'],
    ['no credential', () => ({}), 'refused', 'missing_credential'],
    ['something that is no credential', () => ({ headers: bearer('x y') }), 'refused', 'invalid_credential'],
    ['an unknown key', () => ({ headers: bearer('lk_live_nobody') }), 'refused', 'invalid_credential'],
    ['a revoked key', () => ({ headers: bearer('revoked') }), 'refused', 'revoked_credential'],
    ['an expired key', () => ({ headers: bearer('expired') }), 'refused', 'expired_credential'],
    [
      'a header that was sent twice',
      () => ({ headers: { authorization: [`Bearer ${credentials.good}`, `Bearer ${credentials.good}`] } }),
      'refused',
      'invalid_credential',
    ],
    [
      'X-API-Key that was sent twice',
      () => ({ headers: { 'x-api-key': [credentials.good ?? '', ''] } }),
      'refused',
      'invalid_credential',
    ],
    [
      'a scope that is missing',
      () => ({ route: 'POST /items', headers: bearer('good') }),
      'forbidden',
      'insufficient_scope',
    ],
    [
      'a scope of $default',
      () => ({ route: '$default', method: 'POST', headers: bearer('good') }),
      'forbidden',
      'insufficient_scope',
    ],
    [
      'a route for people',
      () => ({ route: 'GET /own', headers: bearer('good') }),
      'forbidden',
      'user_required',
    ],
    [
      'an address that is not on the list',
      () => ({ headers: bearer('distant') }),
      'forbidden',
      'address_not_allowed',
    ],
    ['the limit of a key', () => ({ headers: bearer('limited') }), 'limited'],
    [
      'a workspace of somebody else',
      () => ({ headers: { ...bearer('good'), 'x-workspace-id': ['ws_none'] } }),
      'misdirected',
    ],
    [
      'a workspace that comes twice',
      () => ({ headers: { ...bearer('good'), 'x-workspace-id': ['ws_none', 'ws_none'] } }),
      'misdirected',
      'malformed_request',
    ],
    ['a route that nobody declared', () => ({ route: 'GET /gone', headers: bearer('good') }), 'refused'],
    [
      'a method that the route does not take',
      () => ({ route: 'ANY /items', method: 'PUT', headers: bearer('good') }),
      'refused',
    ],
  ] as [string, () => Call, string, string?][]
).map(([name, call, outcome, reason]) => [name, call, outcome, reason]);

describe('an authorizer of payload 2.0', () => {
  test.each<Case>([...CASES])('decides on %s as that of payload 1.0', async (_, call, outcome, reason) => {
    const { isAuthorized, context } = await ask(call());
    const first = await decider()(eventV1(call()));
    expect(context.outcome).toBe(outcome);
    if (reason !== undefined) expect(context.reason).toBe(reason);
    expect(isAuthorized).toBe(outcome === 'allowed');
    // The count goes on from call to call.
    const { rateLimitRemaining: _one, rateLimit: _two, ...said } = context;
    const { rateLimitRemaining: _three, rateLimit: _four, ...saidFirst } = first.context;
    expect(said).toEqual(saidFirst);
  });

  test('counts a call once', async () => {
    const { key } = await tenant.createKey({ scopes: ['read'] });
    const headers = { authorization: [`Bearer ${key}`] };
    const remaining = async () => (await ask({ headers })).context.rateLimitRemaining;
    expect([await remaining(), await remaining(), await remaining()]).toEqual(['99', '98', '97']);
  });

  test('names the caller of who is let in, and nobody otherwise', async () => {
    const identified = ({ context }: SimpleAnswer) =>
      Object.keys(context).filter((name) =>
        /^(tenantId|workspaceId|keyId|userId|scopes|callerKind)$/.test(name),
      );
    for (const [, call, outcome] of CASES) {
      const everyRoute = [call().route ?? 'GET /items'];
      const names = identified(await ask(call(), everyRoute));
      expect(names.length > 0, outcome).toBe(outcome === 'allowed');
    }
  });

  test.each<Case>([...CASES])(
    'lets pass on %s to a function that answers refusals only who is proven',
    async (_, call, outcome) => {
      const route = call().route ?? 'GET /items';
      const passes = ['allowed', 'forbidden', 'limited', 'misdirected'].includes(outcome);
      expect((await ask(call(), [route])).isAuthorized).toBe(passes);
      // Of another route it says nothing.
      expect((await ask(call(), ['GET /other'])).isAuthorized).toBe(outcome === 'allowed');
    },
  );

  test('tells that function how it is to be answered', async () => {
    const forbidden = await ask({ route: 'POST /items', headers: bearer('good') }, ['POST /items']);
    expect(forbidden.context).toMatchObject({
      outcome: 'forbidden',
      reason: 'insufficient_scope',
      message: expect.stringContaining('write'),
      callId: 'extended=',
    });
    const limited = await ask({ headers: bearer('limited') }, ['GET /items']);
    expect(limited.context).toMatchObject({ outcome: 'limited', retryAfter: expect.stringMatching(/^\d+$/) });
  });

  test.each<[string, () => Call, number]>([
    ['a scope that is missing', () => ({ route: 'POST /items', headers: bearer('good') }), 403],
    ['a limit', () => ({ headers: bearer('limited') }), 429],
    ['a workspace of nobody', () => ({ headers: { ...bearer('good'), 'x-workspace-id': ['ws_none'] } }), 404],
    ['nothing, of who is let in', () => ({ headers: bearer('good') }), 200],
  ])('is answered by latchkey/verify for %s', async (_, call, status) => {
    const event = eventV2(call());
    const { isAuthorized, context } = await ask(call(), [event.routeKey]);
    expect(isAuthorized).toBe(true);
    const handler = fromContext(async ({ latchkey }: { latchkey?: unknown }) => ({
      statusCode: 200,
      body: JSON.stringify(latchkey),
    }));
    const requestContext = { ...event.requestContext, authorizer: { lambda: context } };
    expect(await handler({ ...event, requestContext } as never, {} as never)).toMatchObject({
      statusCode: status,
    });
  });

  test('throws where there is no decision, as API Gateway answers 500 then', async () => {
    const failing = async () => {
      throw new Error('the table does not answer');
    };
    await expect(payload2(failing, { answeredBehind: ['GET /items'] })(eventV2({}))).rejects.toThrow();
  });
});

test('an authorizer of payload 2.0 sees the cookies, by which those of our own pages are kept from others', async () => {
  let seen: AuthorizerEvent['multiValueHeaders'] = null;
  const spy = async (event: AuthorizerEvent) => {
    seen = event.multiValueHeaders;
    return { principalId: '', policyDocument: {} as never, context: {} };
  };
  await payload2(spy, { answeredBehind: [] })(eventV2({ headers: bearer('good') }));
  expect(seen).toMatchObject({ cookie: ['a=b'], authorization: [expect.stringContaining('Bearer ')] });
});

describe('the path of a decision', () => {
  test.each([
    ['as it is sent', { path: '/a b/ü' }, '/a%20b/%C3%BC'],
    ['without the stage', { stage: 'live', path: '/items' }, '/items'],
    ['without the stage alone', { stage: 'live', path: '' }, '/'],
    ['with what looks like the default stage', { path: '/$default/items' }, '/$default/items'],
    ['with what only begins like the stage', { path: '/live' }, '/live'],
    ['with a percent sign that was encoded', { path: '/100%' }, '/100%25'],
  ])('is %s', async (_, call, path) => {
    let seen: string | undefined;
    const spy = async (event: AuthorizerEvent) => {
      seen = event.path;
      return { principalId: '', policyDocument: {} as never, context: {} };
    };
    await payload2(spy, { answeredBehind: [] })(eventV2(call));
    expect(seen).toBe(path);
  });
});
