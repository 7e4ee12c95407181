import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { keys, synthesizeFixture } from './fixture/app.ts';
import { type RawRequest, saying, send } from './raw-request.ts';

let stack: LocalStack;
let now = Date.parse('2026-11-21T12:00:00Z');

beforeAll(async () => {
  stack = await startStack({ assemblyDir: synthesizeFixture(), log: null, now: () => now });
});
afterAll(() => stack.stop());

const ask = (path: string, words: object, request: RawRequest = {}) =>
  send(stack.url, path, { ...request, headers: { ...request.headers, ...saying(words) } });

describe('an authorizer', () => {
  test('that allows lets the request through, with its context as text', async () => {
    const response = await ask('/private/a', { context: { tenant: 't1', count: 3, admin: true } });
    expect(response.json.event.requestContext.authorizer).toMatchObject({
      principalId: 'someone',
      tenant: 't1',
      count: '3',
      admin: 'true',
    });
  });

  test('gets the whole request', async () => {
    const response = await ask('/private/a%2Fb//c/?x=1&x=2', { event: true });
    const event = JSON.parse(response.json.event.requestContext.authorizer.event);
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringMatching(
        /^arn:aws:execute-api:us-east-1:000000000000:\w+\/live\/GET\/private\/a%2Fb\/\/c\/$/,
      ),
      resource: '/private/{proxy+}',
      path: '/private/a%2Fb//c/',
      httpMethod: 'GET',
      pathParameters: { proxy: 'a%2Fb//c' },
      queryStringParameters: { x: '2' },
      multiValueQueryStringParameters: { x: ['1', '2'] },
      stageVariables: { colour: 'green' },
      requestContext: {
        resourcePath: '/private/{proxy+}',
        stage: 'live',
        identity: { sourceIp: '127.0.0.1' },
      },
    });
    expect(event).not.toHaveProperty('body');
  });

  test('that denies is ACCESS_DENIED, and the gateway response can name its context', async () => {
    const response = await ask('/private/a', { effect: 'Deny', context: { reason: 'expired' } });
    expect(response.status).toBe(401);
    expect(response.headers).toMatchObject({
      'www-authenticate': 'Bearer',
      'x-reason': 'expired',
      'x-amzn-errortype': 'AccessDeniedException',
    });
    expect(response.json).toEqual({
      reason: 'expired',
      absent: '',
      said: 'User is not authorized to access this resource with an explicit deny',
      type: 'ACCESS_DENIED',
      id: response.headers['x-amzn-requestid'],
    });
  });

  test('has its context put into a body without escaping', async () => {
    const response = await ask('/private/a', { effect: 'Deny', context: { reason: 'a "quoted" word' } });
    expect(response.text).toContain('{"reason":"a "quoted" word"');
  });

  test('that does not say something for a mapped header leaves it out', async () => {
    const response = await ask('/private/a', { effect: 'Deny' });
    expect(response.headers).not.toHaveProperty('x-reason');
  });

  const allowing = (resource: string) => ({ resource });
  test.each([
    ['every method of the stage', 'arn:aws:execute-api:*:*:*/live/*/*', 200],
    ['one character by ?', 'arn:aws:execute-api:us-east-1:000000000000:*/live/GET/private/?', 200],
    ['another method', 'arn:aws:execute-api:us-east-1:000000000000:*/live/POST/private/a', 401],
    ['another path', 'arn:aws:execute-api:us-east-1:000000000000:*/live/GET/private/b', 401],
    ['a dot that is meant as one', 'arn:aws:execute-api:us-east-1:000000000000:*/live/GET/private/.', 401],
    ['another stage', 'arn:aws:execute-api:us-east-1:000000000000:*/test/GET/private/a', 401],
  ])('that allows %s is matched against this method', async (_, resource, status) => {
    expect((await ask('/private/a', allowing(resource))).status).toBe(status);
  });

  const statement = (extra: object) => ({
    principalId: 'p',
    policyDocument: {
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        { Effect: 'Deny', Action: '*', Resource: '*', ...extra },
      ],
    },
  });
  test('has a Deny go before an Allow, where it applies', async () => {
    expect((await ask('/private/a', { output: statement({}) })).status).toBe(401);
    expect((await ask('/private/a', { output: statement({ Resource: 'arn:other' }) })).status).toBe(200);
    expect((await ask('/private/a', { output: statement({ Action: 'execute-api:Manage' }) })).status).toBe(
      200,
    );
  });

  test('that throws exactly "Unauthorized" is a 401', async () => {
    const response = await ask('/private/a', { throw: 'Unauthorized' });
    expect(response.status).toBe(401);
    expect(response.headers['x-amzn-errortype']).toBe('UnauthorizedException');
    expect(response.text).toBe('{"message":"Unauthorized"}');
  });

  test('that throws anything else is a 500 that says nothing', async () => {
    const response = await ask('/private/a', { throw: 'Unauthorized: no such key' });
    expect(response.status).toBe(500);
    expect(response.headers['x-family']).toBe('5XX');
    expect(response.text).toBe('{"message":null}');
  });

  const allow = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
  };
  test.each([
    ['null', null],
    ['no principal', { policyDocument: allow }],
    ['no policy', { principalId: 'p' }],
    ['no statement', { principalId: 'p', policyDocument: { Statement: [] } }],
    [
      'an effect that is none',
      { principalId: 'p', policyDocument: { Statement: [{ Effect: 'Yes', Action: '*', Resource: '*' }] } },
    ],
    [
      'a resource that is too long',
      {
        principalId: 'p',
        policyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: 'a'.repeat(513) }] },
      },
    ],
    ['a list in the context', { principalId: 'p', policyDocument: allow, context: { scopes: ['read'] } }],
    ['an object in the context', { principalId: 'p', policyDocument: allow, context: { user: {} } }],
    ['null in the context', { principalId: 'p', policyDocument: allow, context: { user: null } }],
  ])('that answers %s is a 500 AuthorizerConfigurationException', async (_, output) => {
    const response = await ask('/private/a', { output });
    expect(response.status).toBe(500);
    expect(response.headers['x-amzn-errortype']).toBe('AuthorizerConfigurationException');
  });

  test('without a cache is asked every time', async () => {
    const calls = async () =>
      Number((await ask('/private/a', {})).json.event.requestContext.authorizer.calls);
    expect(await calls()).toBe((await calls()) - 1);
  });

  test('is not asked for a route that does not exist', async () => {
    expect((await ask('/private/a', {}, { method: 'TRACE' })).headers['x-amzn-errortype']).toBe(
      'MissingAuthenticationTokenException',
    );
  });
});

describe('an authorizer with a cache', () => {
  const calls = async (token: string) => {
    const { status, json } = await ask('/cached', { resource: '*' }, { headers: { 'x-token': token } });
    expect(status).toBe(200);
    return json.event.requestContext.authorizer.calls as string;
  };

  test('is not asked without its identity source', async () => {
    for (const headers of [{}, { 'x-token': '' }]) {
      const response = await ask('/cached', {}, { headers });
      expect(response.status).toBe(401);
      expect(response.headers['x-amzn-errortype']).toBe('UnauthorizedException');
    }
  });

  test('is asked again for another identity, and after its time', async () => {
    const first = await calls('one');
    expect(await calls('one')).toBe(first);
    expect(await calls('two')).not.toBe(first);
    now += 301_000;
    expect(await calls('one')).not.toBe(first);
  });
});

describe('a method that takes an API key', () => {
  const metered = (key: string | undefined, context = {}) => ask('/metered', { key, context });

  test('takes the key from the authorizer, and tells the function which it was', async () => {
    const response = await metered(keys.generous);
    expect(response.status).toBe(200);
    expect(response.json.event.requestContext.identity).toMatchObject({
      apiKey: keys.generous,
      apiKeyId: stack.physicalId('generousKey'),
    });
  });

  test.each([
    ['no key', undefined],
    ['an unknown key', 'unknown-0123456789012345'],
    ['a disabled key', keys.disabled],
  ])('answers %s with INVALID_API_KEY', async (_, key) => {
    const response = await metered(key);
    expect(response.status).toBe(403);
    expect(response.headers['x-amzn-errortype']).toBe('ForbiddenException');
    expect(response.text).toBe('{"message":"Forbidden"}');
  });

  test('does not take one from a header when keys come from the authorizer', async () => {
    expect((await ask('/metered', {}, { headers: { 'x-api-key': keys.generous } })).status).toBe(403);
  });

  test('asks the authorizer first: a denial goes before a missing key', async () => {
    expect((await ask('/metered', { effect: 'Deny' })).headers['x-amzn-errortype']).toBe(
      'AccessDeniedException',
    );
  });

  test('always throttles a key whose plan allows nothing, and keeps the authorizer’s context', async () => {
    const response = await ask(
      '/metered',
      { key: keys.exhausted, context: { retryAfter: 7 } },
      { headers: { 'user-agent': 'curl' } },
    );
    expect(response.status).toBe(429);
    expect(response.headers).toMatchObject({
      'x-amzn-errortype': 'TooManyRequestsException',
      'retry-after': '7',
      'x-agent': 'curl',
    });
    expect(response.json).toEqual({ message: 'Too Many Requests', colour: 'green' });
  });

  test('lets a burst through, then as many as the rate refills', async () => {
    const statuses = async (count: number) =>
      (await Promise.all(Array.from({ length: count }, () => metered(keys.burstOfThree))))
        .map(({ status }) => status)
        .sort();
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    now += 2_000;
    expect(await statuses(3)).toEqual([200, 200, 429]);
  });

  test('answers QUOTA_EXCEEDED above the quota, until the next period', async () => {
    for (const expected of [200, 200, 429]) expect((await metered(keys.twoADay)).status).toBe(expected);
    const refused = await metered(keys.twoADay);
    expect(refused.headers['x-amzn-errortype']).toBe('LimitExceededException');
    expect(refused.text).toBe('{"message":"Limit Exceeded"}');
    now += 86_400_000;
    expect((await metered(keys.twoADay)).status).toBe(200);
  });
});
