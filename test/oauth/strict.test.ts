/** Client libraries in their strict modes, which check every answer by the standards: nothing of them is relaxed. */
import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../../lambdas/clients/client.ts';
import { CLIENT, ISSUER, type OAuthServer, type Person, REDIRECT, startServer } from './server.ts';

let server: OAuthServer;
let ada: Person;
let service: Client;
beforeAll(async () => {
  server = await startServer();
});
beforeEach(async () => {
  ada = await server.signIn();
  service = {
    ...CLIENT,
    clientId: 'client_service',
    authentication: 'client_secret_basic',
    tenantId: ada.tenantId,
  };
  server.clients.set(service.clientId, service);
});

/** What the person's browser is led back to, when they agree to what the URL asks. */
async function agreed(url: URL): Promise<URL> {
  return server.agree(Object.fromEntries(url.searchParams), ada);
}

describe('oauth4webapi', () => {
  const options = () => ({ [oauth.customFetch]: server.fetch });
  const client: oauth.Client = { client_id: CLIENT.clientId };
  const discovered = async () => {
    const resource = new URL(`${ISSUER}/v1/mcp`);
    const found = await oauth.resourceDiscoveryRequest(resource, options());
    const { authorization_servers: [issuer = ''] = [] } = await oauth.processResourceDiscoveryResponse(
      resource,
      found,
    );
    const metadata = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...options() });
    return oauth.processDiscoveryResponse(new URL(issuer), metadata);
  };

  test('a client that knows only the URL of a path signs in, refreshes and revokes', async () => {
    const as = await discovered();
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(as.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      resource: `${ISSUER}/v1/mcp`,
      scope: 'read offline_access',
      state,
    }).toString();
    const parameters = oauth.validateAuthResponse(as, client, await agreed(url), state);
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      parameters,
      REDIRECT,
      verifier,
      options(),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response);
    expect(decodeJwt(tokens.access_token).aud).toBe(`${ISSUER}/v1/mcp`);
    expect(tokens.scope).toBe('read');
    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token ?? '', options()),
    );
    expect(server.stateOf(refreshed.access_token)).toBe('active');
    const revocation = await oauth.revocationRequest(
      as,
      client,
      oauth.None(),
      refreshed.refresh_token ?? '',
      options(),
    );
    await oauth.processRevocationResponse(revocation);
    expect(server.stateOf(refreshed.access_token)).toBe('ended');
  });

  test('an answer of another server, or without its name, is not taken: mix-up', async () => {
    const as = await discovered();
    const { parameters } = server.request();
    const location = await server.agree(parameters, ada);
    expect(() => oauth.validateAuthResponse(as, client, location, 'a state')).not.toThrow();
    for (const iss of ['https://other.example', undefined]) {
      const other = new URL(location);
      if (iss === undefined) other.searchParams.delete('iss');
      else other.searchParams.set('iss', iss);
      expect(() => oauth.validateAuthResponse(as, client, other, 'a state')).toThrow();
    }
    expect(() => oauth.validateAuthResponse(as, client, location, 'another state')).toThrow();
  });

  test('an error on the way back is one, with its issuer', async () => {
    const as = await discovered();
    const { parameters } = server.request({ scope: 'everything' });
    const { location } = await server.call('GET /authorize', { query: parameters, as: ada });
    expect(() => oauth.validateAuthResponse(as, client, location ?? new URL(REDIRECT), 'a state')).toThrow(
      expect.objectContaining({ error: 'invalid_scope' }),
    );
  });

  test('a device gets its tokens when its person has agreed', async () => {
    const as = await discovered();
    const begun = await oauth.processDeviceAuthorizationResponse(
      as,
      client,
      await oauth.deviceAuthorizationRequest(as, client, oauth.None(), { scope: 'read' }, options()),
    );
    const poll = async () => {
      const sent = await oauth.deviceCodeGrantRequest(as, client, oauth.None(), begun.device_code, options());
      return oauth.processDeviceCodeResponse(as, client, sent);
    };
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
    await expect(poll()).rejects.toMatchObject({ error: 'slow_down' });
    const form = { user_code: begun.user_code, csrf: ada.csrf, decision: 'allow' };
    expect((await server.call('POST /device', { form, as: ada })).status).toBe(200);
    const tokens = await poll();
    expect(tokens.scope).toBe('read');
    await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(server.stateOf(tokens.access_token)).toBe('ended');
  });

  test('a service of the tenant introspects', async () => {
    const as = await discovered();
    const tokens = await server.tokensOf(ada, { resource: `${ISSUER}/v1/mcp` });
    const asking = { client_id: service.clientId };
    const introspected = async () =>
      oauth.processIntrospectionResponse(
        as,
        asking,
        await oauth.introspectionRequest(
          as,
          asking,
          oauth.ClientSecretBasic('secret'),
          tokens.access_token,
          options(),
        ),
      );
    expect(await introspected()).toMatchObject({
      active: true,
      scope: 'read write',
      client_id: CLIENT.clientId,
      sub: ada.userId,
      aud: `${ISSUER}/v1/mcp`,
    });
    await server.call('POST /revoke', { form: { client_id: CLIENT.clientId, token: tokens.access_token } });
    expect(await introspected()).toEqual({ active: false });
  });
});

describe('openid-client', () => {
  const configured = (clientId: string, authentication: openid.ClientAuth) =>
    openid.discovery(new URL(ISSUER), clientId, undefined, authentication, {
      algorithm: 'oauth2',
      [openid.customFetch]: server.fetch,
    });

  test('signs in with PKCE and a state, refreshes, and revokes', async () => {
    const config = await configured(CLIENT.clientId, openid.None());
    expect(config.serverMetadata().supportsPKCE('S256')).toBe(true);
    const verifier = openid.randomPKCECodeVerifier();
    const state = openid.randomState();
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'read write',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    });
    const tokens = await openid.authorizationCodeGrant(config, await agreed(url), {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    expect(tokens).toMatchObject({ scope: 'read write', token_type: 'bearer' });
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', { scope: 'read' });
    expect(refreshed.scope).toBe('read');
    await openid.tokenRevocation(config, refreshed.access_token);
    expect(server.stateOf(tokens.access_token)).toBe('ended');
    await expect(openid.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('introspects as a confidential client, and is told when it has not proven itself', async () => {
    const tokens = await server.tokensOf(ada);
    const config = await configured(service.clientId, openid.ClientSecretBasic('secret'));
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });
    const wrong = await configured(service.clientId, openid.ClientSecretBasic('wrong'));
    await expect(openid.tokenIntrospection(wrong, tokens.access_token)).rejects.toMatchObject({
      error: 'invalid_client',
    });
  });
});
