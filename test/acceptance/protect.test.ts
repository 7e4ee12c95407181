/** APIs of a team's own, behind `protect` and `protectHttp` in its own app, served by the local stack with its functions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Cors, LambdaIntegration, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Latchkey } from '../../lib/latchkey.ts';
import { httpClient, type Send } from '../support/http.ts';
import { ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-protected-app-'));
let stack: TestStack;
/** The API beside the Latchkey, one in another stack, and an HTTP API. */
let api: Send;
let elsewhere: Send;
let http: Send;
const closing: (() => Promise<void>)[] = [];

/** A function that answers with what it was told of the caller. */
function theirs(scope: Construct, id = 'Theirs'): Lambda {
  return new Lambda(scope, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline(
      'exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event.requestContext.authorizer ?? null) });',
    ),
  });
}

function synthesize(): void {
  const app = new App({ outdir: folder, context: { 'latchkey:local': true } });
  const own = new Stack(app, 'Own');
  const latchkey = new Latchkey(own, 'Default', {
    tiers: { free: { ...ROOMY_TIER, keyRequestsPerMinute: 5 } },
    initialTier: 'free',
    gatewayFacts: { zeroPlanThrottles: true },
    environment: 'development',
  });
  const rest = new RestApi(own, 'Theirs Api', {
    defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS },
  });
  const integration = new LambdaIntegration(theirs(own));
  rest.root.resourceForPath('/items/{id}').addMethod('GET', integration);
  rest.root.addResource('health').addMethod('GET', integration);
  latchkey.protect(rest, {
    setsApiKeySource: true,
    setsGatewayResponses: true,
    assertions: true,
    public: ['GET /health'],
    scopes: { 'POST /search': 'write' },
  });
  rest.root.addResource('search').addMethod('POST', integration);

  const other = new Stack(app, 'Other');
  const restElsewhere = new RestApi(other, 'Api');
  restElsewhere.root.addMethod('GET', new LambdaIntegration(theirs(other)));
  restElsewhere.root.addMethod('PUT', new MockIntegration());
  latchkey.protect(restElsewhere, { setsApiKeySource: true });
  const httpApi = new HttpApi(other, 'Http', {
    defaultIntegration: new HttpLambdaIntegration('All', theirs(other, 'Behind Http')),
  });
  latchkey.protectHttp(httpApi);
  app.synth();
}

beforeAll(async () => {
  synthesize();
  stack = await startTestStack({ profile: 'default' }, { assemblyDir: folder, stacks: ['Own', 'Other'] });
  const clientOf = (start: string): Send => {
    const served = stack.local.apis.find(({ logicalId }) => logicalId.startsWith(start));
    if (served === undefined) throw new Error(`no API is served as ${start}`);
    const client = httpClient(served.url);
    closing.push(async () => client.close());
    return client.send;
  };
  [api, elsewhere, http] = ['TheirsApi', 'Api', 'Http'].map(clientOf) as [Send, Send, Send];
}, 120_000);
afterAll(async () => {
  for (const close of closing) await close();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A new tenant's key, of a scope. */
async function newKey(
  scopes: readonly string[],
): Promise<{ headers: Record<string, string>; keyId: string; tenantId: string }> {
  const account = await stack.onboard();
  const { id, key } = await stack.createKey(await stack.logIn(account), { name: 'mine', scopes });
  return { headers: { 'x-api-key': key }, keyId: id, tenantId: account.tenantId };
}

describe.each([
  ['a REST API beside the Latchkey', () => api, '/items/7', true],
  ['a REST API of another stack', () => elsewhere, '/', false],
] as const)('%s', (_, send, path, hasResponses) => {
  test('tells its function who calls', async () => {
    const { headers, keyId, tenantId } = await newKey(['read']);
    const answer = await send()(`GET ${path}`, { headers });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      outcome: 'allowed',
      callerKind: 'key',
      keyId,
      tenantId,
      scopes: 'read',
      environment: 'live',
      rateLimitLimit: '5',
      rateLimitRemaining: '4',
    });
    expect(answer.json.assertion === undefined).toBe(!hasResponses);
  });

  test('refuses who is not proven, may not, or is over the limit', async () => {
    const { headers } = await newKey(['read']);
    expect((await send()(`GET ${path}`)).status).toBe(hasResponses ? 401 : 403);
    expect((await send()(`GET ${path}`, { headers: { 'x-api-key': 'nk_live_made-up' } })).status).toBe(
      hasResponses ? 401 : 403,
    );
    expect((await send()(hasResponses ? 'POST /search' : 'PUT /', { headers })).status).toBe(403);
    const statuses = [];
    for (let call = 0; call < 7; call += 1) statuses.push((await send()(`GET ${path}`, { headers })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429, 429]);
  });
});

describe('a REST API beside the Latchkey', () => {
  test('answers in the shape of the profile where it was asked to', async () => {
    const { headers } = await newKey(['read']);
    const answer = await api('POST /search', { headers, json: {} });
    expect(answer.json).toMatchObject({ error: expect.objectContaining({}) });
    expect(answer.text).toContain('Required: write');
  });

  test('leaves open what is public, and preflights', async () => {
    expect(await api('GET /health')).toMatchObject({ status: 200, json: null });
    expect((await api('OPTIONS /items/7')).status).toBe(204);
  });

  test('signs who calls for the service behind it', async () => {
    const { headers, tenantId, keyId } = await newKey(['read']);
    const { json } = await api('GET /items/7', { headers });
    expect(decodeJwt(json.assertion)).toMatchObject({
      iss: stack.url,
      sub: `key:${keyId}`,
      tenant: tenantId,
      scopes: 'read',
      method: 'GET',
      path: '/items/7',
    });
  });

  test('lets nothing through that stands for the identity, or for another method', async () => {
    const { headers } = await newKey(['read']);
    for (const name of ['x-latchkey-tenant', 'x-http-method-override'])
      expect((await api('GET /items/7', { headers: { ...headers, [name]: 'DELETE' } })).status).toBe(403);
  });

  test('takes what the front door issues, and stops when it is revoked', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const person = await api('GET /items/7', { headers: { authorization: `Bearer ${token}` } });
    expect(person.json).toMatchObject({ callerKind: 'user', userId: account.userId });
    const { id, key } = await stack.createKey(token, { name: 'mine', scopes: ['read'] });
    const headers = { 'x-api-key': key };
    expect((await api('GET /items/7', { headers })).status).toBe(200);
    const path = stack.path('revokeKey').replace(/\{\w+\}/, id);
    await stack.send(`DELETE ${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await api('GET /items/7', { headers })).status).toBe(401);
  });
});

test('the doctor is told where to look', () => {
  const told = Object.entries(stack.local.outputs)
    .filter(([name]) => name.startsWith('LatchkeyProtected'))
    .map(([, value]) => JSON.parse(value));
  expect(told).toHaveLength(3);
  for (const { urls } of told) expect(urls).toHaveLength(1);
  expect(told.map(({ kind, refused, public: open }) => [kind, refused, open]).sort()).toEqual([
    ['http', 403, []],
    ['rest', 401, ['GET /health']],
    ['rest', 403, []],
  ]);
});

test('an HTTP API tells its function who calls, and answers every refusal with 403', async () => {
  const { headers, keyId } = await newKey(['read']);
  const answer = await http('GET /anything/at/all', { headers });
  expect(answer.status).toBe(200);
  expect(answer.json.lambda).toMatchObject({ outcome: 'allowed', keyId, scopes: 'read' });
  expect((await http('GET /anything')).status).toBe(403);
  expect((await http('DELETE /anything', { headers })).status).toBe(403);
  const statuses = [];
  for (let call = 0; call < 5; call += 1) statuses.push((await http('GET /', { headers })).status);
  expect(statuses).toEqual([200, 200, 200, 403, 403]);
});
