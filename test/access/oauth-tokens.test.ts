import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { decide } from '../../lambdas/access/decide.ts';
import { Guesses } from '../../lambdas/access/guesses.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import { openSession } from '../../lambdas/sessions/sessions.ts';
import { EMPTY_KEYSET, type Keyset, nextKeyset, publicKeys } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { type TokenClaims, TokenVerifier } from '../../lambdas/signing/tokens.ts';
import { routes } from '../../lambdas/table/index.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT, RIGHTS } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, AUTHENTICATION, NOW, storeTenant } from '../support/tenants.ts';

const ISSUER = 'https://api.example.com/prod';
const CLIENT = 'https://client.example/metadata.json';
const store = memoryStores();
let keyset: Keyset;
beforeAll(async () => {
  // What signs a login's tokens does not sign a client's: those are ES256 in every profile.
  keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'EdDSA', tokenSeconds: 3600 }, NOW);
  await store.publish(keyset.version, publicKeys(keyset));
});
const signer = () =>
  new Signer(
    async () => keyset,
    ISSUER,
    () => NOW,
  );

/** A token of a new session of an editor. */
async function tokenWith(claims: Partial<TokenClaims> = {}, role = 'editor') {
  const { account, workspaceId } = await storeTenant(store);
  const session = await openSession(
    {
      user: { ...account.user, role },
      authentication: AUTHENTICATION,
      workspaceId,
      lifetime: { idleSeconds: 3600, absoluteSeconds: 3600 },
      from: { requestId: 'r' },
    },
    store.sessions,
    NOW,
  );
  return signer().accessToken({ ...session, ...claims }, 3600);
}
const delegated = (...scopes: string[]) => ({ delegation: { clientId: CLIENT, scopes } });

const ask = (
  token: string,
  given: { path?: string; resource?: string; method?: string; picks?: string } = {},
) =>
  decide(
    {
      method: given.method ?? 'GET',
      resource: given.resource ?? '/v1/{proxy+}',
      path: given.path ?? '/v1/stats',
      headers: {
        authorization: [`Bearer ${token}`],
        ...(given.picks === undefined ? {} : { 'x-workspace-id': [given.picks] }),
      },
      address: ADDRESS,
    },
    {
      profile,
      deployment: DEPLOYMENT,
      access: accessTable(apiRows(routes, profile), RIGHTS),
      store: store.decisions(),
      tokens: new TokenVerifier(ISSUER),
      guesses: new Guesses(),
      clock: () => NOW,
    },
  );
const own = (path: string, method = 'GET') => ({ path, resource: path, method });
const allowed = { outcome: 'allowed' };
const invalid = { outcome: 'refused', code: 'invalid_credential' };

describe('a token of an OAuth client', () => {
  test('is signed with ES256 and says what RFC 9068 asks for, whatever signs logins', async () => {
    const token = await tokenWith({ ...delegated('read'), resource: '/v1/mcp' });
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(decodeJwt(token)).toMatchObject({
      iss: ISSUER,
      aud: `${ISSUER}/v1/mcp`,
      client_id: CLIENT,
      scope: 'read',
      jti: expect.any(String),
    });
    expect(decodeProtectedHeader(await tokenWith())).toMatchObject({ alg: 'EdDSA' });
    expect(decodeJwt(await tokenWith())).toMatchObject({ aud: ISSUER });
  });

  test('has no more than the person gave it, nor than they have', async () => {
    const scopesOf = async (given: string[], role?: string) => {
      const decision = await ask(await tokenWith(delegated(...given), role));
      return decision.outcome === 'allowed' ? decision.caller.scopes : decision.outcome;
    };
    expect(await scopesOf(['read'])).toEqual(['read']);
    expect(await scopesOf(['read', 'delete'])).toEqual(['read']);
    // The person was an administrator when they gave it, and is an editor now: what that includes stays.
    expect(await scopesOf(['admin'])).toEqual(['read', 'write']);
    expect(await scopesOf(['admin'], 'nobody')).toBe('forbidden');
    expect(await scopesOf([])).toBe('forbidden');
    expect(await ask(await tokenWith(delegated('read')), { method: 'POST' })).toMatchObject({
      outcome: 'forbidden',
      code: 'insufficient_scope',
      message: 'Insufficient scope. Required: write',
    });
  });

  test('reaches nothing that is the person’s own and takes no scope, but learns who it acts for', async () => {
    const token = await tokenWith(delegated('admin'), 'admin');
    for (const row of [
      own('/v1/auth/sessions'),
      own('/v1/auth/logout', 'POST'),
      own('/v1/auth/password', 'POST'),
    ])
      expect(await ask(token, row), row.path).toMatchObject({ outcome: 'forbidden', code: 'user_required' });
    expect(await ask(token, own('/v1/auth/me'))).toMatchObject(allowed);
    expect(await ask(token, own('/v1/users', 'POST'))).toMatchObject(allowed);
    expect(await ask(await tokenWith(), own('/v1/auth/sessions'))).toMatchObject(allowed);
  });

  test('stays in the workspace that it was let into', async () => {
    const token = await tokenWith(delegated('read'));
    const first = await ask(token);
    const workspaceId = first.outcome === 'allowed' ? first.caller.workspaceId : '';
    expect(await ask(token, { picks: workspaceId })).toMatchObject(allowed);
    expect(await ask(token, { picks: 'another' })).toMatchObject({
      outcome: 'misdirected',
      code: 'not_found',
    });
  });
});

describe('the resource that a token is for', () => {
  test.each([
    ['/v1/mcp', true],
    ['/v1/mcp/', true],
    ['/v1/mcp/tools/call', true],
    ['/v1/mcpx', false],
    ['/v1/mcp-admin', false],
    ['/v1', false],
    ['/v1/other', false],
    ['/v1/MCP', false],
    ['/v1/%6dcp', false],
    ['/v1/mcp%2f..%2fother', false],
    ['//v1/mcp', false],
  ])('compared segment by segment with %s', async (path, isIts) => {
    for (const resource of ['/v1/mcp', '/v1/mcp/'])
      expect(await ask(await tokenWith({ resource }), { path })).toMatchObject(isIts ? allowed : invalid);
  });

  test('is not one of our rows, whatever its path', async () => {
    for (const resource of ['/v1', '/v1/auth', '/v1/auth/me', '/v1/api-keys'])
      for (const row of [own('/v1/auth/me'), own('/v1/api-keys')])
        expect(await ask(await tokenWith({ resource }, 'admin'), row)).toMatchObject(invalid);
    expect(await ask(await tokenWith({ resource: '/v1' }), { path: '/v1/stats' })).toMatchObject(allowed);
  });

  test('holds for HEAD as for GET', async () => {
    const token = await tokenWith({ resource: '/v1/mcp' });
    expect(await ask(token, { method: 'HEAD', path: '/v1/mcp' })).toMatchObject(allowed);
    expect(await ask(token, own('/v1/auth/me', 'HEAD'))).toMatchObject(invalid);
    expect(await ask(await tokenWith(), own('/v1/auth/me', 'HEAD'))).toMatchObject(allowed);
  });
});
