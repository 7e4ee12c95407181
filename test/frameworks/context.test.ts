/** Hono on Lambda, behind an authorizer that has decided: `fromContext` stands before Hono's own handler. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { contextOf } from '../../lambdas/http/identity.ts';
import type { Identity } from '../../lambdas/verify/index.ts';
import { fromContext, type LambdaResult } from '../../lambdas/verify/lambda.ts';
import { PROJECT } from './installation.ts';

const { resolve } = createRequire(join(PROJECT, 'package.json'));
const installed = (name: string) => import(pathToFileURL(resolve(name)).href);

interface HonoContext {
  readonly env: { readonly event: { readonly latchkey?: Identity } };
  json(body: object): Response;
}

const ALLOWED = {
  outcome: 'allowed',
  callId: 'r-1',
  callerKind: 'key',
  keyId: 'key_1',
  tenantId: 'tenant_1',
  workspaceId: 'workspace_1',
  scopes: 'read write',
  environment: 'live',
  rateLimitLimit: '5',
  rateLimitRemaining: '4',
  rateLimitReset: '1800000000',
};

test.each<[string, object, number, object]>([
  ['who is let in reaches a route, typed', ALLOWED, 200, { tenant: 'tenant_1', principal: 'key:key_1' }],
  [
    'who may not is answered before',
    contextOf(
      { outcome: 'forbidden', code: 'insufficient_scope', message: 'Insufficient scope.', allowance: null },
      'r-1',
      1_800_000_000,
      (code) => code,
    ),
    403,
    { code: 'insufficient_scope', request_id: 'r-1' },
  ],
  [
    'who is over the limit is answered before',
    contextOf(
      { outcome: 'limited', allowance: { limit: 5, remaining: 0, resetAt: 1_800_000_007, exceeded: true } },
      'r-1',
      1_800_000_000,
      (code) => code,
    ),
    429,
    { code: 'rate_limited' },
  ],
  ['an event without a decision is a 500', {}, 500, { code: 'internal' }],
])('%s', async (_, lambda, statusCode, body) => {
  const { Hono } = await installed('hono');
  const { handle } = await installed('hono/aws-lambda');
  const app = new Hono();
  app.get('/items', (c: HonoContext) => {
    const { tenant, principal } = c.env.event.latchkey ?? {};
    return c.json({ tenant, principal });
  });
  const handler = fromContext(handle(app));
  const event = {
    version: '2.0',
    routeKey: 'GET /items',
    rawPath: '/items',
    rawQueryString: '',
    headers: { host: 'api.example.com', accept: '*/*' },
    isBase64Encoded: false,
    requestContext: {
      http: { method: 'GET', path: '/items', sourceIp: '192.0.2.7' },
      domainName: 'api.example.com',
      stage: '$default',
      authorizer: { lambda },
    },
  };
  const answer = (await handler(event, {} as never)) as LambdaResult;
  expect(answer.statusCode).toBe(statusCode);
  expect(JSON.parse(answer.body ?? '')).toMatchObject(body);
  expect(answer.headers).toMatchObject(
    { 200: { 'X-RateLimit-Limit': '5' }, 429: { 'Retry-After': '7' } }[statusCode] ?? {},
  );
});
