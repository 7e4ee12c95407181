import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Caller, KeyCaller } from '../../lambdas/kernel/caller.ts';
import {
  hashKey,
  importedLocator,
  keyMark,
  newKey,
  newLocator,
  parseKey,
} from '../../lambdas/keys/key-format.ts';
import { issueKeyToken, KEY_TOKEN_SECONDS } from '../../lambdas/keys/key-tokens.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { NOW } from '../support/tenants.ts';

const KEY = newKey(profile.keys, 'live', newLocator());
const caller: KeyCaller = {
  kind: 'key',
  keyId: 'k',
  tenantId: 't',
  workspaceId: 'w',
  scopes: ['read', 'write'],
  environment: 'live',
};
let signer: Signer;
beforeAll(async () => {
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 900 }, NOW);
  signer = new Signer(
    async () => keyset,
    'https://api.example.com',
    () => NOW,
  );
});
const issue = (key = KEY, wanted?: Caller['scopes'], by: Caller = caller) =>
  issueKeyToken({ kind: 'key', key }, by, wanted, { profile, deployment: DEPLOYMENT, signer });

describe('a token of a key', () => {
  test('has the scopes of the key or fewer, names its record and the key by a mark, and neither the key nor its hash', async () => {
    const token = await issue();
    expect(token).toMatchObject({ scopes: ['read', 'write'], expiresInSeconds: KEY_TOKEN_SECONDS });
    expect(decodeJwt(token.accessToken)).toMatchObject({
      sub: 'k',
      tid: 't',
      loc: parseKey(profile.keys, KEY)?.locator,
      km: keyMark(hashKey(KEY)).toString('base64url'),
      scope: 'read write',
      exp: NOW + KEY_TOKEN_SECONDS,
    });
    expect(JSON.stringify(decodeJwt(token.accessToken))).not.toContain(KEY.slice(-20));
    expect((await issue(KEY, ['read'])).scopes).toEqual(['read']);
  });

  test('of an imported key names it by what its hash cannot be made of', async () => {
    const hash = hashKey('sk-of-another-system');
    const claims = decodeJwt((await issue('sk-of-another-system')).accessToken);
    expect(claims.loc).toBe(importedLocator(hash));
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(JSON.stringify(claims)).not.toContain(hash.toString(form));
  });

  test('is given to nobody who asks for more, nor to a person, nor to a token: nobody stays in by renewing', async () => {
    await expect(issue(KEY, ['admin'])).rejects.toMatchObject({ code: 'exceeds_own_rights' });
    const { tenantId, workspaceId, scopes, environment } = caller;
    const person: Caller = {
      tenantId,
      workspaceId,
      scopes,
      environment,
      kind: 'user',
      userId: 'u',
      sessionId: 's',
      role: 'admin',
    };
    await expect(issue(KEY, undefined, person)).rejects.toMatchObject({ code: 'key_required' });
    const byToken = issueKeyToken({ kind: 'token', token: 'a.b.c' }, caller, undefined, {
      profile,
      deployment: DEPLOYMENT,
      signer,
    });
    await expect(byToken).rejects.toMatchObject({ code: 'key_required' });
  });
});
