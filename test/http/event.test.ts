import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent, requireUnambiguousPath } from '../../lambdas/http/event.ts';
import { requestIdOf } from '../../lambdas/http/request-id.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { event } from './requests.ts';

describe('ambiguous paths', () => {
  test.each([
    '/v1/a%2fb',
    '/v1/a%2Fb',
    '/v1/a%5cb',
    '/v1/a\\b',
    '/v1//a',
    '//v1',
    '/v1/../admin',
    '/v1/..',
    '/..',
    '/v1/./a',
    '/v1/.',
    '/v1/%2e%2e/a',
    '/v1/.%2E/a',
    '/v1/%2e/a',
    '/v1/a%00',
    '/v1/a%0d%0ab',
    '/v1/a%1f',
    '/v1/a%7f',
    '/v1/a\u0000',
    '/v1/a\nb',
    '/v1/%252e%252e/a',
    '/v1/a%25',
    '..',
    '.',
    '/v1/reports.',
    '/v1/reports./x',
    '/v1/...',
    '/v1/a..',
    '/v1/reports%',
    '/v1/report%zz',
    '/v1/report%7',
    '/v1/a%ff',
    '/v1/a%c0%af',
    '/v1/a%ed%a0%80',
    '/v1/a%c2%85',
    '/v1/a%3Fb',
    '/v1/a%23b',
    '/v1/a;b',
    '/v1/a%3bb',
    '/v1/a%20',
    '/v1/a%20/b',
    '/v1/a b',
    '/v1/ü',
    '/v1/a|b',
    '/v1/a[0]',
    '/v1/%61dmin',
  ])('%j is refused', (path) => {
    expect(() => requireUnambiguousPath(path)).toThrow(
      expect.objectContaining({ code: 'malformed_request' }),
    );
  });

  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/a.b',
    '/v1/..a',
    '/v1/.well-known/a.json',
    '/v1/a%20b',
    '/v1/%C3%BC',
    '/v1/%F0%9F%98%80',
    '/v1/a:b@c',
    "/v1/~a!$&'()*+,=",
    '/v1/ada%40example.com',
    '/v1/a%2Bb%2C%26%3D%24%3A',
    '/v1/a%7Cb%5B0%5D%7B%22x%22%7D',
  ])('%j is not', (path) => {
    expect(() => requireUnambiguousPath(path)).not.toThrow();
  });

  test('what is let through is the same path to a reader that decodes and normalizes', () => {
    const piece = fc.constantFrom('a', '.', '..', '/', '%2e', '%2F', '%5C', '\\', '%25', '%61', '', 'b');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('')}`;
        try {
          requireUnambiguousPath(path);
        } catch {
          return;
        }
        const decoded = decodeURIComponent(path);
        expect(new URL(path, 'http://x').pathname).toBe(path);
        expect(decodeURIComponent(new URL(decoded, 'http://x').pathname)).toBe(decoded);
        expect(decoded.split('/').length).toBe(path.split('/').length);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('trace ids', () => {
  test('a harmless id of the caller is taken, whatever the case of its header', () => {
    for (const name of ['X-Request-ID', 'x-request-id', 'X-REQUEST-id']) {
      expect(requestIdOf({ [name]: ['abc-1.2:3_x'] }, 'ours')).toBe('abc-1.2:3_x');
    }
  });

  test('anything else gives ours: doubled, long, empty, or with a character that means something elsewhere', () => {
    const bad = [
      '',
      ' ',
      'a b',
      'a"b',
      'a\\b',
      'a\nb',
      'abc\n',
      '<a>',
      '$context.x',
      'ü',
      'a'.repeat(129),
      '{"a":1}',
      '\0',
    ];
    for (const value of bad) expect(requestIdOf({ 'x-request-id': [value] }, 'ours'), value).toBe('ours');
    expect(requestIdOf({ 'x-request-id': ['a', 'a'] }, 'ours')).toBe('ours');
    expect(requestIdOf({ 'x-request-id': ['a'], 'X-Request-ID': ['a'] }, 'ours')).toBe('ours');
    expect(requestIdOf({}, undefined)).toBe('');
  });

  test('every id is safe to stand in JSON, a header and a log line as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (values) => {
        const id = requestIdOf({ 'X-Request-ID': values }, 'ours');
        expect(JSON.stringify(id)).toBe(`"${id}"`);
        expect(id).toMatch(/^[\x21-\x7e]{1,128}$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('reading an event', () => {
  const read = (request: Parameters<typeof event>[0], basePath = '') =>
    readEvent(event(request), { ...DEPLOYMENT, basePath });

  test('a body in base64 comes out as its bytes, and text as UTF-8', () => {
    const bytes = Buffer.from([0, 255, 128]);
    expect(read({ method: 'POST', resource: '/', body: bytes }).body).toEqual(bytes);
    expect(read({ method: 'POST', resource: '/', body: 'ü' }).body).toEqual(Buffer.from('ü'));
    expect(read({ method: 'GET', resource: '/' }).body).toHaveLength(0);
  });

  test('what API Gateway leaves out is empty', () => {
    expect(read({ method: 'GET', resource: '/' })).toMatchObject({
      params: {},
      query: {},
      headers: {},
      context: null,
      address: '192.0.2.7',
    });
  });

  /** As API Gateway sends it: with the stage in the context's path alone, or with the base path in both. */
  const place = (path: string, { resource = '/v1/{proxy+}', basePath = '/auth', isStage = false } = {}) => {
    const given = event({ method: 'GET', resource, path });
    const contextPath = isStage ? `/live${path}` : path;
    const requestContext = { ...given.requestContext, stage: 'live', path: contextPath };
    const { prefix, ...read } = readEvent({ ...given, requestContext }, { ...DEPLOYMENT, basePath });
    return [read.path, read.resource, prefix];
  };

  test.each([
    // At the root of a domain, and at the stage's URL.
    ['/v1/a', { basePath: '' }, ['/v1/a', '/v1/{proxy+}', '']],
    ['/v1/a', { basePath: '', isStage: true }, ['/v1/a', '/v1/{proxy+}', '/live']],
    // Below a path, and at the stage's URL beside.
    ['/auth/v1/a', {}, ['/v1/a', '/v1/{proxy+}', '/auth']],
    ['/auth/v1/a/', {}, ['/v1/a/', '/v1/{proxy+}', '/auth']],
    ['/auth/v1/auth/a', {}, ['/v1/auth/a', '/v1/{proxy+}', '/auth']],
    ['/v1/a', { isStage: true }, ['/v1/a', '/v1/{proxy+}', '/live']],
    ['/auth', { resource: '/' }, ['/', '/', '/auth']],
    ['/auth/', { resource: '/' }, ['/', '/', '/auth']],
    ['/auth/v2/v1/a', { basePath: '/auth/v2' }, ['/v1/a', '/v1/{proxy+}', '/auth/v2']],
    ['/live/v1/a', { basePath: '/live' }, ['/v1/a', '/v1/{proxy+}', '/live']],
    // A stage's URL knows no base path.
    ['/auth/health', { resource: '/{proxy+}', isStage: true }, ['/auth/health', '/{proxy+}', '/live']],
    // What is not ours is no row's.
    ['/other/v1/a', {}, ['/other/v1/a', '', '']],
    ['/authx/v1/a', {}, ['/authx/v1/a', '', '']],
    ['/AUTH/v1/a', {}, ['/AUTH/v1/a', '', '']],
    ['/%61uth/v1/a', {}, ['/%61uth/v1/a', '', '']],
    ['/auth/x/v1/a', {}, ['/x/v1/a', '', '/auth']],
    ['/health', { resource: '/{proxy+}' }, ['/health', '', '']],
    [
      '/.well-known/oauth-authorization-server',
      { resource: '/' },
      ['/.well-known/oauth-authorization-server', '', ''],
    ],
    // Documents at the root of the host.
    [
      '/.well-known/oauth-authorization-server/auth',
      { resource: '/{proxy+}' },
      ['/.well-known/oauth-authorization-server', '/{proxy+}', '/auth'],
    ],
    [
      '/.well-known/oauth-protected-resource/auth/v1/mcp',
      { resource: '/{proxy+}' },
      [
        '/.well-known/oauth-protected-resource/v1/mcp',
        '/.well-known/oauth-protected-resource/{resource+}',
        '/auth',
      ],
    ],
    [
      '/.well-known/oauth-protected-resource/auth/v1',
      {},
      ['/.well-known/oauth-protected-resource/auth/v1', '', ''],
    ],
  ] as const)('%s with %j is %j', (path, given, read) => {
    expect(place(path, given)).toEqual(read);
  });
});
