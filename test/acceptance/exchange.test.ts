import { createHmac } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionKey, userKey } from '../../lambdas/kernel/item-keys.ts';
import { DynamoSessionStore } from '../../lambdas/sessions/session-store.ts';
import { MAX_SESSIONS_PER_USER } from '../../lambdas/sessions/sessions.ts';
import type { HttpRequest, HttpResponse } from '../support/http.ts';
import { OidcProvider } from '../support/oidc-provider.ts';
import { type Account, bearer, expectStatus, startTestStack, type TestStack } from '../support/stack.ts';

/** Tokens of real identity providers (`oidc-provider`, in processes of their own) exchanged for ours, over HTTP. */
const AUDIENCE = 'api://latchkey';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** Makes people and decides on their roles. */
const directory = new OidcProvider(18_791);

/** Says which of our people somebody is. */
const partner = new OidcProvider(18_792);

/** Nobody has configured it. */
const stranger = new OidcProvider(18_793);

let stack: TestStack;
let ada: Account;
let other: Account;

beforeAll(async () => {
  await Promise.all([directory, partner, stranger].map((provider) => provider.start()));
  stack = await startTestStack({
    profile: 'default',
    config: {
      identityProviders: [
        {
          issuer: directory.issuer,
          audiences: [AUDIENCE, 'api://another-name'],
          claims: { token_use: ['access'] },
          tenantClaim: { claim: 'org' },
          role: 'viewer',
          roleClaim: { claim: 'groups', values: { writers: 'editor', admins: 'admin' } },
          createUsers: true,
        },
        {
          issuer: partner.issuer,
          jwksUrl: `${partner.issuer}/jwks`,
          audiences: [AUDIENCE],
          tenantClaim: { claim: 'org' },
          role: 'viewer',
          linkByEmail: true,
        },
      ],
    },
  });
  ada = await stack.onboard();
  other = await stack.onboard();
  await startProviders();
});
afterAll(async () => {
  await Promise.all([directory, partner, stranger].map((provider) => provider.stop()));
  await stack?.stop();
});

const claims = (more: object = {}) => ({ org: ada.tenantId, token_use: 'access', ...more });

async function startProviders(keys?: readonly (readonly [string, string])[]): Promise<void> {
  const linked = { org: ada.tenantId, email: ada.email, email_verified: true };
  await directory.start(
    {
      service: { claims: claims() },
      service2: { claims: claims() },
      writer: { claims: claims({ groups: ['readers', 'writers'], name: 'Grace' }) },
      boss: {
        claims: claims({ groups: ['writers', 'admins'], email: 'boss@example.com', email_verified: true }),
      },
      moved: { claims: claims({ groups: ['admins'] }) },
      unverified: { claims: claims({ email: 'nobody@example.com' }) },
      squatter: { claims: claims({ email: ada.email, email_verified: true }) },
      everywhere: { claims: claims({ org: other.tenantId }) },
      short: { claims: claims(), ttl: 1 },
      'other-use': { claims: claims({ token_use: 'id' }) },
      nowhere: { claims: claims({ org: 'no-such-tenant' }) },
      'two-tenants': { claims: claims({ org: [ada.tenantId, other.tenantId] }) },
      'path-tenant': { claims: claims({ org: '../CONTROL' }) },
      'torn-tenant': { claims: claims({ org: '\ud800' }) },
      'long-tenant': { claims: claims({ org: 'a'.repeat(3000) }) },
    },
    keys,
  );
  await partner.start(
    {
      ada: { claims: linked },
      elsewhere: { claims: { ...linked, org: other.tenantId } },
      unverified: { claims: { ...linked, email_verified: false } },
      unknown: { claims: { ...linked, email: 'unknown@example.com' } },
    },
    keys ?? [['ES256', 'a']],
  );
  await stranger.start({ service: { claims: claims() } });
}

const exchange = (request: HttpRequest) => stack.send('POST /v1/auth/exchange', request);
const byHeader = (token: string) => exchange({ headers: bearer(token) });
const parameters = (token: string, more: object = {}) => ({
  grant_type: TOKEN_EXCHANGE,
  subject_token: token,
  subject_token_type: ACCESS_TOKEN,
  ...more,
});
const byParameters = (token: string) => exchange({ json: parameters(token) });
const byGrant = (token: string) =>
  stack.send('POST /token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(parameters(token)).toString(),
  });
const me = async (token: string) => stack.send('GET /v1/auth/me', { headers: bearer(token) });
const accepted = async (response: Promise<HttpResponse>) => expectStatus(await response, 200).json;
const audience = (client: string, provider = directory) => provider.token(client, AUDIENCE);

/** In the same words whatever the reason, by every way. */
async function expectRefused(token: string): Promise<void> {
  const header = expectStatus(await byHeader(token), 401);
  expect(header.json).toMatchObject({
    error: 'invalid_token',
    error_description: 'The token is not accepted.',
  });
  for (const way of [byParameters, byGrant])
    expect(expectStatus(await way(token), 400).json).toMatchObject({
      error: 'invalid_request',
      error_description: 'The token is not accepted.',
    });
}

describe('an exchange', () => {
  test('by Authorization: access and refresh token, expiry and workspaces; call, refresh, log out, call', async () => {
    const granted = await accepted(byHeader(await audience('service')));
    expect(granted).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'bearer',
      issued_token_type: ACCESS_TOKEN,
      expires_in: 900,
      refresh_token: expect.stringMatching(/^lkrefresh_/),
      workspaces: [{ workspace_id: ada.workspaceId, token: expect.stringMatching(/^ey/) }],
    });
    for (const token of [granted.access_token, granted.workspaces[0].token]) {
      expect((await me(token)).json).toMatchObject({
        tenant_id: ada.tenantId,
        workspace_id: ada.workspaceId,
        role: 'viewer',
      });
    }
    const json = { refresh_token: granted.refresh_token };
    const refreshed = await accepted(stack.send('POST /v1/auth/refresh', { json }));
    expect((await stack.send('GET /v1/stats', { headers: bearer(refreshed.access_token) })).status).toBe(200);
    await stack.send('POST /v1/auth/logout', { headers: bearer(refreshed.access_token) });
    for (const token of [granted.access_token, granted.workspaces[0].token, refreshed.access_token])
      expect((await me(token)).status).toBe(401);
  });

  test('by the parameters of RFC 8693, as JSON and as a form, for either audience', async () => {
    const first = await accepted(byParameters(await directory.token('service', 'api://another-name')));
    // What has no value is as good as not sent, even what would be refused with one (RFC 6749, 3.2).
    const unset = {
      scope: '',
      audience: '',
      resource: '',
      actor_token: '',
      client_id: '',
      client_secret: '',
    };
    const form = new URLSearchParams({ ...parameters(await audience('service')), ...unset }).toString();
    const second = await accepted(
      exchange({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form }),
    );
    // One person, however often they come.
    const people = [first, second].map(async ({ access_token }) => (await me(access_token)).json.user_id);
    expect(new Set(await Promise.all(people)).size).toBe(1);
  });

  test('at the token endpoint, by the metadata: the same answer for the same person', async () => {
    const metadata = (await stack.send('GET /.well-known/oauth-authorization-server')).json;
    expect(metadata.grant_types_supported).toContain(TOKEN_EXCHANGE);
    expect(new URL(metadata.token_endpoint).pathname).toBe('/token');
    const [own, granted] = [
      await accepted(byParameters(await audience('service'))),
      await accepted(byGrant(await audience('service'))),
    ];
    expect(Object.keys(granted)).toEqual(Object.keys(own));
    expect(granted).toMatchObject({
      issued_token_type: ACCESS_TOKEN,
      expires_in: 900,
      workspaces: [{ workspace_id: ada.workspaceId }],
    });
    const people = [own, granted].map(async ({ access_token }) => (await me(access_token)).json.user_id);
    expect(new Set(await Promise.all(people)).size).toBe(1);
    const json = { refresh_token: granted.refresh_token };
    await accepted(stack.send('POST /v1/auth/refresh', { json }));
  });

  test('makes people with the largest role that a claim gives, and the address that the provider has verified', async () => {
    for (const [client, role, email] of [
      ['service', 'viewer', /^[0-9a-f]{64}@exchange\.invalid$/],
      ['writer', 'editor', /@exchange\.invalid$/],
      ['boss', 'admin', /^boss@example\.com$/],
      ['unverified', 'viewer', /@exchange\.invalid$/],
      // The address is another's account: it is not taken over.
      ['squatter', 'viewer', /@exchange\.invalid$/],
    ] as const) {
      const { access_token } = await accepted(byHeader(await audience(client)));
      const { json } = await me(access_token);
      expect([client, json.role, json.email]).toEqual([client, role, expect.stringMatching(email)]);
    }
  });

  test('into another tenant is another person', async () => {
    const { access_token, workspaces } = await accepted(byHeader(await audience('everywhere')));
    expect((await me(access_token)).json).toMatchObject({ tenant_id: other.tenantId });
    expect(workspaces).toEqual([{ workspace_id: other.workspaceId, token: expect.any(String) }]);
  });

  test('first at once, eight times with eight tokens, makes one person', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => audience('service2')));
    const granted = await Promise.all(tokens.map((token) => accepted(byHeader(token))));
    const people = await Promise.all(granted.map(async ({ access_token }) => (await me(access_token)).json));
    expect(new Set(people.map(({ user_id }) => user_id)).size).toBe(1);
  });

  test('with another role than before changes it, in the sessions that there are, too', async () => {
    const before = await accepted(byHeader(await audience('moved')));
    const { user_id } = (await me(before.access_token)).json;
    await directory.start({ moved: { claims: claims() } });
    const after = await accepted(byHeader(await audience('moved')));
    await startProviders();
    expect((await me(after.access_token)).json).toMatchObject({ user_id, role: 'viewer' });
    expect((await me(before.access_token)).json).toMatchObject({ user_id, role: 'viewer' });
  });

  test('beyond fifty sessions ends the one that is unused for longest', async () => {
    const { access_token } = await accepted(byHeader(await audience('service')));
    const { user_id: userId } = (await me(access_token)).json;
    const now = Math.floor(Date.now() / 1000);
    const sessions = new DynamoSessionStore(stack.table);
    const open = new Set(await sessions.sessionIds(userId, 'login'));
    for (let index = open.size; index < MAX_SESSIONS_PER_USER; index += 1) {
      await sessions.create({
        sessionId: `exchanged-${index}`,
        user: { tenantId: ada.tenantId, userId, role: 'viewer', email: '', fullName: null },
        authentication: { authTime: now, amr: [] },
        workspaceId: ada.workspaceId,
        origin: { actor: `user:${userId}`, requestId: 'r' },
        createdAt: now - 1000 + index,
        expiresAt: now + 1000,
        endsAt: now + 1000,
      });
    }
    await accepted(byHeader(await audience('service')));
    expect((await stack.table.get(sessionKey(`exchanged-${open.size}`)))?.st?.S).toBe('ended');
    expect((await me(access_token)).status).toBe(200);
  });

  test('of who was removed makes nobody anew', async () => {
    const { access_token } = await accepted(byHeader(await audience('writer')));
    const { user_id } = (await me(access_token)).json;
    await stack.table.delete(userKey(ada.tenantId, user_id));
    await expectRefused(await audience('writer'));
  });

  test('of somebody whom the tenant has is that person, in the role that they have', async () => {
    const { access_token } = await accepted(byHeader(await audience('ada', partner)));
    expect((await me(access_token)).json).toMatchObject({ user_id: ada.userId, role: 'admin' });
    for (const client of ['elsewhere', 'unverified', 'unknown'])
      await expectRefused(await audience(client, partner));
  });
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token is refused, in the same words,', () => {
  test('that has been exchanged before, in any way, and however it is written', async () => {
    const token = await audience('service');
    const all = await Promise.all([byHeader(token), byParameters(token), byGrant(token)]);
    expect(all.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    await expectRefused(token);
    expectStatus(await byParameters(`${token}=`), 400);
    expectStatus(await byParameters(`${token}==`), 400);
  });

  test('that has expired', async () => {
    const token = await audience('short');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    await expectRefused(token);
  });

  test('of another audience, another issuer, another use, no tenant or two', async () => {
    await expectRefused(await directory.token('service', 'api://other'));
    await expectRefused(await audience('service', stranger));
    for (const client of ['other-use', 'nowhere', 'two-tenants', 'path-tenant', 'torn-tenant', 'long-tenant'])
      await expectRefused(await audience(client));
  });

  test('that is forged: another algorithm, another key, changed claims, headers that bring a key', async () => {
    const token = await audience('service');
    const [head = '', payload = '', signature = ''] = token.split('.');
    const header = decodeProtectedHeader(token);
    const signedBy = (secret: string, changed: object) => {
      const input = `${part({ ...header, ...changed })}.${payload}`;
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    };
    const jwk = JSON.parse(await directory.jwks()).keys[0];
    const forged = [
      `${part({ ...header, alg: 'none' })}.${payload}.`,
      `${part({ ...header, alg: 'none' })}.${payload}.AA`,
      signedBy(await directory.jwks(), { alg: 'HS256' }),
      signedBy(JSON.stringify(jwk), { alg: 'HS256' }),
      signedBy('', { alg: 'HS256', kid: '' }),
      signedBy('x', { alg: 'RS512' }),
      signedBy('x', { jwk }),
      signedBy('x', { jku: `${stranger.issuer}/jwks` }),
      signedBy('x', { x5u: `${stranger.issuer}/jwks`, kid: 'b' }),
      signedBy('x', { kid: 'http://127.0.0.1/key' }),
      signedBy('x', { kid: '../../etc/passwd' }),
      `${part({ ...header, crit: ['b64'], b64: false })}.${payload}.${signature}`,
      `${head}.${part({ ...decodeJwt(token), org: other.tenantId })}.${signature}`,
      `${head}.${payload}.${signature.slice(0, -4)}`,
      `${head}.${payload}`,
      'x.y.z',
      `${head}.${payload}.${signature}.${signature}`,
      'A'.repeat(10_000),
    ];
    for (const one of forged) {
      expectStatus(await byParameters(one), 400);
      expectStatus(await byGrant(one), 400);
    }
    // The token itself is none the worse for it.
    expectStatus(await byHeader(token), 200);
  });

  test('of ours: nobody refreshes by exchanging', async () => {
    await expectRefused(await stack.logIn(ada));
  });
});

describe('a request is refused', () => {
  const inputs: readonly [what: string, request: HttpRequest, error: string][] = [
    ['another grant type', { json: parameters('a.b.c', { grant_type: 'x' }) }, 'unsupported_grant_type'],
    ['no type', { json: parameters('a.b.c', { subject_token_type: undefined }) }, 'invalid_request'],
    ['another type', { json: parameters('a.b.c', { subject_token_type: 'saml2' }) }, 'invalid_request'],
    ['another type to give', { json: parameters('a.b.c', { requested_token_type: 'x' }) }, 'invalid_request'],
    ['an empty token', { json: parameters('') }, 'invalid_request'],
    ['an actor', { json: parameters('a.b.c', { actor_token: 'a' }) }, 'invalid_request'],
    ['an audience', { json: parameters('a.b.c', { audience: 'a' }) }, 'invalid_request'],
    ['a resource', { json: parameters('a.b.c', { resource: 'https://a.example' }) }, 'invalid_request'],
    ['a scope', { json: parameters('a.b.c', { scope: 'read' }) }, 'invalid_request'],
    ['two tokens', { json: parameters('a.b.c'), headers: bearer('a.b.c') }, 'invalid_request'],
    ['a token of 60 KB', { json: parameters('x'.repeat(60_000)) }, 'invalid_request'],
  ];
  test.each(inputs)('that brings %s, in the same words at /token', async (_what, request, error) => {
    const own = expectStatus(await exchange(request), 400).json;
    expect(own.error).toBe(error);
    const granted = expectStatus(await stack.send('POST /token', request), 400).json;
    expect([granted.error, granted.error_description]).toEqual([own.error, own.error_description]);
  });

  test.each<[string, HttpRequest, number, string]>([
    ['nothing', {}, 401, 'invalid_token'],
    ['an API key', { headers: bearer('lk_live_x') }, 401, 'invalid_token'],
    ['a token without a scheme', { headers: { authorization: 'a.b.c' } }, 401, 'invalid_token'],
    [
      'no grant type',
      { json: parameters('a.b.c', { grant_type: undefined }) },
      400,
      'unsupported_grant_type',
    ],
  ])('that brings %s; at /token, where all is a parameter, as one without a field', async (...input) => {
    const [, request, status, error] = input;
    expect(expectStatus(await exchange(request), status).json.error).toBe(error);
    expect(expectStatus(await stack.send('POST /token', request), 400).json.error).toBe('invalid_request');
  });
});

describe('the providers', () => {
  test('a new key of theirs is asked for; one that they withdrew is used up to ten minutes', async () => {
    const old = await audience('service');
    await startProviders([
      ['EdDSA', 'fresh'],
      ['RS256', 'z'],
    ]);
    const wait = 10_100;
    // Forged `kid`s have been sent a moment ago: the provider is asked again ten seconds after it was asked last.
    await new Promise((resolve) => setTimeout(resolve, wait));
    expectStatus(await byHeader(await audience('service')), 200);
    await expectRefused(old);
  });

  test('one that hangs is a 503 within two seconds, and harms neither known keys nor the other provider', async () => {
    const [waiting, known, theirs] = [
      await audience('service'),
      await audience('service'),
      await audience('ada', partner),
    ];
    directory.hang();
    const [head = '', ...rest] = waiting.split('.');
    const header = { ...decodeProtectedHeader(waiting), kid: 'not-seen-yet' };
    expect(head).not.toBe('');
    const unknown = [part(header), ...rest].join('.');
    await new Promise((resolve) => setTimeout(resolve, 10_100));
    const started = performance.now();
    let seconds = Number.POSITIVE_INFINITY;
    const hanging = async () => {
      const response = await byHeader(unknown);
      seconds = (performance.now() - started) / 1000;
      return response;
    };
    const all = await Promise.all([hanging(), byHeader(known), byHeader(theirs), me(await stack.logIn(ada))]);
    // 1.5 s, and what a busy machine takes. Without a deadline it would be as long as the function may run.
    expect(seconds).toBeLessThan(5);
    expect(all.map(({ status }) => status)).toEqual([503, 200, 200, 200]);
    expect(all[0]?.headers['retry-after']).toMatch(/^\d+$/);
    expect(all[0]?.json).toMatchObject({ error: 'temporarily_unavailable' });
    await directory.stop();
    expectStatus(await byHeader(unknown), 503);
    await startProviders();
  });
});

test('where no identity provider is configured it is a 400 that names the field to configure', async () => {
  const plain = await startTestStack({ profile: 'default' });
  try {
    for (const response of [
      await plain.send('POST /v1/auth/exchange', { headers: bearer('a.b.c') }),
      await plain.send('POST /token', { json: parameters('a.b.c') }),
    ]) {
      expect([response.status, response.json.error]).toEqual([400, 'unsupported_grant_type']);
      expect(response.json.error_description).toMatch(/identityProviders/);
    }
    const metadata = (await plain.send('GET /.well-known/oauth-authorization-server')).json;
    expect(metadata.grant_types_supported).not.toContain(TOKEN_EXCHANGE);
  } finally {
    await plain.stop();
  }
});

test('no token of a provider stands in a log', () => {
  expect(stack.lines.filter((line) => /eyJ[\w-]{20}/.test(line))).toEqual([]);
});
