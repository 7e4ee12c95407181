import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isLoopbackOnly,
  matchRedirect,
  redirectHost,
  redirectObjection,
} from '../../lambdas/clients/redirects.ts';

describe('a client may have the redirect', () => {
  test.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://vscode.dev/redirect',
    'https://app.example.com',
    'https://app.example.com/cb?tenant=7',
    'https://app.example.com:8443/cb',
    'https://[2001:db8::1]/cb',
    'https://xn--mnchen-3ya.example/cb',
    'http://localhost/callback',
    'http://localhost:33418/callback',
    'http://127.0.0.1:33418/',
    'http://[::1]:9/cb',
    'cursor://anysphere.cursor-retrieval/oauth/user-1/callback',
    'com.example.app:/oauth',
    'com.example.app:/oauth?x=1',
  ])('%s', (uri) => {
    expect(redirectObjection(uri)).toBeUndefined();
    expect(matchRedirect({ redirectUris: [uri] }, uri)).toBe(uri);
  });
});

describe('no client may have the redirect', () => {
  test.each([
    ['of a script', 'javascript:alert(1)', /scheme javascript:/],
    ['of a script in capitals', 'JavaScript:alert(1)', /lower case/],
    ['of data', 'data:text/html,hello', /scheme data:/],
    ['of a file', 'file:///etc/passwd', /scheme file:/],
    ['of a blob', 'blob:https://app.example/1', /scheme blob:/],
    ['of a system handler', 'ms-settings:privacy', /scheme ms-settings:/],
    ['of a socket', 'wss://app.example/cb', /scheme wss:/],
    ['in the clear', 'http://app.example/cb', /must be https/],
    ['to a name that looks like this machine', 'http://localhost.evil.example/cb', /must be https/],
    ['to a number that looks like this machine', 'http://127.0.0.1.nip.io/cb', /must be https/],
    ['to this machine as one number', 'http://2130706433/cb', /must be written/],
    ['with a fragment', 'https://app.example/cb#x', /fragment/],
    ['with an empty fragment', 'https://app.example/cb#', /fragment/],
    ['with a user name', 'https://app.example@evil.example/cb', /user name/],
    ['with a user name on this machine', 'http://localhost@evil.example/', /user name/],
    ['with a backslash', 'https://evil.example\\@app.example/', /ASCII/],
    ['with a blank', 'https://app.example/c b', /ASCII/],
    ['with a line break', 'https://app.example/cb\r\nLocation: x', /ASCII/],
    ['with letters of another script', 'https://аpp.example/cb', /ASCII/],
    ['with a host in escapes', 'https://app%2eexample/cb', /as it is/],
    ['with a host in capitals', 'https://App.example/cb', /as it is/],
    ['with the default port', 'https://app.example:443/cb', /as it is/],
    ['with a host that ends in a full stop', 'https://app.example./cb', /full stop/],
    ['with too few slashes', 'https:app.example/cb', /as it is/],
    ['with too many slashes', 'https:///app.example/cb', /as it is/],
    ['without a scheme', '/callback', /absolute/],
    ['without a host', '//app.example/cb', /absolute/],
    ['too long', `https://app.example/${'a'.repeat(1024)}`, /1024/],
    ['to this machine with a broken port', 'http://localhost:80x/', /absolute/],
    ['nothing', '', /ASCII/],
  ] as const)('%s: %s', (_what, uri, objection) => {
    expect(redirectObjection(uri)).toMatch(objection);
  });
});

describe("of a request, the redirect must be the client's to the letter", () => {
  const registered = 'https://app.example/cb';
  test.each([
    ['a longer path', 'https://app.example/cb/x'],
    ['a shorter path', 'https://app.example/'],
    ['a slash more', 'https://app.example/cb/'],
    ['a query', 'https://app.example/cb?x=1'],
    ['a fragment', 'https://app.example/cb#x'],
    ['a user name', 'https://app.example@evil.example/cb'],
    ['a suffix of the host', 'https://app.example.evil.example/cb'],
    ['a prefix of the host', 'https://evilapp.example/cb'],
    ['another scheme', 'http://app.example/cb'],
    ['another port', 'https://app.example:8443/cb'],
    ['the default port', 'https://app.example:443/cb'],
    ['capitals', 'https://APP.example/cb'],
    ['dot segments', 'https://app.example/x/../cb'],
    ['escapes', 'https://app.example/c%62'],
    ['a blank at the end', 'https://app.example/cb '],
    ['a lookalike', 'https://аpp.example/cb'],
    ['nothing', ''],
  ] as const)('not with %s', (_what, given) => {
    expect(matchRedirect({ redirectUris: [registered] }, given)).toBeUndefined();
  });
});

describe('a redirect to a native app on this machine takes any port', () => {
  test.each([
    ['http://localhost/callback', 'http://localhost:52133/callback'],
    ['http://localhost:3000/callback', 'http://localhost:52133/callback'],
    ['http://127.0.0.1:33418/', 'http://127.0.0.1:1/'],
    ['http://[::1]/cb', 'http://[::1]:65535/cb'],
    ['http://localhost:3000/callback', 'http://localhost/callback'],
  ])('%s: %s', (registered, given) => {
    expect(matchRedirect({ redirectUris: [registered] }, given)).toBe(given);
  });

  test.each([
    ['http://localhost/callback', 'http://127.0.0.1:1/callback'],
    ['http://127.0.0.1/callback', 'http://localhost:1/callback'],
    ['http://localhost/callback', 'http://localhost:1/other'],
    ['http://localhost/callback', 'http://localhost:1/callback?x=1'],
    ['http://localhost/callback', 'http://localhost:1/callback#x'],
    ['http://localhost/callback', 'https://localhost:1/callback'],
    ['http://localhost/callback', 'http://localhost:65536/callback'],
    ['http://localhost/callback', 'http://localhost:1@evil.example/callback'],
    ['http://localhost/callback', 'http://localhost.evil.example:1/callback'],
    ['http://localhost/callback', 'http://localhost:1\\@evil.example/callback'],
    ['http://localhost/callback', 'http://user@localhost:1/callback'],
    ['https://app.example/callback', 'https://app.example:1/callback'],
  ])('%s, but not: %s', (registered, given) => {
    expect(matchRedirect({ redirectUris: [registered] }, given)).toBeUndefined();
  });
});

test('without a redirect it is the only one that the client has', () => {
  expect(matchRedirect({ redirectUris: ['https://a.example/'] }, undefined)).toBe('https://a.example/');
  expect(
    matchRedirect({ redirectUris: ['https://a.example/', 'https://b.example/'] }, undefined),
  ).toBeUndefined();
});

test('whatever is matched leads where a registered redirect leads, but for the port of this machine', () => {
  const redirectUris = ['https://app.example/cb', 'http://localhost:3000/callback', 'cursor://x/cb'];
  const part = fc.constantFrom(
    ...[
      'https',
      'http',
      'cursor',
      '://',
      ':',
      '//',
      'app.example',
      'localhost',
      ':3000',
      ':9',
      '/cb',
      '/callback',
    ],
    ...['@', '\\', '#', '?', '.', 'evil.example', '%2f', ' ', '[::1]', '/x/cb', '127.0.0.1'],
  );
  const uri = fc.array(part, { minLength: 2, maxLength: 7 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(uri, (given) => {
      const matched = matchRedirect({ redirectUris }, given);
      if (matched === undefined) return;
      const leadsTo = (text: string) => {
        const { protocol, hostname, pathname, search, hash, username } = new URL(text);
        return JSON.stringify([protocol, hostname, pathname, search, hash, username]);
      };
      expect(redirectUris.map(leadsTo)).toContain(leadsTo(matched));
    }),
    { numRuns: 5_000 },
  );
});

test('a page says where a redirect leads: the host, or the scheme of an app', () => {
  expect(redirectHost('https://claude.ai/api/mcp/auth_callback')).toBe('claude.ai');
  expect(redirectHost('https://app.example:8443/cb')).toBe('app.example:8443');
  expect(redirectHost('http://127.0.0.1:33418/')).toBe('127.0.0.1:33418');
  expect(redirectHost('cursor://anysphere.cursor-retrieval/cb')).toBe('cursor:');
});

test('a client is for this machine only when all of its redirects are', () => {
  expect(isLoopbackOnly({ redirectUris: ['http://localhost/cb', 'http://[::1]:1/'] })).toBe(true);
  expect(isLoopbackOnly({ redirectUris: ['http://localhost/cb', 'https://app.example/cb'] })).toBe(false);
  expect(isLoopbackOnly({ redirectUris: ['cursor://x/cb'] })).toBe(false);
});
