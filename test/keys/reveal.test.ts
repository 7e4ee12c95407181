import { beforeEach, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../lambdas/audit/entries.ts';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import type { Credential } from '../../lambdas/kernel/credential.ts';
import { vaultKey } from '../../lambdas/kernel/item-keys.ts';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { keyKeeper } from '../../lambdas/keys/keeper.ts';
import { createKey, type KeyContext } from '../../lambdas/keys/keys.ts';
import { type RevealContext, revealKey } from '../../lambdas/keys/reveal.ts';
import { revokeKey } from '../../lambdas/keys/revocation.ts';
import { rotateKey } from '../../lambdas/keys/rotation.ts';
import type { KeptKey, KeyCipher } from '../../lambdas/keys/vault.ts';
import { settleKey } from '../../lambdas/stream/settle-keys.ts';
import { profile } from '../../profiles/nams.ts';
import { DEPLOYMENT, SCOPES } from '../support/deployment.ts';
import { type MemoryStores, memoryStores } from '../support/memory/stores.ts';
import { NOW, storeTenant } from '../support/tenants.ts';

const FROM = { requestId: 'r' };
const TOKEN: Credential = { kind: 'token', token: 'a.b.c' };
const KEY: Credential = { kind: 'key', key: 'k' };

let stores: MemoryStores;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
let kept: Map<string, KeptKey>;
let trail: AuditEntry[];
let person: Caller & { kind: 'user' };

/** What is encrypted for one context is nonsense in another. */
const cipher: KeyCipher = {
  encrypt: async (plaintext, context) => JSON.stringify([plaintext, context]),
  decrypt: async (ciphertext, context) => {
    const [plaintext, sealedFor] = JSON.parse(ciphertext);
    if (JSON.stringify(sealedFor) !== JSON.stringify(context)) throw new Error('another context');
    return plaintext;
  },
};

beforeEach(async () => {
  stores = memoryStores();
  tenant = await storeTenant(stores);
  kept = new Map();
  trail = [];
  const { userId, tenantId } = tenant.account.user;
  const rights = { role: 'admin', sessionId: 's', environment: 'live', scopes: SCOPES } as const;
  person = { kind: 'user', tenantId, userId, workspaceId: tenant.workspaceId, ...rights };
});

const place = (id: string, tenantId = person.tenantId) => `${tenantId} ${id}`;
const at = (now = NOW): KeyContext => ({
  profile,
  deployment: DEPLOYMENT,
  keys: stores.keys,
  clock: () => now,
  keeper: keyKeeper({ put: async (tenantId, id, one) => void kept.set(place(id, tenantId), one) }, cipher),
});
const revealing = (now = NOW): RevealContext => ({
  keys: stores.keys,
  deployment: DEPLOYMENT,
  clock: () => now,
  vault: { find: async (tenantId, id) => kept.get(place(id, tenantId)), decrypt: cipher.decrypt },
  record: async (_tenant, entry) => void trail.push(entry),
});
const make = (caller: Caller = person, request: object = {}) =>
  createKey({ name: 'k', scopes: ['read'], ...request }, caller, FROM, at());
const program = ({ id, tenantId, workspaceId, scopes, environment }: ApiKey): Caller => ({
  kind: 'key',
  keyId: id,
  tenantId,
  workspaceId,
  scopes,
  environment,
});
const reveal = (
  id: string,
  caller: Caller = person,
  given: { credential?: Credential; workspaceId?: string; context?: RevealContext } = {},
) =>
  revealKey(
    {
      id,
      workspaceId: given.workspaceId,
      caller,
      credential: given.credential ?? (caller.kind === 'key' ? KEY : TOKEN),
      from: FROM,
    },
    given.context ?? revealing(),
  );
const gone = { code: 'gone' };

describe('a key is shown again', () => {
  test('to who made it, with a row of the audit trail for each time', async () => {
    const { apiKey, key } = await make();
    expect(await reveal(apiKey.id)).toBe(key);
    expect(await reveal(apiKey.id, person, { workspaceId: tenant.workspaceId })).toBe(key);
    expect(trail).toHaveLength(2);
    expect(trail[0]).toMatchObject({
      action: 'key.reveal',
      target: `key:${apiKey.id}`,
      targetName: 'k',
      actor: `user:${person.userId}`,
    });
    expect(JSON.stringify([...kept.values()].map(({ ciphertext: _, ...rest }) => rest))).not.toContain(key);
  });

  test('to a key that made it, and not by a token of that key', async () => {
    const maker = program((await make(person, { scopes: ['admin'] })).apiKey);
    const { apiKey, key } = await make(maker);
    expect(await reveal(apiKey.id, maker)).toBe(key);
    await expect(reveal(apiKey.id, maker, { credential: TOKEN })).rejects.toMatchObject({
      code: 'key_required',
    });
    // Not even to the person who made the maker.
    await expect(reveal(apiKey.id)).rejects.toMatchObject(gone);
  });

  test('and not when the trail cannot be written', async () => {
    const { apiKey } = await make();
    const record = async () => {
      throw new Error('no trail');
    };
    await expect(reveal(apiKey.id, person, { context: { ...revealing(), record } })).rejects.toThrow(
      'no trail',
    );
  });
});

describe('it is a 410', () => {
  test('where keys are shown once, and for a key that was made before', async () => {
    const { apiKey } = await make();
    await expect(
      reveal(apiKey.id, person, { context: { ...revealing(), vault: null } }),
    ).rejects.toMatchObject(gone);
    const { keeper: _, ...without } = at();
    const old = await createKey({ name: 'old' }, person, FROM, without);
    await expect(reveal(old.apiKey.id)).rejects.toMatchObject(gone);
  });

  test('for somebody else of the tenant, with whatever scopes', async () => {
    const { apiKey } = await make();
    await expect(reveal(apiKey.id, { ...person, userId: 'another' })).rejects.toMatchObject(gone);
    expect(trail).toEqual([]);
  });

  test('for a key that is revoked, disabled or expired', async () => {
    const revoked = (await make()).apiKey;
    await revokeKey(revoked.id, person, FROM, at());
    await expect(reveal(revoked.id)).rejects.toMatchObject(gone);
    const disabled = (await make()).apiKey;
    await stores.keys.change(disabled, { state: 'disabled' }, { actor: 'a', requestId: 'r' }, NOW);
    await expect(reveal(disabled.id)).rejects.toMatchObject(gone);
    const brief = (await make(person, { expiry: { field: 'expires_at', at: NOW + 60 } })).apiKey;
    await expect(reveal(brief.id, person, { context: revealing(NOW + 60) })).rejects.toMatchObject(gone);
  });

  test('for the key before a rotation: what is kept then is the new one, of who rotated it', async () => {
    const { apiKey } = await make();
    const stale = kept.get(place(apiKey.id));
    const other = { ...person, userId: 'another' };
    const request = { graceSeconds: 3600, keepPrevious: false };
    const { key } = await rotateKey({ id: apiKey.id, request, caller: other, from: FROM }, at(NOW + 60));
    expect(await reveal(apiKey.id, other)).toBe(key);
    await expect(reveal(apiKey.id)).rejects.toMatchObject(gone);
    // Whatever is left of the old one is not shown, though it works for another hour.
    if (stale !== undefined) kept.set(place(apiKey.id), stale);
    await expect(reveal(apiKey.id)).rejects.toMatchObject(gone);
  });
});

describe('nobody sees more than they have', () => {
  test('a key of another workspace or tenant is a 404', async () => {
    const { apiKey } = await make();
    await expect(reveal(apiKey.id, { ...person, workspaceId: 'w2' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(reveal(apiKey.id, person, { workspaceId: 'w2' })).rejects.toMatchObject({
      code: 'not_found',
    });
    const { tenantId, workspaceId } = await storeTenant(stores);
    await expect(reveal(apiKey.id, { ...person, tenantId, workspaceId })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('scopes and environment must cover the key’s, also of who made it', async () => {
    const { apiKey } = await make(person, { scopes: ['read', 'admin'] });
    await expect(reveal(apiKey.id, { ...person, scopes: ['read'] })).rejects.toMatchObject({
      code: 'exceeds_own_rights',
    });
    const live = await tenant.createKey({ environment: 'live', scopes: ['read'] });
    const test = await tenant.createKey({ environment: 'test', scopes: ['admin'] });
    await expect(reveal(live.apiKey.id, program(test.apiKey))).rejects.toMatchObject({
      code: 'exceeds_own_rights',
    });
  });

  test('a ciphertext of another tenant or key opens nothing', async () => {
    const [one, other] = [await make(), await make()];
    const foreign = kept.get(place(other.apiKey.id));
    const own = kept.get(place(one.apiKey.id));
    if (foreign === undefined || own === undefined) throw new Error('Nothing was kept.');
    kept.set(place(one.apiKey.id), { ...own, ciphertext: foreign.ciphertext });
    await expect(reveal(one.apiKey.id)).rejects.toThrow('another context');
  });
});

test('what becomes of a key leaves alone what another tenant keeps of a key of the same id', async () => {
  const { apiKey, key } = await make();
  // Who imports a key says its id, which may be that of another tenant's key.
  const image = (fields: Record<string, { S: string } | { N: string }>) => ({
    SK: { S: 'KEY' },
    [attribute.TENANT]: { S: 'another' },
    [attribute.KEY_ID]: { S: apiKey.id },
    [attribute.ENVIRONMENT]: { S: 'live' },
    [attribute.STATE]: { S: 'active' },
    [attribute.HASH]: { S: 'AAAA' },
    [attribute.EXPIRY]: { N: String(NOW + 60) },
    [attribute.USES]: { N: '0' },
    ...fields,
  });
  const settled = {
    keys: { settleRevoked: async () => {}, forget: async () => {}, names: async () => new Map() },
    accounts: { keepAddress: async () => {} },
    usageKeys: { register: async () => {} },
    clock: () => NOW,
    vault: {
      forget: async (tenantId: string, id: string) => void kept.delete(place(id, tenantId)),
      keepOnly: async (tenantId: string, id: string) => void kept.delete(place(id, tenantId)),
      moveEnd: async (tenantId: string, id: string, expiresAt: number | null) => {
        const one = kept.get(place(id, tenantId));
        if (one !== undefined) kept.set(place(id, tenantId), { ...one, expiresAt });
      },
    },
  };
  const before = kept.get(place(apiKey.id));
  for (const change of [
    { [attribute.STATE]: { S: 'revoked' } },
    { [attribute.HASH]: { S: 'BBBB' } },
    { [attribute.EXPIRY]: { N: String(NEVER) } },
  ])
    await settleKey({ dynamodb: { OldImage: image({}), NewImage: image(change) } }, settled);
  expect(kept.get(place(apiKey.id))).toEqual(before);
  expect(await reveal(apiKey.id)).toBe(key);
  expect(vaultKey('one', apiKey.id)).not.toEqual(vaultKey('another', apiKey.id));
});

test('a key that cannot be kept is made all the same, and shown once', async () => {
  const keeper = keyKeeper(
    {
      put: async () => {
        throw new Error('KMS is down');
      },
    },
    cipher,
  );
  const { apiKey, key } = await createKey({ name: 'k' }, person, FROM, { ...at(), keeper });
  expect(key).toMatch(/^nams_/);
  await expect(reveal(apiKey.id)).rejects.toMatchObject(gone);
});
