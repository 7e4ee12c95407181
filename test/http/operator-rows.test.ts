import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { serve } from '../../lambdas/http/serve.ts';
import type { OperatorServices } from '../../lambdas/kernel/authentication.ts';
import { Problem } from '../../lambdas/kernel/problem.ts';
import { routeGroup } from '../../lambdas/kernel/route.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { type EventInput, event } from './requests.ts';

const group = routeGroup<OperatorServices>()({ service: 'operators', tag: 'Operators' });
const row = {
  path: '/operators/things',
  summary: 'A row',
  query: z.strictObject({ limit: z.string().optional() }),
  success: { status: 200, description: 'It.', schema: z.object({ done: z.boolean() }) },
  errors: [],
  handle: async () => ({ done: true }),
} as const;
const rows = group.rows({
  listTenants: group.operator({ ...row, method: 'GET' }),
  changeTenant: group.operator({ ...row, method: 'PATCH', body: z.strictObject({ tier: z.string() }) }),
});

let isOperator = false;
const services: OperatorServices = {
  requireOperator: async () => {
    if (!isOperator) throw new Problem('not_found');
  },
};
const rendering = { profile: { ...profile, hasOperators: true }, deployment: DEPLOYMENT };
const handler = serve(rows, services, rendering);
const context = {
  outcome: 'allowed',
  callerKind: 'user',
  tenantId: 't1',
  workspaceId: 'w1',
  environment: 'live',
  scopes: 'admin',
  userId: 'u1',
  sessionId: 's1',
  role: 'admin',
};
const send = (given: Omit<EventInput, 'resource'>) =>
  handler(event({ context, resource: '/operators/things', ...given }));

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterAll(() => {
  vi.restoreAllMocks();
});

const FAULTY: readonly [string, number, Omit<EventInput, 'resource'>][] = [
  ['a body that is no JSON', 400, { method: 'PATCH', body: '{' }],
  [
    'a body of another type',
    415,
    { method: 'PATCH', body: 'a', headers: { 'content-type': ['text/plain'] } },
  ],
  ['a packed body', 415, { method: 'PATCH', body: '{}', headers: { 'content-encoding': ['gzip'] } }],
  ['too large a body', 413, { method: 'PATCH', body: ' '.repeat(70_000) }],
  ['an unknown field', 400, { method: 'PATCH', body: '{"a":1}' }],
  ['a parameter twice', 400, { method: 'GET', query: { limit: ['1', '2'] } }],
  ['an unknown parameter', 400, { method: 'HEAD', query: { a: ['1'] } }],
];

test.each(FAULTY)(
  '%s is told to operators alone: for everybody else the row is not there',
  async (_, status, given) => {
    const nothing = await send({ method: given.method });
    expect(nothing.statusCode).toBe(404);
    const answer = await send(given);
    expect([answer.statusCode, answer.body]).toEqual([404, nothing.body]);
    isOperator = true;
    expect((await send(given)).statusCode).toBe(status);
    isOperator = false;
  },
);
