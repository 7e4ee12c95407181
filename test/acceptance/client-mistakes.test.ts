/**
 * A client's mistake is a 4xx, in a line of level INFO, whoever makes it and however it is made: nobody rings the alarm
 * of 5xx answers from outside.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { HttpRequest } from '../support/http.ts';
import { bearer, startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let token: string;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default' });
  token = await stack.logIn(await stack.onboard());
});
afterAll(() => stack.stop());

const MB = 1_000_000;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };
const body = (text: string | Buffer, headers: HttpRequest['headers'] = JSON_TYPE): HttpRequest => ({
  body: text,
  headers,
});

/** Bodies that nobody can want, by what is wrong with them. */
const BODIES: Readonly<Record<string, HttpRequest>> = {
  'more than an own route takes': body('a'.repeat(65 * 1024)),
  'more than a function takes': body('a'.repeat(9 * MB)),
  'more than API Gateway takes': body('a'.repeat(11 * MB)),
  'no body': {},
  'no JSON': body('{"email":'),
  'no object': body('[1]'),
  'a number': body('1e400'),
  null: body('null'),
  'no UTF-8': body(Buffer.from([0x7b, 0xff, 0xfe])),
  'UTF-16': body(Buffer.from('{}', 'utf16le')),
  'half a character': body('{"email":"\\ud800"}'),
  deep: body(`${'['.repeat(30_000)}${']'.repeat(30_000)}`),
  'deep in a field': body(`{"metadata":${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}}`),
  'many fields': body(`{${Array.from({ length: 5_000 }, (_, index) => `"f${index}":1`).join()}}`),
  'many fields of a form': body(Array.from({ length: 5_000 }, (_, index) => `f${index}=1`).join('&'), FORM),
  'a prototype': body('{"__proto__":{"email":"a"},"constructor":1,"toString":2}'),
  packed: body(gzipSync('{}'), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
  'another type': body('<a/>', { 'content-type': 'application/xml' }),
  'a type that is none': body('{}', { 'content-type': '///;;charset=' }),
  'an escape that is none': body('email=%zz&password=%e4%a', FORM),
};

const PUBLIC = ['onboard', 'login', 'refresh', 'exchangeToken'] as const;
const MANAGED = ['POST /v1/api-keys', 'PATCH /v1/tenant', 'POST /v1/users'] as const;

describe.each(Object.entries(BODIES))('a body: %s', (_what, request) => {
  test.each(PUBLIC)('to %s, by a stranger', async (id) => {
    await expectRefusal(`POST ${stack.path(id)}`, request);
  });

  test('to an import, which says of each line what is wrong with it', async () => {
    const headers = { ...request.headers, ...bearer(token) };
    const { status } = await stack.raw(`POST ${stack.path('importTenant')}`, { ...request, headers });
    expect(status).toBeLessThan(500);
  });

  test.each(MANAGED)('to %s, by an administrator', async (target) => {
    await expectRefusal(target, { ...request, headers: { ...request.headers, ...bearer(token) } });
  });
});

describe.each([
  ['a stranger', () => ({})],
  ['an administrator', () => bearer(token)],
] as const)('of %s', (_who, credential) => {
  test.each([
    ['a body of 9 MB to the upstream', 'POST /v1/things', body('a'.repeat(9 * MB))],
    ['a body of 5 MB to the upstream', 'POST /v1/things', body('a'.repeat(5 * MB))],
    ['escapes of no UTF-8', 'GET /v1/api-keys/%ff', {}],
    ['an escape that is none', 'GET /v1/api-keys/%zz', {}],
    ['an encoded NUL', 'GET /v1/api-keys/%00', {}],
    ['an encoded slash', 'GET /v1/things/a%2fb', {}],
    ['dot segments', 'GET /v1/things/../x', {}],
    ['a long id', `GET /v1/api-keys/${'x'.repeat(8_000)}`, {}],
    ['a long line', `GET /v1/things/${'x'.repeat(11_000)}`, {}],
    ['wide headers', 'GET /v1/api-keys', { headers: { 'x-wide': 'x'.repeat(11_000) } }],
    ['many parameters', `GET /v1/api-keys?${'a=1&'.repeat(1_000)}`, {}],
    ['many names', `GET /v1/api-keys?${Array.from({ length: 900 }, (_, at) => `p${at}=1`).join('&')}`, {}],
    ['parameters of no UTF-8', 'GET /v1/api-keys?cursor=%ff%fe', {}],
    ['a cursor that is none', 'GET /v1/api-keys?cursor=AAAA', {}],
    ['a limit that is none', 'GET /v1/api-keys?limit=1e309', {}],
    ['a method that there is not', 'DELETE /v1/auth/login', {}],
    ['a workspace that is none', 'GET /v1/api-keys', { headers: { 'x-workspace-id': '\u00ff'.repeat(300) } }],
  ] as const)('%s', async (_what, target, request: HttpRequest) => {
    const headers = { ...request.headers, ...credential() };
    await expectRefusal(target, { ...request, headers });
  });
});

/** Without the check against the document: answers of API Gateway itself are in none. */
async function expectRefusal(target: string, request: HttpRequest): Promise<void> {
  const { status, text } = await stack.raw(target, request);
  expect([status >= 400 && status < 500, status, text.slice(0, 300)]).toEqual([
    true,
    status,
    expect.any(String),
  ]);
  expect(text.length).toBeLessThan(64 * 1024);
}

test('of all these not one line is of level ERROR, and no request counts as failed', async () => {
  const levels = () => stack.lines.filter((line) => /"level":"(?!INFO)/.test(line));
  await vi.waitFor(() =>
    expect(stack.lines.filter((line) => line.includes('"level":"INFO"')).length).toBeGreaterThan(100),
  );
  expect(levels()).toEqual([]);
  const failed = stack.local.figures().filter(({ dimensions }) => dimensions === 'outcome=failed');
  expect(failed).toEqual([]);
});
