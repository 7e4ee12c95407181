import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { continuePath, signInPath } from '../../lambdas/signin/paths.ts';

const OURS = 'https://api.example.com';

describe('the way on after a sign-in', () => {
  test.each([
    '/authorize',
    '/authorize?client_id=x&state=%20a%2Fb',
    '/device',
    '/device?user_code=WDJB-MJHT',
    '/factors?continue=%2Fconsole%2Faccount&ui_locales=de',
    '/console/account',
  ])('%s is one of our pages', (path) => {
    expect(continuePath(path)).toBe(path);
  });

  test.each([
    'https://evil.example/',
    '//evil.example/authorize',
    '/\\evil.example',
    '\\\\evil.example',
    '/authorize/../../evil',
    '/authorize/',
    '/authorize#https://evil.example',
    '/authorize?x=\r\nLocation: https://evil.example',
    '/authorize?x="><script>',
    '/authorize\t//evil.example',
    ' /authorize',
    '/%61uthorize',
    '/AUTHORIZE',
    '/device@evil.example',
    '/sign-out',
    '/console',
    '/console/account/x',
    '/v1/auth/me',
    'javascript:alert(1)',
    'data:text/html,x',
    '',
    '/',
  ])('%j is none', (path) => {
    expect(continuePath(path)).toBeUndefined();
  });

  test('whatever is let through stays at our own host, as a browser reads it', () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'/\\?#@:.%&=\t\n "<>aedhirtuzvcx') });
    const anything = fc.oneof(
      fc.string(),
      hostile,
      fc.tuple(fc.constantFrom('/authorize', '/device'), hostile).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const path = continuePath(text);
        if (path === undefined) return;
        const { origin, pathname, hash } = new URL(path, `${OURS}/sign-in`);
        expect([origin, ['/authorize', '/device'].includes(pathname), hash]).toEqual([OURS, true, '']);
      }),
      { numRuns: 3000 },
    );
  });

  test('the link to sign in carries it', () => {
    const path = '/authorize?a=b&c=%26';
    expect(new URL(signInPath(path), OURS).searchParams.get('continue')).toBe(path);
  });
});
