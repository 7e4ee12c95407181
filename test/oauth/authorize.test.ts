import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHECKS } from '../../lambdas/oauth/authorization-request.ts';
import { CLIENT, ISSUER, type OAuthServer, type Person, REDIRECT, startServer } from './server.ts';

let server: OAuthServer;
let ada: Person;
beforeAll(async () => {
  server = await startServer();
});
beforeEach(async () => {
  ada = await server.signIn();
});
const ask = (changes: Readonly<Record<string, string | undefined>> = {}, as: Person | undefined = ada) =>
  server.call('GET /authorize', {
    query: server.request(changes).parameters,
    ...(as === undefined ? {} : { as }),
  });
const answerOf = (location: URL | undefined) => ({
  at: location && `${location.origin}${location.pathname}`,
  ...Object.fromEntries(location?.searchParams ?? []),
});

describe('whoever cannot be answered by a redirect', () => {
  test.each([
    ['no client', { client_id: undefined }, 401],
    ['an unknown client', { client_id: 'https://other.example/metadata.json' }, 401],
    ['a client that looks like another', { client_id: 'https://client.examp1e/metadata.json' }, 401],
    ['no redirect where the client has several', { redirect_uri: undefined }, 400],
    ['another host', { redirect_uri: 'https://evil.example/callback' }, 400],
    ['a host that ends in the client’s', { redirect_uri: 'https://evilclient.example/callback' }, 400],
    ['a host that begins with it', { redirect_uri: 'https://client.example.evil.example/callback' }, 400],
    ['a user name that looks like it', { redirect_uri: 'https://client.example@evil.example/callback' }, 400],
    ['a backslash', { redirect_uri: 'https://client.example\\@evil.example/callback' }, 400],
    ['a fragment', { redirect_uri: `${REDIRECT}#here` }, 400],
    ['a query more', { redirect_uri: `${REDIRECT}?x=1` }, 400],
    ['a path below', { redirect_uri: `${REDIRECT}/more` }, 400],
    ['a path with dots', { redirect_uri: 'https://client.example/a/../callback' }, 400],
    ['another case', { redirect_uri: 'https://client.example/Callback' }, 400],
    ['a port of a host that is not loopback', { redirect_uri: 'https://client.example:8443/callback' }, 400],
    ['an IDN that looks alike', { redirect_uri: 'https://cli\u0435nt.example/callback' }, 400],
    ['http', { redirect_uri: 'http://client.example/callback' }, 400],
    ['javascript:', { redirect_uri: 'javascript:alert(1)' }, 400],
    ['data:', { redirect_uri: 'data:text/html,x' }, 400],
    ['loopback by another name', { redirect_uri: 'http://127.0.0.1.evil.example/callback' }, 400],
    ['loopback with another path', { redirect_uri: 'http://127.0.0.1:1234/other' }, 400],
  ])('%s: is told here, and the browser goes nowhere', async (_what, changes, status) => {
    const { parameters } = server.request(changes);
    const asked = await server.call('GET /authorize', { query: parameters, as: ada });
    expect([asked.status, asked.headers.location, asked.location]).toEqual([status, undefined, undefined]);
    const form = { ...parameters, decision: 'allow', csrf: ada.csrf };
    const decided = await server.call('POST /authorize', { form, as: ada });
    expect([decided.status, decided.location]).toEqual([status, undefined]);
  });

  test.each(['client_id', 'redirect_uri', 'state', 'code_challenge', 'resource'])(
    'a %s that comes twice: two readers would take different ones',
    async (name) => {
      const query = new URLSearchParams(server.request({ resource: ISSUER }).parameters);
      query.append(name, 'https://evil.example/callback');
      expect(await server.call('GET /authorize', { query, as: ada })).toMatchObject({
        status: 400,
        location: undefined,
      });
    },
  );
});

describe('a request that its client gets an error for', () => {
  const FAULTS: readonly (readonly [string, Readonly<Record<string, string | undefined>>, string])[] = [
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['one by reference', { request_uri: 'https://evil.example/request' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    ['no response type', { response_type: undefined }, 'invalid_request'],
    ['the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
    ['another response mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'short' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
    ['a max_age that is no number of seconds', { max_age: '-1' }, 'invalid_request'],
    ['another API', { resource: 'https://other.example' }, 'invalid_target'],
    ['an unknown scope', { scope: 'read everything' }, 'invalid_scope'],
  ];

  test('the table has a fault for each check, in its order', () => {
    expect(FAULTS.map(([, , code]) => code)).toEqual(CHECKS.map(([, code]) => code));
  });

  test.each(FAULTS)('%s', async (_what, changes, error) => {
    const { location, status } = await ask(changes);
    expect(status).toBe(302);
    expect(answerOf(location)).toEqual({
      at: REDIRECT,
      error,
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      state: 'a state',
      iss: ISSUER,
    });
  });

  test.each([
    ['PKCE without a method, which would be plain', { code_challenge_method: undefined }, 'invalid_request'],
    ['none beside another prompt', { prompt: 'none login' }, 'invalid_request'],
    ['a resource outside what is protected', { resource: `${ISSUER}/health` }, 'invalid_target'],
    ['a resource whose host begins alike', { resource: `${ISSUER}.evil.example/v1` }, 'invalid_target'],
    ['a resource with a fragment', { resource: `${ISSUER}/v1#a` }, 'invalid_target'],
    ['a resource with a query', { resource: `${ISSUER}/v1?a=b` }, 'invalid_target'],
    ['a resource with dot segments', { resource: `${ISSUER}/v1/../v2` }, 'invalid_target'],
    ['a resource with encodings', { resource: `${ISSUER}/v1/%2e%2e/x` }, 'invalid_target'],
    ['a resource with empty segments', { resource: `${ISSUER}/v1//x` }, 'invalid_target'],
    ['a prefix that only begins alike', { resource: `${ISSUER}/v1x` }, 'invalid_target'],
  ])('%s', async (_what, changes, error) => {
    expect(answerOf((await ask(changes)).location)).toMatchObject({ at: REDIRECT, error, iss: ISSUER });
  });

  test('without a state none is made up', async () => {
    const { location } = await ask({ response_type: 'token', state: undefined });
    expect(location?.searchParams.has('state')).toBe(false);
  });

  test('a parameter without a value is as one that is not there', async () => {
    expect(answerOf((await ask({ response_type: '' })).location)).toMatchObject({ error: 'invalid_request' });
    expect((await ask({ state: '', prompt: '', resource: '', request: '' })).status).toBe(200);
  });
});

describe('who is not signed in', () => {
  test('is sent to the sign-in, which leads back to the same request', async () => {
    const { parameters } = server.request({ prompt: 'login consent', resource: `${ISSUER}/v1/mcp` });
    for (const as of [undefined, ada]) {
      const { status, location } = await server.call('GET /authorize', {
        query: parameters,
        ...(as && { as }),
      });
      expect(status).toBe(302);
      expect(location?.origin + (location?.pathname ?? '')).toBe(`${ISSUER}/sign-in`);
      const back = new URL(location?.searchParams.get('continue') ?? '', ISSUER);
      expect(back.pathname).toBe('/authorize');
      // To sign in has been asked for now, and to agree has not.
      expect(Object.fromEntries(back.searchParams)).toEqual({ ...parameters, prompt: 'consent' });
    }
  });

  test('is also who signed in longer ago than the client says (max_age: RFC 9470, 4), and is asked once', async () => {
    const { parameters } = server.request({ max_age: '600' });
    server.pass(600);
    expect((await server.call('GET /authorize', { query: parameters, as: ada })).status).toBe(200);
    server.pass(1);
    const { location } = await server.call('GET /authorize', { query: parameters, as: ada });
    expect(location?.pathname).toBe('/sign-in');
    expect(location?.searchParams.get('continue')).not.toContain('max_age');
    expect(answerOf((await ask({ max_age: '600', prompt: 'none' })).location)).toMatchObject({
      error: 'login_required',
    });
  });

  test('is not, where nobody may be asked', async () => {
    const { parameters } = server.request({ prompt: 'none' });
    const { location } = await server.call('GET /authorize', { query: parameters });
    expect(answerOf(location)).toMatchObject({ at: REDIRECT, error: 'login_required', iss: ISSUER });
  });

  test('cannot decide: the form is of no sign-in', async () => {
    const { parameters } = server.request();
    const form = { ...parameters, decision: 'allow', csrf: ada.csrf };
    expect(await server.call('POST /authorize', { form })).toMatchObject({
      status: 403,
      location: undefined,
    });
  });
});

describe('the question of consent', () => {
  test('names the hosts, the scopes in the owner’s words, and carries the request along', async () => {
    const { status, text, headers } = await ask({ scope: 'read', resource: `${ISSUER}/v1/mcp` });
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['cache-control']).toBe('no-store');
    for (const said of ['client.example', 'name="resource"', 'name="csrf"', '<code>read</code>'])
      expect(text).toContain(said);
  });

  test('warns of a client that any program on the machine can stand in for', async () => {
    const loopback = {
      ...CLIENT,
      clientId: 'client_loopback',
      host: null,
      redirectUris: ['http://localhost/cb'],
    };
    server.clients.set(loopback.clientId, loopback);
    const { text } = await ask({ client_id: loopback.clientId, redirect_uri: 'http://localhost:4711/cb' });
    expect(text).toContain('class="warning"');
    expect((await ask()).text).not.toContain('class="warning"');
  });

  test('is answered with a code, and the page goes on by itself', async () => {
    const { parameters } = server.request();
    const form = { ...parameters, decision: 'allow', csrf: ada.csrf };
    const { status, headers, location } = await server.call('POST /authorize', { form, as: ada });
    expect(status).toBe(200);
    expect(headers.location).toBeUndefined();
    expect(answerOf(location)).toEqual({
      at: REDIRECT,
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'a state',
      iss: ISSUER,
    });
  });

  test.each([
    ['http://127.0.0.1:33418/callback', 'http://127.0.0.1:33418'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'null'],
  ])('leads to %s too', async (redirect, origin) => {
    const { parameters } = server.request({ redirect_uri: redirect });
    const location = await server.agree(parameters, ada);
    expect([location.origin, location.href.startsWith(redirect)]).toEqual([origin, true]);
    expect(location.searchParams.get('code')).toBeTruthy();
  });

  test('can be denied', async () => {
    const { parameters } = server.request();
    for (const decision of ['deny', undefined])
      expect(answerOf(await server.agree(parameters, ada, { decision }))).toMatchObject({
        error: 'access_denied',
        state: 'a state',
        iss: ISSUER,
      });
    expect(await server.stores.apps.list(ada.userId, server.clock())).toEqual([]);
  });

  test('is not taken from another site, another browser, or a tampered form', async () => {
    const ben = await server.signIn();
    const { parameters } = server.request();
    for (const csrf of [undefined, '', 'x', ben.csrf, ada.csrf.slice(1)]) {
      const form = { ...parameters, decision: 'allow', csrf };
      expect(await server.call('POST /authorize', { form, as: ada })).toMatchObject({
        status: 403,
        location: undefined,
      });
    }
    // Everything is checked again: the form says only what the request has said.
    expect(
      answerOf(await server.agree({ ...parameters, code_challenge_method: 'plain' }, ada)),
    ).toMatchObject({
      error: 'invalid_request',
    });
    const foreign = { ...parameters, decision: 'allow', csrf: ada.csrf, workspace_id: ben.workspaceId };
    expect((await server.call('POST /authorize', { form: foreign, as: ada })).status).toBe(403);
  });

  test('a client of another tenant’s administrator is not for this person', async () => {
    const foreign = { ...CLIENT, clientId: 'client_foreign', tenantId: crypto.randomUUID() };
    server.clients.set(foreign.clientId, foreign);
    expect(answerOf((await ask({ client_id: foreign.clientId })).location)).toMatchObject({
      error: 'access_denied',
    });
  });
});

describe('a consent that is remembered', () => {
  const agreed = async (changes: Readonly<Record<string, string | undefined>> = {}) =>
    server.agree(server.request(changes).parameters, ada);

  test('is not asked for again for the same client and scopes or fewer', async () => {
    await agreed();
    for (const changes of [{}, { scope: 'read' }, { prompt: 'none' }, { scope: undefined }]) {
      const { status, location } = await ask(changes);
      expect([status, answerOf(location)]).toEqual([
        302,
        expect.objectContaining({ code: expect.any(String) }),
      ]);
    }
  });

  test('is asked for again for another scope, for who asks for it, and by another person or client', async () => {
    await agreed({ scope: 'read' });
    expect((await ask({ scope: 'read write' })).status).toBe(200);
    expect((await ask({ scope: 'read', prompt: 'consent' })).status).toBe(200);
    expect((await ask({ scope: 'read' }, await server.signIn())).status).toBe(200);
    expect(answerOf((await ask({ scope: 'write', prompt: 'none' })).location)).toMatchObject({
      error: 'consent_required',
    });
    const other = { ...CLIENT, clientId: 'https://client.example/other.json' };
    server.clients.set(other.clientId, other);
    expect((await ask({ scope: 'read', client_id: other.clientId })).status).toBe(200);
  });

  test('grows with each step up', async () => {
    await agreed({ scope: 'read' });
    await agreed({ scope: 'write' });
    expect((await ask({ scope: 'read write' })).status).toBe(302);
    expect(await server.stores.apps.list(ada.userId, server.clock())).toMatchObject([
      {
        clientId: CLIENT.clientId,
        host: 'client.example',
        scopes: ['read', 'write'],
        workspaceId: ada.workspaceId,
      },
    ]);
    expect(server.consented).toContain(CLIENT.clientId);
  });

  test('says nothing of who asks by a redirect that any program on a machine can take', async () => {
    for (const redirect of [
      'http://127.0.0.1:4711/callback',
      'cursor://anysphere.cursor-mcp/oauth/callback',
    ]) {
      await agreed({ redirect_uri: redirect });
      expect((await ask({ redirect_uri: redirect })).status).toBe(200);
    }
  });

  test('ends after a year, and when it is taken back', async () => {
    await agreed();
    server.pass(365 * 86_400 - 1);
    expect((await ask()).status).toBe(302);
    server.pass(1);
    expect((await ask()).status).toBe(200);
  });
});

describe('the scopes that a person can give', () => {
  const shown = async (role: string, scope: string | undefined, changes = {}) => {
    const { text, location } = await ask({ scope, ...changes }, await server.signIn(role));
    return location === undefined
      ? [...text.matchAll(/<code>([^<]+)<\/code>/g)].map(([, name]) => name)
      : location.searchParams.get('error');
  };

  test('are those that are asked for, as far as the role has them', async () => {
    expect(await shown('viewer', 'read write')).toEqual(['read']);
    expect(await shown('editor', 'admin')).toEqual(['read', 'write']);
    expect(await shown('viewer', 'delete')).toBe('access_denied');
    expect(await shown('admin', 'offline_access read')).toEqual(['read']);
  });

  test('without a name are those that keys have by default, and never one that manages', async () => {
    for (const scope of [undefined, '', 'offline_access'])
      expect(await shown('admin', scope)).toEqual(['read', 'write']);
  });

  test('are never more than the client was registered for', async () => {
    server.clients.set('client_narrow', { ...CLIENT, clientId: 'client_narrow', scopes: ['read'] });
    expect(await shown('admin', 'read write', { client_id: 'client_narrow' })).toEqual(['read']);
    expect(await shown('admin', 'write', { client_id: 'client_narrow' })).toBe('access_denied');
  });
});
