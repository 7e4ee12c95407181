/** The same malformed and hostile requests to ours and to oidc-provider: the same errors, or a difference that is written here. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT, ISSUER, type OAuthServer, type Person, pkce, REDIRECT, startServer } from './server.ts';

const OTHER = { ...CLIENT, clientId: 'https://other.example/metadata.json' };
type Fields = Readonly<Record<string, string | undefined>>;

let oracle: ReturnType<typeof spawn>;
let root: string;
let server: OAuthServer;
let ada: Person;

beforeAll(async () => {
  server = await startServer({ graceSeconds: 0 });
  server.clients.set(OTHER.clientId, OTHER);
  oracle = spawn(process.execPath, [join(import.meta.dirname, '../support/oidc-oracle.js')], {
    env: {
      ...process.env,
      CLIENTS: JSON.stringify([CLIENT.clientId, OTHER.clientId]),
      REDIRECT,
      RESOURCE: ISSUER,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(oracle.stdout ?? process.stdin, 'data');
  root = `http://127.0.0.1:${String(line).trim().split(' ')[1]}`;
});
afterAll(() => void oracle.kill());

const defined = (fields: Fields) =>
  Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);

/** What a server says to a client at its redirect: the error, or that there is a code; `page` where it says nothing there. */
function said(location: string | URL | undefined | null): string {
  const url = location === undefined || location === null ? null : URL.parse(String(location));
  if (url === null || !url.href.startsWith(REDIRECT)) return 'page';
  // The oracle answers the implicit grant as that would be: in the fragment.
  const answer = new URLSearchParams(url.search || url.hash.slice(1));
  return answer.get('error') ?? (answer.has('code') ? 'code' : 'nothing');
}

/** Goes the oracle's way to the end, with its cookies: everybody is signed in and agrees. */
async function visitOracle(query: URLSearchParams): Promise<string | undefined> {
  const cookies = new Map<string, string>();
  let url = `${root}/auth?${query}`;
  for (let step = 0; step < 10; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return undefined;
    url = new URL(location, url).href;
    if (!url.startsWith(root)) return url;
  }
  return undefined;
}

describe('at the authorization endpoint', () => {
  test.each<[string, Fields, string, string?]>([
    ['a good request', {}, 'code'],
    ['no client', { client_id: undefined }, 'page'],
    ['an unknown client', { client_id: 'client_unknown' }, 'page'],
    ['no redirect of several', { redirect_uri: undefined }, 'page'],
    ['another redirect', { redirect_uri: 'https://evil.example/callback' }, 'page'],
    ['a redirect with a fragment', { redirect_uri: `${REDIRECT}#x` }, 'page'],
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['a method without a challenge', { code_challenge: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge without a method', { code_challenge_method: undefined }, 'invalid_request'],
    ['a challenge that is none', { code_challenge: 'x' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
    ['none beside another prompt', { prompt: 'none login' }, 'invalid_request'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['a resource that is no URL', { resource: 'x' }, 'invalid_target'],
    ['a resource with a fragment', { resource: `${ISSUER}#x` }, 'invalid_target'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['one by reference', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    // Ours only: it answers in the query and in no other way, and says so.
    ['another response mode', { response_mode: 'form_post' }, 'invalid_request', 'page'],
    // Ours refuses what is not declared; the oracle leaves it out (RFC 6749, 3.3 allows both).
    ['an unknown scope', { scope: 'read everything' }, 'invalid_scope', 'code'],
  ])('%s', async (_what, changes, ours, theirs = ours) => {
    ada = await server.signIn();
    const { parameters } = server.request(changes);
    const asked = await server.call('GET /authorize', { query: parameters, as: ada });
    const location = asked.status === 200 ? await server.agree(parameters, ada) : asked.location;
    expect(said(location), 'ours').toBe(ours);
    expect(said(await visitOracle(new URLSearchParams(parameters))), 'the oracle’s').toBe(theirs);
  });

  test('a parameter that comes twice is told by a page, ours for every one', async () => {
    ada = await server.signIn();
    for (const name of ['client_id', 'redirect_uri', 'code_challenge']) {
      const query = new URLSearchParams(server.request().parameters);
      query.append(name, 'x');
      expect(said((await server.call('GET /authorize', { query, as: ada })).location)).toBe('page');
      // The oracle tells the client, where neither of it nor of its redirect there are two.
      expect(said(await visitOracle(query))).toBe(name === 'code_challenge' ? 'invalid_request' : 'page');
    }
  });
});

describe('at the token endpoint', () => {
  interface Entered {
    readonly code: string;
    readonly verifier: string;
  }
  interface Server {
    readonly enter: () => Promise<Entered>;
    /** The status and the error of a request, or the body. */
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
    readonly post: (fields: Fields) => Promise<any>;
  }
  const ours: Server = {
    async enter() {
      ada = await server.signIn();
      return server.codeFor(ada);
    },
    post: async (fields) => (await server.call('POST /token', { form: fields })).json,
  };
  const theirs: Server = {
    async enter() {
      const { parameters, verifier } = server.request({ resource: ISSUER });
      const location = new URL((await visitOracle(new URLSearchParams(parameters))) ?? REDIRECT);
      return { code: location.searchParams.get('code') ?? '', verifier };
    },
    post: async (fields) =>
      (await fetch(`${root}/token`, { method: 'POST', body: new URLSearchParams(defined(fields)) })).json(),
  };
  const exchange = ({ code, verifier }: Entered, changes: Fields = {}): Fields => ({
    grant_type: 'authorization_code',
    client_id: CLIENT.clientId,
    redirect_uri: REDIRECT,
    code,
    code_verifier: verifier,
    ...changes,
  });
  const refresh = (token: string, changes: Fields = {}): Fields => ({
    grant_type: 'refresh_token',
    client_id: CLIENT.clientId,
    refresh_token: token,
    ...changes,
  });
  const both = async (what: (server: Server) => Promise<unknown>) => [await what(ours), await what(theirs)];

  test.each<[string, Fields, string]>([
    ['no grant type', { grant_type: undefined }, 'invalid_request'],
    ['the password grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['an unknown client', { client_id: 'client_unknown' }, 'invalid_client'],
    ['another client', { client_id: OTHER.clientId }, 'invalid_grant'],
    ['an unknown code', { code: 'x' }, 'invalid_grant'],
    ['no code', { code: undefined }, 'invalid_request'],
    ['a wrong verifier', { code_verifier: pkce().verifier }, 'invalid_grant'],
    ['no verifier', { code_verifier: undefined }, 'invalid_grant'],
    ['another redirect', { redirect_uri: 'https://client.example/other' }, 'invalid_grant'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
  ])('a code with %s', async (_what, changes, error) => {
    const errors = await both(
      async ({ enter, post }) => (await post(exchange(await enter(), changes))).error,
    );
    expect(errors).toEqual([error, error]);
  });

  test('a code is good once, and its second use ends the refresh token of the first', async () => {
    const outcomes = await both(async ({ enter, post }) => {
      const entered = await enter();
      const { refresh_token: token } = await post(exchange(entered));
      return [typeof token, (await post(exchange(entered))).error, (await post(refresh(token))).error];
    });
    expect(outcomes).toEqual(Array(2).fill(['string', 'invalid_grant', 'invalid_grant']));
  });

  test('a refresh token without a grace is good once, and its second use ends what it gave', async () => {
    const outcomes = await both(async ({ enter, post }) => {
      const { refresh_token: first } = await post(exchange(await enter()));
      const { refresh_token: second } = await post(refresh(first));
      return [typeof second, (await post(refresh(first))).error, (await post(refresh(second))).error];
    });
    expect(outcomes).toEqual(Array(2).fill(['string', 'invalid_grant', 'invalid_grant']));
  });

  test.each<[string, Fields, string]>([
    ['more scopes', { scope: 'read write admin' }, 'invalid_scope'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['another client', { client_id: OTHER.clientId }, 'invalid_grant'],
    ['no token', { refresh_token: undefined }, 'invalid_request'],
    ['an unknown token', { refresh_token: 'x' }, 'invalid_grant'],
  ])('a refresh with %s', async (_what, changes, error) => {
    const errors = await both(async ({ enter, post }) => {
      const { refresh_token: token } = await post(exchange(await enter()));
      return (await post(refresh(token, changes))).error;
    });
    expect(errors).toEqual([error, error]);
  });
});
