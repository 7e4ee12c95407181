/** Discovery as a client library does it, which knows the URL and nothing else. */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROFILES } from '../profiles/profiles.ts';
import withDomain from '../support/domain.json' with { type: 'json' };
import { bearer, contents, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';

// The local stack speaks HTTP; nothing else is relaxed.
const insecurely = { [oauth.allowInsecureRequests]: true } as const;
const RESOURCE = '/.well-known/oauth-protected-resource';
const SERVER = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';

describe.each(PROFILES.map(({ name, upstreamPrefixes }) => [name, upstreamPrefixes[0] ?? ''] as const))(
  'the profile %s',
  (profile, prefix) => {
    let stack: TestStack;
    beforeAll(async () => {
      stack = await startTestStack({ profile });
    });
    afterAll(() => stack?.stop());

    const resource = async (url: string) => {
      const response = await oauth.resourceDiscoveryRequest(new URL(url), insecurely);
      return oauth.processResourceDiscoveryResponse(new URL(url), response);
    };

    test('a client that gets a 401 learns from its challenge who issues tokens, and how to verify them', async () => {
      const refused = await fetch(`${stack.url}${prefix}/things`);
      expect(refused.status).toBe(401);
      const [, metadata = ''] =
        /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '') ?? [];
      expect(metadata).toBe(`${stack.url}${RESOURCE}`);
      const { authorization_servers: servers = [] } = await resource(stack.url);
      const issuer = new URL(servers[0] ?? '');
      const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecurely });
      const { jwks_uri: keys = '' } = await oauth.processDiscoveryResponse(issuer, found);
      expect((await createRemoteJWKSet(new URL(keys)).reload()) ?? 'read').toBe('read');
    });

    test.each(['oauth2', 'oidc'] as const)(
      '%s discovery gives the issuer, to the letter',
      async (algorithm) => {
        const issuer = new URL(stack.url);
        const response = await oauth.discoveryRequest(issuer, { algorithm, ...insecurely });
        const server = await oauth.processDiscoveryResponse(issuer, response);
        // A parsed URL has a slash at its end; what is compared is the text.
        expect(server.issuer).toBe(stack.url);
        const account = await stack.onboard();
        expect(decodeJwt(await stack.logIn(account)).iss).toBe(server.issuer);
      },
    );

    test('a client finds the token endpoint and its grants; a login’s refresh token is none of a client’s', async () => {
      const issuer = new URL(stack.url);
      const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecurely });
      const server = await oauth.processDiscoveryResponse(issuer, found);
      const { email } = await stack.onboard();
      const login = await stack.send(`POST ${stack.path('login')}`, { json: { email, password: PASSWORD } });
      const { refresh_token: token } = contents(login);
      expect(server.token_endpoint).toBe(`${stack.url}/token`);
      expect(server.grant_types_supported).toContain('authorization_code');
      expect(server.grant_types_supported?.includes('refresh_token')).toBe(token !== undefined);
      if (token === undefined) return;
      const client = { client_id: 'any' };
      const sent = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecurely);
      await expect(oauth.processRefreshTokenResponse(server, client, sent)).rejects.toMatchObject({
        error: 'invalid_client',
      });
    });

    test('a resource is what the client asked for: the API, the prefix, or a path below', async () => {
      for (const path of ['', prefix, `${prefix}/mcp`, `${prefix}/a/b%20c/`]) {
        expect((await resource(stack.url + path)).resource).toBe(stack.url + path);
      }
      expect((await stack.send(`GET ${RESOURCE}/elsewhere`)).status).toBe(404);
      expect((await stack.send(`GET ${RESOURCE}${prefix}/a%2fb`)).status).toBe(400);
    });

    test('the documents may be cached and read by pages of other origins', async () => {
      for (const path of [RESOURCE, `${RESOURCE}${prefix}`, SERVER, OPENID, '/.well-known/jwks.json']) {
        const { status, headers } = await stack.send(`GET ${path}`, {
          headers: { origin: 'https://app.example.com' },
        });
        expect([path, status]).toEqual([path, 200]);
        expect(headers['content-type']).toMatch(/^application\/json/);
        expect(headers['cache-control']).toBe('public, max-age=300');
        expect(headers['access-control-allow-origin']).toBe('*');
        const preflight = await stack.send(`OPTIONS ${path}`, {
          headers: { origin: 'https://app.example.com', 'access-control-request-method': 'GET' },
        });
        expect(preflight.status).toBe(204);
        expect(preflight.headers['access-control-allow-origin']).toBe('*');
      }
    });

    test('nothing else below /.well-known is there, and nothing of it goes to the upstream', async () => {
      for (const target of [
        // Another issuer than ours: one with a path (RFC 8414, 3.1).
        `GET ${SERVER}${prefix}`,
        `GET ${OPENID}${prefix}`,
        'GET /.well-known',
        'GET /.well-known/anything',
      ]) {
        expect([target, (await stack.send(target)).status]).toEqual([target, 404]);
      }
      for (const target of [
        `POST ${RESOURCE}`,
        `PUT ${RESOURCE}${prefix}/things`,
        `DELETE ${SERVER}`,
        `POST ${OPENID}`,
      ]) {
        const { status, headers } = await stack.send(target);
        expect([target, status, headers.allow]).toEqual([target, 405, 'GET, HEAD']);
      }
    });
  },
);

describe('with a domain', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ profile: 'default', config: withDomain });
  });
  afterAll(() => stack?.stop());

  test('everything says the one URL at which the local stack is reached', async () => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const server = (await stack.send(`GET ${SERVER}`)).json;
    expect(server.issuer).toBe(stack.url);
    expect(stack.local.outputs.ApiUrl).toBe(stack.url);
    expect((await stack.send('GET /v1/auth/me')).headers['www-authenticate']).toBe(stack.challenge);
    expect(decodeJwt(token).iss).toBe(stack.url);
    expect((await stack.send('GET /v1/auth/me', { headers: bearer(token) })).status).toBe(200);
  });

  test('the stage is no part of a path, as its endpoint is off', async () => {
    expect((await stack.send('GET /health')).status).toBe(200);
    expect((await stack.send('GET /beta/health')).status).toBe(404);
  });

  test('an upstream verifies an assertion by what discovery says', async () => {
    const { apiKey } = await stack.onboard();
    const echo = await stack.send('GET /v1/things', { headers: { 'x-api-key': apiKey } });
    const { issuer, jwks_uri } = (await stack.send(`GET ${OPENID}`)).json;
    const assertion = echo.json.request.headers['x-latchkey-assertion'];
    const keys = createRemoteJWKSet(new URL(jwks_uri));
    await expect(
      jwtVerify(assertion, keys, { issuer, audience: 'latchkey-upstream' }),
    ).resolves.toBeDefined();
  });
});
