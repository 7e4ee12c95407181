import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type Account,
  bearer,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
  withKey,
} from '../support/stack.ts';

/** A function in Lambda behind the door. Its `Invoke` is a server of this test, as `sam local start-lambda` would be. */

const ARN = 'arn:aws:lambda:us-east-1:111122223333:function:theirs';
// biome-ignore lint/suspicious/noExplicitAny: the event, as the tests read it.
const events: any[] = [];
const paths: string[] = [];
interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}
let answer: () => Answer | undefined;
const lambda = createServer((request, response) => {
  void buffer(request).then((body) => {
    paths.push(request.url ?? '');
    events.push(JSON.parse(body.toString()));
    const { status = 200, headers = {}, body: result } = answer() ?? {};
    if (result !== undefined) response.writeHead(status, headers).end(JSON.stringify(result));
  });
});
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  lambda.listen(0, '127.0.0.1');
  await once(lambda, 'listening');
  stack = await startTestStack(
    {
      profile: 'default',
      config: {
        tiers: { free: ROOMY_TIER },
        upstreams: { fn: { path: '/v1/fn', lambda: ARN, timeoutSeconds: 2, circuitBreaker: null } },
      },
    },
    { lambdaEndpoint: `http://127.0.0.1:${(lambda.address() as AddressInfo).port}` },
  );
  ada = await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  lambda.closeAllConnections();
  lambda.close();
});
beforeEach(() => {
  answer = () => ({ body: { statusCode: 200, body: 'ok' } });
});

test('it gets the event of API Gateway with the identity, and neither credential nor cookie of ours', async () => {
  await stack.send(
    'POST /v1/fn/x%20y?a=1&a=2',
    withKey(ada.apiKey, {
      headers: {
        'x-latchkey-tenant': 'forged',
        cookie: 'a=1; __Host-latchkey-session=s',
        'x-request-id': 'r-1',
      },
      body: 'content',
    }),
  );
  const event = events.at(-1);
  expect(paths.at(-1)).toBe('/2015-03-31/functions/theirs/invocations');
  expect(event).toMatchObject({
    httpMethod: 'POST',
    path: '/v1/fn/x%20y',
    resource: '/v1/fn/{proxy+}',
    pathParameters: { proxy: 'x%20y' },
    queryStringParameters: { a: '2' },
    multiValueQueryStringParameters: { a: ['1', '2'] },
    headers: { 'x-latchkey-tenant': ada.tenantId, cookie: 'a=1' },
    requestContext: {
      requestId: 'r-1',
      authorizer: {
        principalId: `key:${ada.keyId}`,
        tenantId: ada.tenantId,
        workspaceId: ada.workspaceId,
        scopes: 'read write delete',
        environment: 'live',
      },
    },
    isBase64Encoded: true,
  });
  expect(Buffer.from(event.body, 'base64').toString()).toBe('content');
  expect(event.headers['x-latchkey-assertion']).toMatch(/^eyJ/);
  expect(JSON.stringify(event)).not.toContain(ada.apiKey);
});

test('its answer goes back as that of any upstream does', async () => {
  answer = () => ({
    body: {
      statusCode: 201,
      headers: { 'Content-Type': 'text/html', 'X-Latchkey-Tenant': 'theirs' },
      multiValueHeaders: { 'Set-Cookie': ['a=1', '__Host-latchkey-session=theirs'] },
      body: Buffer.from('<p>').toString('base64'),
      isBase64Encoded: true,
    },
  });
  const response = await stack.send('GET /v1/fn', withKey(ada.apiKey));
  expect([response.status, response.text]).toEqual([201, '<p>']);
  expect(response.values['set-cookie']).toEqual(['a=1']);
  expect(response.headers['content-security-policy']).toBe('sandbox');
  expect(response.headers['x-latchkey-tenant']).toBeUndefined();
  expect(response.headers['x-request-id']).toBeDefined();
});

test.each([
  [
    'a function that throws',
    { headers: { 'x-amz-function-error': 'Unhandled' }, body: { errorMessage: 's3cret' } },
    502,
    'upstream_failed',
  ],
  ['a result that is no response', { body: null }, 502, 'upstream_failed'],
  ['a status that is none', { body: { statusCode: 99 } }, 502, 'upstream_failed'],
  ['a function that may not be invoked', { status: 403, body: { Message: 'no' } }, 502, 'upstream_failed'],
  ['a function without an instance left', { status: 429, body: { Reason: 'x' } }, 503, 'unavailable'],
])('%s is an error of ours', async (_, given, status, code) => {
  answer = () => given;
  const response = await stack.send('GET /v1/fn', withKey(ada.apiKey));
  expect([response.status, response.json.code]).toEqual([status, code]);
  expect(response.text).not.toContain('s3cret');
  if (status === 503) expect(response.headers['retry-after']).toBe('1');
});

test('a function that is too slow is a 504', async () => {
  answer = () => undefined;
  const response = await stack.send('GET /v1/fn', withKey(ada.apiKey));
  expect([response.status, response.json.code]).toEqual([504, 'upstream_timeout']);
});

test('who is refused does not invoke it', async () => {
  const calls = events.length;
  expect((await stack.send('GET /v1/fn')).status).toBe(401);
  const { key } = await stack.createKey(await stack.logIn(ada), { scopes: ['read'] });
  expect((await stack.send('DELETE /v1/fn', withKey(key))).status).toBe(403);
  expect((await stack.send('GET /v1/fn/a%2fb', { headers: bearer(await stack.logIn(ada)) })).status).toBe(
    400,
  );
  expect(events).toHaveLength(calls);
});
