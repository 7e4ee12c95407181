import { beforeAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { serve } from '../../lambdas/http/serve.ts';
import { HostCookie } from '../../lambdas/kernel/host-cookie.ts';
import { Empty, Html, Redirect, Text, WithCookies } from '../../lambdas/kernel/results.ts';
import { routeGroup } from '../../lambdas/kernel/route.ts';
import { openApiDocument } from '../../lib/openapi/document.ts';
import { profile } from '../../profiles/memory-api.ts';
import { DEPLOYMENT, RIGHTS } from '../support/deployment.ts';
import { dereferenced } from '../support/dereferenced.ts';
import { event } from './requests.ts';

/** Rows of every kind, under ids that there are: the profile wraps documents, and nothing else. */
const group = routeGroup<{ readonly seen: unknown[] }>()({ service: 'public', tag: 'Service' });
const rows = group.rows({
  login: group.public({
    method: 'GET',
    path: '/page',
    summary: 'A page, or where it leads',
    takesCookies: ['__Host-session'],
    success: { kind: 'html', status: 200, description: 'The page.', setsCookies: ['__Host-seen'] },
    alternatives: [{ kind: 'redirect', status: 303, description: 'On.' }],
    errors: [],
    handle: async ({ cookies }, { seen }) => {
      seen.push(cookies);
      if (cookies['__Host-session'] === undefined) return new Html('<p>Who are you?</p>');
      return new WithCookies(
        new Redirect('/home?from=page'),
        new HostCookie('__Host-seen', 'yes', { maxAgeSeconds: 60, sameSite: 'Strict' }),
        HostCookie.forgotten('__Host-session'),
      );
    },
  }),
  getMe: group.public({
    method: 'GET',
    path: '/document',
    summary: 'A document with a cookie',
    success: { status: 200, description: 'It.', schema: z.object({ is: z.literal('it') }) },
    errors: [],
    handle: async () => new WithCookies({ is: 'it' }, new HostCookie('__Host-a', '')),
  }),
  logout: group.public({
    method: 'POST',
    path: '/nothing',
    summary: 'Nothing',
    success: { kind: 'empty', status: 204, description: 'Nothing.' },
    errors: [],
    handle: async () => new Empty(),
  }),
  getMetrics: group.public({
    method: 'GET',
    path: '/text',
    summary: 'A text',
    success: { kind: 'text', status: 200, description: 'It.' },
    errors: [],
    handle: async () => new Text('it'),
  }),
  getHealth: group.public({
    method: 'GET',
    path: '/framed',
    summary: 'A page with a policy of its own',
    success: { kind: 'html', status: 200, description: 'It.' },
    errors: [],
    handle: async () => new Html('', { 'Content-Security-Policy': "default-src 'self'" }),
  }),
});

const seen: unknown[] = [];
const elsewhere = { ...profile, paths: {} };
const answer = serve(rows, { seen }, { profile: elsewhere, deployment: DEPLOYMENT });
const get = (resource: string, cookie: string[] = []) =>
  answer(event({ method: 'GET', resource, headers: { Cookie: cookie } }));

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});

describe('a row', () => {
  test('answers a page that loads nothing, is framed by nobody and is kept by nobody', async () => {
    const { statusCode, headers, body } = await get('/page');
    expect([statusCode, body]).toEqual([200, '<p>Who are you?</p>']);
    expect(headers).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': expect.stringContaining("frame-ancestors 'none'"),
    });
  });

  test('answers a page with a policy of its own', async () => {
    const { headers, body } = await get('/framed');
    expect(body).toBe('');
    expect(headers).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'self'",
      'Referrer-Policy': 'no-referrer',
    });
  });

  test('leads on and sets several cookies, each in a header of its own', async () => {
    const { statusCode, headers, multiValueHeaders, body } = await get('/page', ['__Host-session=s1']);
    expect([statusCode, body]).toEqual([303, '']);
    expect(headers).toMatchObject({ Location: '/home?from=page', 'Cache-Control': 'no-store' });
    expect(headers).not.toHaveProperty('Content-Type');
    expect(multiValueHeaders).toEqual({
      'Set-Cookie': [
        '__Host-seen=yes; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Strict',
        '__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax',
      ],
    });
  });

  test('sees the cookies that it names, and no other', async () => {
    await get('/page', ['other=1; __Host-session=s2; __Host-more=3']);
    expect(seen.at(-1)).toEqual({ '__Host-session': 's2' });
  });

  test('sets a cookie with a document, which is in the profile’s envelope as any other', async () => {
    const { body, multiValueHeaders } = await get('/document');
    expect(JSON.parse(body)).toMatchObject({ success: true, data: { is: 'it' } });
    expect(multiValueHeaders).toEqual({
      'Set-Cookie': ['__Host-a=; Path=/; Secure; HttpOnly; SameSite=Lax'],
    });
  });

  test('answers nothing: 204 without a body and without a type', async () => {
    const { statusCode, headers, body } = await answer(event({ method: 'POST', resource: '/nothing' }));
    expect([statusCode, body]).toEqual([204, '']);
    expect(headers).not.toHaveProperty('Content-Type');
  });

  test('answers a text', async () => {
    const { headers, body } = await get('/text');
    expect([headers?.['Content-Type'], body]).toEqual(['text/plain; charset=utf-8', 'it']);
  });
});

test('the OpenAPI document tells of pages, redirects, cookies and nothing', () => {
  const { paths } = dereferenced(openApiDocument(rows.rows, elsewhere, RIGHTS));
  expect(paths['/page']?.get).toMatchObject({
    parameters: [{ name: '__Host-session', in: 'cookie', required: false, schema: { type: 'string' } }],
    responses: {
      200: {
        headers: { 'Set-Cookie': { description: 'Sets __Host-seen.' } },
        content: { 'text/html': { schema: { type: 'string' } } },
      },
      303: { description: 'On.', headers: { Location: { required: true } } },
    },
  });
  expect(paths['/page']?.get?.responses).not.toHaveProperty('303.content');
  expect(paths['/nothing']?.post?.responses).toHaveProperty('204', { description: 'Nothing.' });
});

test.each([
  'https://app.example.com/callback?code=a%20b&state=c#d',
  'http://127.0.0.1:49152/callback',
  'http://[::1]:8080/',
  'http://localhost/x',
  '/',
  '/home?next=//evil.example',
])('a redirect leads to %s', (location) => {
  expect(new Redirect(location).location).toBe(location);
});

test.each([
  '',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'http://app.example.com/',
  'http://127.0.0.1.evil.example/',
  'http://localhost@evil.example/',
  'https://user:password@app.example.com/',
  'https:',
  'javascript:alert(1)',
  'data:text/html,x',
  'home',
  ' /home',
  '/home\r\nSet-Cookie: a=b',
  '/home\nX: y',
  '/\tevil',
  '/home page',
  '/caf\u00e9',
  'https://app.example.com/"',
])('a redirect to %j is refused', (location) => {
  expect(() => new Redirect(location)).toThrow('not a place to redirect to');
});

test('a page’s header ends in no other', () => {
  expect(() => new Html('', { 'Content-Security-Policy': "default-src 'self'\r\nSet-Cookie: a=b" })).toThrow(
    'not a value of Content-Security-Policy',
  );
});
