/** The authorization server as it is deployed: a client library, a person's browser, and the upstream behind the door. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Person } from '../mcp/person.ts';
import { PROFILES } from '../profiles/profiles.ts';
import type { HttpResponse } from '../support/http.ts';
import {
  type Account,
  bearer,
  contents,
  PASSWORD,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

const REDIRECT = 'http://127.0.0.1:33418/callback';

/** The items of a list, whatever the profile puts them into. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
function listed(response: HttpResponse): readonly any[] {
  const found = contents(response);
  return Array.isArray(found) ? found : found.data;
}

describe.each(PROFILES.map(({ name, upstreamPrefixes }) => [name, upstreamPrefixes[0] ?? ''] as const))(
  'the profile %s',
  (profile, prefix) => {
    let stack: TestStack;
    let ada: Account;
    let config: openid.Configuration;
    beforeAll(async () => {
      stack = await startTestStack({ profile });
      ada = await stack.onboard();
      config = await openid.dynamicClientRegistration(
        new URL(stack.url),
        { redirect_uris: [REDIRECT], client_name: 'A client', token_endpoint_auth_method: 'none' },
        openid.None(),
        // The local stack speaks HTTP; nothing else is relaxed.
        { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
      );
    });
    afterAll(() => stack?.stop());

    const read = () => stack.profile.scopes.map(({ name }) => name)[0] ?? '';
    const person = () => new Person({ email: ada.email, password: PASSWORD });

    /** Where the browser is led back to, and what the client kept for it. */
    async function authorize(changes: Readonly<Record<string, string>> = {}, browser = person()) {
      const verifier = openid.randomPKCECodeVerifier();
      const state = openid.randomState();
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        ...changes,
      });
      const back = await browser.decide(url, REDIRECT);
      return { back, verifier, state };
    }
    const redeem = ({ back, verifier, state }: Awaited<ReturnType<typeof authorize>>) =>
      openid.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
    const signIn = async (changes: Readonly<Record<string, string>> = {}) => redeem(await authorize(changes));
    const call = async (path: string, token: string, method = 'GET') =>
      (await stack.send(`${method} ${path}`, { headers: bearer(token) })).status;

    test('a client signs in, and its token is good for its resource and scopes alone', async () => {
      const tokens = await signIn({ resource: `${stack.url}${prefix}/mcp`, scope: read() });
      const { access_token: token } = tokens;
      expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
      expect(decodeJwt(token)).toMatchObject({
        iss: stack.url,
        aud: `${stack.url}${prefix}/mcp`,
        sub: ada.userId,
        scope: read(),
      });
      expect(await call(`${prefix}/mcp/tools`, token)).toBe(200);
      expect(await call(`${prefix}/mcp`, token, 'DELETE')).toBe(403);
      for (const path of [`${prefix}/mcpx`, `${prefix}/other`, stack.path('getMe')])
        expect([path, await call(path, token)]).toEqual([path, 401]);
    });

    test('a refresh gives new tokens, or none where the profile knows none', async () => {
      const tokens = await signIn({ scope: read() });
      const hasRefresh = stack.profile.tokens.refresh !== false;
      expect(tokens.refresh_token !== undefined).toBe(hasRefresh);
      if (tokens.refresh_token === undefined) return;
      const next = await openid.refreshTokenGrant(config, tokens.refresh_token);
      expect(await call(`${prefix}/things`, next.access_token)).toBe(200);
      const asLogin = await stack.send(`POST ${stack.path('refresh')}`, {
        json: { refresh_token: next.refresh_token },
      });
      expect(asLogin.status).toBe(400);
    });

    test('the second use of a code ends at once what the first gave', async () => {
      const code = await authorize({ scope: read() });
      const { access_token: token } = await redeem(code);
      expect(await call(`${prefix}/things`, token)).toBe(200);
      await expect(redeem(code)).rejects.toMatchObject({ error: 'invalid_grant' });
      expect(await call(`${prefix}/things`, token)).toBe(401);
    });

    test('who takes back their consent ends the client, and the trail tells of both', async () => {
      const { access_token: token } = await signIn({ scope: read() });
      const login = bearer(await stack.logIn(ada));
      const apps = () => stack.send(`GET ${stack.path('listApps')}`, { headers: login });
      const [app, ...others] = listed(await apps());
      expect(others).toEqual([]);
      expect(app).toMatchObject({ client_id: config.clientMetadata().client_id, name: 'A client' });
      // A client is not the person: it neither sees nor ends what they have let others do.
      expect(await call(stack.path('listApps'), token)).toBe(403);
      const path = stack.path('disconnectApp').replace('{id}', app.id);
      expect((await stack.send(`DELETE ${path}`, { headers: login })).status).toBe(200);
      expect(await call(`${prefix}/things`, token)).toBe(401);
      expect((await stack.send(`DELETE ${path}`, { headers: login })).status).toBe(404);
      const query = `action=app&target=app:${app.id}`;
      const trail = listed(await stack.send(`GET ${stack.path('listAudit')}?${query}`, { headers: login }));
      const actions = trail.map(({ action }) => action);
      expect([actions[0], actions.at(-1)]).toEqual(['app.connect', 'app.disconnect']);
    });

    test('a token is revoked by its client, at once', async () => {
      const { access_token: token } = await signIn({ scope: read() });
      await openid.tokenRevocation(config, token);
      expect(await call(`${prefix}/things`, token)).toBe(401);
    });

    test('a device is let in by the person who enters its code', async () => {
      const client = { client_id: config.clientMetadata().client_id };
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      const post = async (path: string, fields: Readonly<Record<string, string>>): Promise<any> =>
        (await fetch(`${stack.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) })).json();
      const device = await post('/device_authorization', { ...client, scope: read() });
      const grant = {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: device.device_code,
      };
      const poll = () => post('/token', { ...client, ...grant });
      expect((await poll()).error).toBe('authorization_pending');
      const browser = person();
      // It ends on a page that leads nowhere.
      await browser.decide(new URL(device.verification_uri_complete), 'nowhere:').catch(() => undefined);
      const token = (await poll()).access_token;
      expect(await call(`${prefix}/things`, token)).toBe(200);
    });
  },
);
