import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROFILES } from '../profiles/profiles.ts';
import { assemblyOf } from '../support/assembly.ts';
import { selfSigned } from '../support/certificate.ts';
import {
  type Account,
  bearer,
  contents,
  expectStatus,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

const HOST = 'client.latchkey-demo.example';
/** Its server shows the certificate of the first. */
const OTHER = 'other.latchkey-demo.example';
const ID = `https://${HOST}/oauth/client.json`;
const DOCUMENT = { client_id: ID, client_name: 'An app', redirect_uris: ['http://localhost/callback'] };

let server: Server;
let stack: TestStack;
let ada: Account;
let token: string;
let asked: string[] = [];
beforeAll(async () => {
  const { key, cert } = selfSigned(HOST, 1);
  server = createServer({ key, cert }, (request, response) => {
    asked.push(`${request.method} ${request.headers.host}${request.url}`);
    if (request.url === '/moved') return void response.writeHead(302, { Location: ID }).end();
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(DOCUMENT));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  stack = await startTestStack(
    { profile: 'default' },
    { clientMetadataHosts: [HOST, OTHER].map((name) => ({ name, port, ca: cert })) },
  );
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});
afterAll(async () => {
  await stack?.stop();
  server?.close();
});

describe('the function that fetches metadata documents', () => {
  const fetchDocument = async (url: string) => {
    const invocation = await stack.local.invoke('Functionsfetcher', { url });
    return invocation.kind === 'returned' ? JSON.parse(invocation.payload) : invocation;
  };

  test('fetches one over TLS, whose certificate it checks, from a host that stands on this machine for the test', async () => {
    asked = [];
    expect(await fetchDocument(ID)).toEqual({
      kind: 'document',
      text: JSON.stringify(DOCUMENT),
      maxAgeSeconds: null,
    });
    expect(asked).toEqual([`GET ${HOST}/oauth/client.json`]);
  });

  test('takes none from a server whose certificate is of another host', async () => {
    expect(await fetchDocument(`https://${OTHER}/oauth/client.json`)).toEqual({
      kind: 'failed',
      reason: 'its server cannot be reached (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  });

  test('follows no redirect', async () => {
    expect(await fetchDocument(`https://${HOST}/moved`)).toMatchObject({ reason: /redirects/ });
  });

  test.each(['https://127.0.0.1/c', 'https://localhost/c', 'http://example.com/c'])(
    'is given no other URL: %s',
    async (url) => {
      expect(await fetchDocument(url)).toMatchObject({ kind: 'failed', error: { errorType: 'Problem' } });
    },
  );
});

test('a client registers itself, in the words of RFC 7591', async () => {
  const json = {
    redirect_uris: ['http://localhost:3000/callback'],
    client_name: 'An app',
    grant_types: ['authorization_code', 'implicit'],
    logo_uri: 'https://evil.example/logo.svg',
  };
  const response = expectStatus(await stack.send('POST /register', { json }), 201);
  expect(response.headers['cache-control']).toBe('no-store');
  expect(JSON.parse(response.text)).toEqual({
    client_id: expect.stringMatching(/^client_[\da-f]{32}$/),
    client_id_issued_at: expect.any(Number),
    client_secret: expect.stringMatching(/^lk_client_/),
    client_secret_expires_at: 0,
    client_name: 'An app',
    redirect_uris: json.redirect_uris,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: expect.not.arrayContaining(['implicit']),
    response_types: ['code'],
  });
  const post = { ...json, token_endpoint_auth_method: 'client_secret_post' };
  const open = JSON.parse(expectStatus(await stack.send('POST /register', { json: post }), 201).text);
  expect(open).toMatchObject({ token_endpoint_auth_method: 'none' });
  expect(open.client_secret).toBeUndefined();
});

test.each([
  ['without a redirect', {}, 'invalid_redirect_uri'],
  ['with a redirect of a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
  [
    'with eleven redirects',
    { redirect_uris: Array.from({ length: 11 }, (_, i) => `https://a.example/${i}`) },
    'invalid_redirect_uri',
  ],
  [
    'with a deceptive name',
    { redirect_uris: ['https://a.example/'], client_name: 'a\u202Eb' },
    'invalid_client_metadata',
  ],
  [
    'with a secret key',
    { redirect_uris: ['https://a.example/'], jwks: { keys: [{ kty: 'oct', k: 'x' }] } },
    'invalid_client_metadata',
  ],
])('a registration %s is refused in its words', async (_what, json, error) => {
  const response = expectStatus(await stack.send('POST /register', { json }), 400);
  expect(JSON.parse(response.text)).toMatchObject({ error, error_description: expect.any(String) });
});

test('a registration of more than 4 KB is refused', async () => {
  const json = { redirect_uris: ['https://a.example/'], software_statement: 'x'.repeat(4096) };
  expectStatus(await stack.send('POST /register', { json }), 413);
});

test('an administrator registers, lists, shows, rotates and deletes a client, and all of it is audited', async () => {
  const headers = bearer(token);
  const json = {
    name: 'Our app',
    redirect_uris: ['https://app.example/cb'],
    token_endpoint_auth_method: 'client_secret_basic',
    scopes: ['read'],
  };
  const created = contents(expectStatus(await stack.send('POST /v1/clients', { headers, json }), 201));
  const { client_secret: secret, ...view } = created;
  expect(view).toMatchObject({ ...json, created_by: `user:${ada.userId}` });
  expect(contents(await stack.send('GET /v1/clients', { headers }))).toEqual({ data: [view] });
  const one = `/v1/clients/${view.id}`;
  expect(contents(await stack.send(`GET ${one}`, { headers }))).toEqual(view);
  const rotated = contents(
    expectStatus(
      await stack.send(`POST ${one}/rotate-secret`, { headers, json: { grace_seconds: 60 } }),
      200,
    ),
  );
  expect(rotated.client_secret).not.toBe(secret);
  expect(rotated.previous_secret_expires_at).not.toBeNull();
  expect(contents(await stack.send(`DELETE ${one}`, { headers }))).toEqual({
    id: view.id,
    status: 'deleted',
  });
  expectStatus(await stack.send(`GET ${one}`, { headers }), 404);
  const audit = expectStatus(await stack.send('GET /v1/audit?action=client', { headers }), 200);
  expect(contents(audit).data.map(({ action }: { action: string }) => action)).toEqual([
    'client.create',
    'client.rotate',
    'client.delete',
  ]);
  expect(audit.text).not.toMatch(/secret_?hash|lk_client_/i);
});

describe('the token endpoint', () => {
  const form = (fields: Readonly<Record<string, string>>, basic?: readonly [id: string, secret: string]) =>
    post('POST /token', fields, basic);
  const post = (
    target: string,
    fields: Readonly<Record<string, string>>,
    basic?: readonly [id: string, secret: string],
  ) =>
    stack.send(target, {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        ...(basic === undefined ? {} : { Authorization: `Basic ${btoa(basic.join(':'))}` }),
      },
    });
  const service = { grant_type: 'client_credentials' };
  const errorOf = ({ status, text }: { status: number; text: string }) => [status, JSON.parse(text).error];

  test('gives a service client, which is an API key, a token that ends with the key', async () => {
    const { id, key } = await stack.createKey(token, { scopes: ['read', 'write'] });
    const response = expectStatus(await form({ ...service, scope: 'read' }, [id, key]), 200);
    expect(response.headers['cache-control']).toBe('no-store');
    const given = JSON.parse(response.text);
    expect(given).toMatchObject({ token_type: 'bearer', scope: 'read', expires_in: 900 });
    expect(given.refresh_token).toBeUndefined();
    const call = async () =>
      (await stack.send('GET /v1/auth/me', { headers: bearer(given.access_token) })).status;
    expect(await call()).toBe(200);
    const json = {
      name: 'A service',
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
    };
    const asker = contents(
      expectStatus(await stack.send('POST /v1/clients', { headers: bearer(token), json }), 201),
    );
    const introspected = async () => {
      const response = await post('POST /introspect', { token: given.access_token }, [
        asker.id,
        asker.client_secret,
      ]);
      return JSON.parse(expectStatus(response, 200).text);
    };
    expect(await introspected()).toMatchObject({ active: true, scope: 'read', sub: id });
    expect(errorOf(await form({ ...service, scope: 'admin' }, [id, key]))).toEqual([400, 'invalid_scope']);
    expect(errorOf(await form({ ...service, resource: 'https://other.example' }, [id, key]))).toEqual([
      400,
      'invalid_target',
    ]);
    expectStatus(await stack.send(`DELETE /v1/api-keys/${id}`, { headers: bearer(token) }), 200);
    expect(await call()).toBe(401);
    expect(await introspected()).toEqual({ active: false });
    expect(errorOf(await form(service, [id, key]))).toEqual([401, 'invalid_client']);
  });

  test('tells a client that it does not know so, in the body', async () => {
    for (const [fields, basic] of [
      [service, undefined],
      [service, ['key_nobody', 'nonsense']],
      [{ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'client_nobody' }, undefined],
      [{ grant_type: 'authorization_code', code: 'x', client_id: 'https://localhost/c' }, undefined],
    ] as const)
      expect(errorOf(await form(fields, basic))).toEqual([401, 'invalid_client']);
  });

  test('knows a client by its metadata document, which is fetched once', async () => {
    asked = [];
    const refresh = { grant_type: 'refresh_token', refresh_token: 'nonsense', client_id: ID };
    for (let count = 0; count < 3; count += 1)
      expect(errorOf(await form(refresh))).toEqual([400, 'invalid_grant']);
    expect(asked).toHaveLength(1);
    const moved = JSON.parse((await form({ ...refresh, client_id: `https://${HOST}/moved` })).text);
    expect(moved).toMatchObject({ error: 'invalid_client', error_description: /redirects are not followed/ });
  });

  test('takes the assertion of a client with a key once', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const json = {
      name: 'With a key',
      redirect_uris: ['https://app.example/cb'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [await exportJWK(publicKey)] },
    };
    const { id } = contents(
      expectStatus(await stack.send('POST /v1/clients', { headers: bearer(token), json }), 201),
    );
    const assertion = await new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(stack.url)
      .setExpirationTime('1m')
      .sign(privateKey);
    const request = {
      grant_type: 'refresh_token',
      refresh_token: 'nonsense',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    };
    expect(errorOf(await form(request))).toEqual([400, 'invalid_grant']);
    expect(errorOf(await form(request))).toEqual([401, 'invalid_client']);
  });
});

test('no template can say which hosts stand on this machine, or whom else to trust', async () => {
  for (const { name } of PROFILES) {
    const folder = await assemblyOf({ profile: name });
    for (const file of readdirSync(folder).filter((each) => each.endsWith('.template.json'))) {
      const template = readFileSync(`${folder}/${file}`, 'utf8');
      expect(template).not.toMatch(/client-?metadata-?hosts?|stand-?in|192\.31\.196/i);
      expect(template).not.toMatch(
        /NODE_(EXTRA_CA_CERTS|OPTIONS|TLS_REJECT_UNAUTHORIZED)|SSL_CERT_(FILE|DIR)/,
      );
    }
  }
});
