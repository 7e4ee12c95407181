import { beforeEach, describe, expect, test } from 'vitest';
import { readDocument } from '../../lambdas/clients/document.ts';
import {
  type CachedDocument,
  type DocumentContext,
  findDocument,
} from '../../lambdas/clients/document-cache.ts';
import type { Fetched } from '../../lambdas/clients/document-fetch.ts';
import { documentUrl } from '../../lambdas/clients/document-url.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW } from '../support/tenants.ts';

const ID = 'https://app.example/oauth/client.json';
const DOCUMENT = { client_id: ID, client_name: 'An app', redirect_uris: ['https://app.example/cb'] };

const KEYS = {
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  ],
};

describe('the id of a client can be', () => {
  test.each([
    'https://claude.ai/oauth/mcp-oauth-client-metadata',
    'https://vscode.dev/oauth/client-metadata.json',
    ID,
    'https://xn--mnchen-3ya.example/c',
    'https://a-b.c1.example/x/y/',
  ])('%s', (id) => {
    expect(documentUrl(id).href).toBe(id);
  });
});

describe('the id of a client cannot be a URL', () => {
  test.each([
    ['in the clear', 'http://app.example/c'],
    ['without a path', 'https://app.example/'],
    ['without a path or slash', 'https://app.example'],
    ['with a user name', 'https://app.example@evil.example/c'],
    ['with an empty user name', 'https://@app.example/c'],
    ['with a query', 'https://app.example/c?x=1'],
    ['with an empty query', 'https://app.example/c?'],
    ['with a fragment', 'https://app.example/c#x'],
    ['with another port', 'https://app.example:8443/c'],
    ['with the default port', 'https://app.example:443/c'],
    ['with dot segments', 'https://app.example/a/../c'],
    ['with dot segments in escapes', 'https://app.example/a/%2e%2e/c'],
    ['with a host in capitals', 'https://APP.example/c'],
    ['with a backslash', 'https://app.example\\@evil.example/c'],
    ['of an IPv4 address', 'https://93.184.216.34/c'],
    ['of an address as a number', 'https://2130706433/c'],
    ['of an address in hexadecimals', 'https://0x7f.1/c'],
    ['of an IPv6 address', 'https://[::1]/c'],
    ['of this machine', 'https://localhost/c'],
    ['of a name below this machine', 'https://x.localhost/c'],
    ['of a single label', 'https://intranet/c'],
    ['of a private name', 'https://metadata.google.internal/c'],
    ['of a name in the local network', 'https://printer.local/c'],
    ['of a name that ends in a full stop', 'https://app.example./c'],
    ['of letters of another script', 'https://аpp.example/c'],
    ['that is too long', `https://app.example/${'a'.repeat(500)}`],
    ['that is none', 'client'],
  ])('%s: %s', (_what, id) => {
    expect(() => documentUrl(id)).toThrow(expect.objectContaining({ code: 'invalid_client' }));
  });
});

describe('a metadata document', () => {
  test('is taken as far as we use it', () => {
    const text = JSON.stringify({ ...DOCUMENT, logo_uri: 'https://x.example/', grant_types: ['implicit'] });
    expect(readDocument(ID, text)).toEqual({
      name: 'An app',
      redirectUris: DOCUMENT.redirect_uris,
      authentication: 'none',
      keys: null,
      keysUrl: null,
    });
  });

  test.each([
    ['of another id', { client_id: 'https://app.example/oauth/other.json' }, /to the letter/],
    ['without an id', { client_id: undefined }, /client_id/],
    ['without redirects', { redirect_uris: undefined }, /redirect_uris/],
    ['with a redirect of a script', { redirect_uris: ['javascript:alert(1)'] }, /redirect_uris\.0/],
    ['with a secret', { token_endpoint_auth_method: 'client_secret_basic' }, /nobody has a secret/],
    ['with keys that nobody asks for', { jwks: { keys: [] } }, /jwks/],
    ['that signs without keys', { token_endpoint_auth_method: 'private_key_jwt' }, /jwks/],
    [
      'with keys in two places',
      { token_endpoint_auth_method: 'private_key_jwt', jwks: KEYS, jwks_uri: 'https://app.example/k' },
      /jwks/,
    ],
    ['with keys that nobody asks for elsewhere', { jwks_uri: 'https://app.example/k' }, /jwks/],
    [
      'with keys on this machine',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://127.0.0.1/k' },
      /jwks_uri/,
    ],
    ['with a deceptive name', { client_name: 'a\u202Eb' }, /client_name/],
  ])('%s is refused, and its author told why', (_what, change, message) => {
    expect(() => readDocument(ID, JSON.stringify({ ...DOCUMENT, ...change }))).toThrow(message);
  });

  test.each(['', 'null', '[]', '"x"', '<html>', '{'])('that is %j is refused', (text) => {
    expect(() => readDocument(ID, text)).toThrow(expect.objectContaining({ code: 'invalid_client' }));
  });
});

describe('copies', () => {
  let now: number;
  let answer: Fetched | Error;
  let fetches: string[];
  let context: DocumentContext;
  beforeEach(() => {
    now = NOW;
    fetches = [];
    answer = { kind: 'document', text: JSON.stringify(DOCUMENT), maxAgeSeconds: null };
    const kept = new Map<string, CachedDocument>();
    context = {
      documents: {
        read: async (hash) => kept.get(hash),
        write: async (hash, document) => void kept.set(hash, document),
      },
      fetchDocument: async (url) => {
        fetches.push(url);
        if (answer instanceof Error) throw answer;
        return answer;
      },
      sources: memoryStores().sources,
      clock: () => now,
    };
  });
  const find = (id = ID, address = ADDRESS) => findDocument(id, address, context);
  const says = (maxAgeSeconds: number | null, change = {}) => {
    answer = { kind: 'document', text: JSON.stringify({ ...DOCUMENT, ...change }), maxAgeSeconds };
  };

  test.each([
    ['nothing is said', null, 300],
    ['it must not be kept', 0, 300],
    ['it may be kept for an hour', 3600, 3600],
    ['it may be kept for a year', 31_536_000, 86_400],
  ])('are taken between five minutes and a day: %s', async (_what, maxAge, seconds) => {
    says(maxAge);
    await find();
    now += seconds - 1;
    await find();
    expect(fetches).toEqual([ID]);
    now += 1;
    await find();
    expect(fetches).toEqual([ID, ID]);
  });

  test('of a server that fails are taken for days, and it is asked again every five minutes', async () => {
    await find();
    now += 300;
    for (const failure of [
      new Error('the function timed out'),
      { kind: 'failed', reason: 'it answers 500' } as const,
    ]) {
      answer = failure;
      expect(await find()).toMatchObject({ name: 'An app' });
      await find();
      now += 300;
    }
    expect(fetches).toHaveLength(3);
    says(null, { client_name: 'Renamed' });
    expect(await find()).toMatchObject({ name: 'Renamed' });
    answer = { kind: 'failed', reason: 'it answers 500' };
    now += 300 + 7 * 86_400;
    await expect(find()).rejects.toMatchObject({ code: 'invalid_client' });
  });

  test('of a document that is broken now, or of another client now, are taken for as long', async () => {
    await find();
    now += 300;
    says(null, { client_id: 'https://evil.example/c' });
    expect(await find()).toMatchObject({ redirectUris: DOCUMENT.redirect_uris });
  });

  test('are not made of failures: each time why is told', async () => {
    answer = { kind: 'failed', reason: 'its server answers 404' };
    await expect(find()).rejects.toMatchObject({ code: 'invalid_client', message: /404/ });
    answer = new Error('no function');
    await expect(find()).rejects.toMatchObject({ code: 'unavailable' });
    says(null);
    expect(await find()).toMatchObject({ name: 'An app' });
  });

  test('of keys that stand elsewhere come with the document, and for an hour at most', async () => {
    const keysUrl = 'https://keys.example/jwks.json';
    const own = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keysUrl };
    let keys: Fetched = { kind: 'document', text: JSON.stringify(KEYS), maxAgeSeconds: 86_400 };
    says(86_400, own);
    const { fetchDocument } = context;
    context = {
      ...context,
      fetchDocument: async (url) => {
        if (url !== keysUrl) return fetchDocument(url);
        fetches.push(url);
        return keys;
      },
    };
    expect(await find()).toMatchObject({ authentication: 'private_key_jwt', keys: KEYS });
    now += 3599;
    await find();
    expect(fetches).toEqual([ID, keysUrl]);
    now += 1;
    // Broken keys are as a broken document: the copy is taken.
    for (const broken of [{ ...keys, text: '{"keys":[]}' }, { kind: 'failed', reason: 'x' } as const]) {
      keys = broken;
      expect(await find()).toMatchObject({ keys: KEYS });
      now += 300;
    }
    expect(fetches).toHaveLength(6);
    now += 8 * 86_400;
    await expect(find()).rejects.toMatchObject({ code: 'invalid_client', message: /jwks_uri: x/ });
  });

  test('are fetched for one network 60 times an hour at most', async () => {
    answer = { kind: 'failed', reason: 'x' };
    for (let count = 0; count < 60; count += 1)
      await find(`https://app.example/c${count}`, `203.0.113.${count}`).catch(() => undefined);
    await expect(find(ID, '203.0.113.200')).rejects.toMatchObject({ code: 'rate_limited' });
    expect(fetches).toHaveLength(60);
    says(null);
    await find(ID, '198.51.100.1');
    expect(await find(ID, '203.0.113.200')).toMatchObject({ name: 'An app' });
  });
});
