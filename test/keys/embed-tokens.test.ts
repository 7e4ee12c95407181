import { decodeJwt } from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../lambdas/kernel/caller.ts';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { createEmbedToken } from '../../lambdas/keys/embed-tokens.ts';
import { createKey, findKey, type KeyContext, listKeys, updateKey } from '../../lambdas/keys/keys.ts';
import { revokeKey } from '../../lambdas/keys/revocation.ts';
import { rotateKey } from '../../lambdas/keys/rotation.ts';
import { EMPTY_KEYSET, nextKeyset } from '../../lambdas/signing/keyset.ts';
import { Signer } from '../../lambdas/signing/signer.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW, ORIGIN, storeTenant } from '../support/tenants.ts';

const FROM = { requestId: 'r' };
const PAGE = 'https://app.example.com';
const stores = memoryStores();
let signer: Signer;
let tenant: Awaited<ReturnType<typeof storeTenant>>;
let person: Extract<Caller, { kind: 'user' }>;

beforeAll(async () => {
  const keyset = await nextKeyset(EMPTY_KEYSET, { tokenAlgorithm: 'ES256', tokenSeconds: 900 }, NOW);
  signer = new Signer(
    async () => keyset,
    'https://api.example.com',
    () => NOW,
  );
});
beforeEach(async () => {
  tenant = await storeTenant(stores);
  await stores.tenants.change(tenant.tenantId, { embedOrigins: [PAGE] }, ORIGIN, NOW);
  const { tenantId, workspaceId } = tenant;
  person = {
    kind: 'user',
    tenantId,
    workspaceId,
    userId: tenant.account.user.userId,
    sessionId: 's',
    role: 'admin',
    scopes: ['admin'],
    environment: 'live',
  };
});

const ask = (
  caller: Caller,
  { scopes = ['read'], workspaceId = caller.workspaceId, subject = null as string | null } = {},
  credential: Parameters<typeof createEmbedToken>[1] = { kind: 'token', token: 'a.b.c' },
) =>
  createEmbedToken({ workspaceId, scopes, subject }, credential, caller, {
    profile,
    deployment: DEPLOYMENT,
    signer,
    tenant: (tenantId) => stores.decisions().tenant(tenantId, NOW),
  });

describe('an embed token', () => {
  test('of a person names their session, any workspace of theirs, the scopes and whom the page acts for', async () => {
    const workspaceId = await secondWorkspace();
    const claims = decodeJwt(await ask(person, { scopes: ['read', 'write'], workspaceId, subject: 'c-7' }));
    expect(claims).toMatchObject({
      sub: person.userId,
      sid: 's',
      tid: tenant.tenantId,
      wid: workspaceId,
      scope: 'read write',
      lbl: 'c-7',
      aud: 'latchkey-embed',
      exp: NOW + 600,
    });
  });

  test('of a key names its record, and neither the key nor its hash', async () => {
    const { apiKey, key } = await tenant.createKey({ scopes: ['admin'] });
    const token = await ask(asKey(apiKey), {}, { kind: 'key', key });
    expect(decodeJwt(token)).toMatchObject({ sub: apiKey.id, tid: tenant.tenantId, scope: 'read' });
    expect(JSON.stringify(decodeJwt(token))).not.toContain(key.slice(-20));
  });

  test('is not given with scopes that manage, that are not declared, or that its maker has not', async () => {
    await expect(ask(person, { scopes: ['read', 'admin'] })).rejects.toMatchObject({
      code: 'invalid_field',
      fields: [{ field: 'scopes', message: 'must not have admin, which manages: no page is given that' }],
    });
    await expect(ask(person, { scopes: ['fly'] })).rejects.toMatchObject({ code: 'invalid_field' });
    await expect(ask({ ...person, scopes: ['read'] }, { scopes: ['write'] })).rejects.toMatchObject({
      code: 'exceeds_own_rights',
    });
  });

  test('is not given for another tenant’s workspace, nor to a key for another than its own', async () => {
    const other = await storeTenant(stores);
    const missing = { code: 'not_found' };
    await expect(ask(person, { workspaceId: other.workspaceId })).rejects.toMatchObject(missing);
    await expect(ask(person, { workspaceId: 'none' })).rejects.toMatchObject(missing);
    const { apiKey, key } = await tenant.createKey({ scopes: ['admin'] });
    const elsewhere = ask(
      { ...asKey(apiKey), workspaceId: 'another' },
      { workspaceId: tenant.workspaceId },
      { kind: 'key', key },
    );
    await expect(elsewhere).rejects.toMatchObject(missing);
  });

  test('is not given to a key’s token, nor to an app that acts for a person: nobody stays in by renewing', async () => {
    const { apiKey } = await tenant.createKey({ scopes: ['admin'] });
    await expect(ask(asKey(apiKey))).rejects.toMatchObject({ code: 'key_required' });
    await expect(ask({ ...person, clientId: 'app' })).rejects.toMatchObject({ code: 'key_required' });
  });

  test('is not given while no page could use it, and the error says what to do', async () => {
    await stores.tenants.change(tenant.tenantId, { embedOrigins: [] }, ORIGIN, NOW);
    await expect(ask(person)).rejects.toMatchObject({
      code: 'conflicting_state',
      message: expect.stringContaining('PATCH /v1/tenant, embed_origins'),
    });
  });
});

describe('a page with an embed token', () => {
  const context: KeyContext = { profile, deployment: DEPLOYMENT, keys: stores.keys, clock: () => NOW };
  const EMBED = { scopes: ['read'], embed: { subject: 'customer-7' } };
  const page = (): Caller => ({ ...person, ...EMBED });
  const change = (id: string, request: object) =>
    updateKey({ id, request, caller: page(), from: FROM }, context);
  const rotate = (id: string, caller = page()) =>
    rotateKey({ id, request: { graceSeconds: 0, keepPrevious: false }, caller, from: FROM }, context);
  const beyond = { code: 'exceeds_own_rights' };
  const missing = { code: 'not_found' };

  test('gives keys the scopes of the token and no others, by creating or changing them', async () => {
    const { apiKey } = await createKey({ name: 'A' }, page(), FROM, context);
    expect(apiKey).toMatchObject({ scopes: ['read'], workspaceId: tenant.workspaceId });
    for (const scopes of [['write'], ['admin'], ['read', 'admin']]) {
      await expect(createKey({ name: 'B', scopes }, page(), FROM, context)).rejects.toMatchObject(beyond);
      await expect(change(apiKey.id, { scopes })).rejects.toMatchObject(beyond);
    }
    expect(await change(apiKey.id, { name: 'C' })).toMatchObject({ name: 'C' });
    expect((await rotate(apiKey.id)).apiKey.id).toBe(apiKey.id);
    expect(await revokeKey(apiKey.id, page(), FROM, context)).toMatchObject({ state: 'revoked' });
  });

  test('neither sees nor touches a key that has more, not even the one that its token was made with', async () => {
    const { apiKey: maker } = await tenant.createKey({ scopes: ['admin'] });
    const { apiKey: wider } = await tenant.createKey({ scopes: ['read', 'write'] });
    for (const caller of [page(), { ...asKey(maker), ...EMBED }])
      for (const { id } of [maker, wider]) {
        await expect(findKey(id, caller, context)).rejects.toMatchObject(missing);
        await expect(revokeKey(id, caller, FROM, context)).rejects.toMatchObject(missing);
        await expect(rotate(id, caller)).rejects.toMatchObject(missing);
        const edit = updateKey({ id, request: { enabled: false }, caller, from: FROM }, context);
        await expect(edit).rejects.toMatchObject(missing);
        const { keys } = await listKeys(caller, { limit: 50, after: undefined }, context);
        expect(keys.map((key) => key.id)).not.toContain(id);
      }
    // The key itself may.
    await revokeKey(maker.id, asKey(maker), FROM, context);
  });

  test('finds and makes keys in its own workspace alone, also where a person made its token', async () => {
    const other = await secondWorkspace();
    const { apiKey } = await tenant.createKey({ workspaceId: other, scopes: ['read'] });
    await expect(findKey(apiKey.id, page(), context)).rejects.toMatchObject(missing);
    await expect(revokeKey(apiKey.id, page(), FROM, context)).rejects.toMatchObject(missing);
    await expect(rotate(apiKey.id)).rejects.toMatchObject(missing);
    await expect(change(apiKey.id, { name: 'X' })).rejects.toMatchObject(missing);
    const named = { limit: 50, after: undefined, workspaceId: other };
    await expect(listKeys(page(), named, context)).rejects.toMatchObject(missing);
    await expect(createKey({ name: 'D', workspaceId: other }, page(), FROM, context)).rejects.toMatchObject(
      missing,
    );
    const { apiKey: own } = await tenant.createKey({ scopes: ['read'] });
    const { keys } = await listKeys(page(), { limit: 50, after: undefined }, context);
    expect(keys.map(({ id }) => id)).toEqual([own.id]);
  });
});

function asKey({ id, tenantId, workspaceId, scopes, environment }: ApiKey): Extract<Caller, { kind: 'key' }> {
  return { kind: 'key', keyId: id, tenantId, workspaceId, scopes, environment };
}

async function secondWorkspace(): Promise<string> {
  const { tenantId } = tenant;
  const id = crypto.randomUUID();
  const workspace = {
    id,
    tenantId,
    name: 'Second',
    state: 'active',
    keys: 0,
    isDefault: false,
    createdAt: NOW,
  } as const;
  await stores.workspaces.create(workspace, ORIGIN);
  return id;
}
