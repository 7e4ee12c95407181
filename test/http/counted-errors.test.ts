import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { serve } from '../../lambdas/http/serve.ts';
import { rateLimited } from '../../lambdas/kernel/problem.ts';
import { routeGroup } from '../../lambdas/kernel/route.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { event } from './requests.ts';

const group = routeGroup<object>()({ service: 'accounts', tag: 'Accounts' });
const row = {
  method: 'POST',
  summary: 'A row',
  body: z.strictObject({ name: z.string() }),
  success: { status: 200, description: 'It.', schema: z.object({ name: z.string() }) },
  handle: async ({ body }: { body: { name: string } }) => body,
} as const;
const rows = group.rows({
  login: group.public({ ...row, path: '/limited', errors: ['rate_limited'] }),
  logout: group.public({ ...row, path: '/free', errors: [] }),
  getMe: group.caller({
    ...row,
    path: '/mine',
    access: { kind: 'credential', scope: null },
    errors: ['rate_limited'],
  }),
});

const counted: [unknown, string][] = [];
const handler = serve(
  rows,
  {},
  { profile: { ...profile, paths: {} }, deployment: DEPLOYMENT },
  {
    countErrors: async (error, address) => {
      counted.push([error, address]);
      return counted.length > 1 ? rateLimited(30) : error;
    },
  },
);
const send = (resource: string, body: string) => handler(event({ method: 'POST', resource, body }));

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterAll(() => {
  vi.restoreAllMocks();
});

test('of public rows that say rate_limited every error is counted by its address, before and after the body is read', async () => {
  expect((await send('/limited', '{}')).statusCode).toBe(400);
  const second = await send('/limited', '{');
  expect([second.statusCode, second.headers?.['Retry-After']]).toEqual([429, '30']);
  expect(counted).toMatchObject([
    [{ code: 'invalid_field' }, '192.0.2.7'],
    [{ code: 'malformed_request' }, '192.0.2.7'],
  ]);
  expect((await send('/limited', '{"name":"x"}')).statusCode).toBe(200);
  expect(counted).toHaveLength(2);
});

test('of others none is', async () => {
  counted.length = 0;
  expect((await send('/free', '{}')).statusCode).toBe(400);
  expect((await send('/mine', '{}')).statusCode).toBe(401);
  expect(counted).toEqual([]);
});
