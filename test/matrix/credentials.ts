import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { importJWK, SignJWT } from 'jose';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { coversScope, type Scope } from '../../lambdas/contract/scopes.ts';
import { DynamoFactorStore } from '../../lambdas/factors/factor-store.ts';
import type { Passkey } from '../../lambdas/factors/factors.ts';
import { keyRecordKey, sessionKey, tenantKey } from '../../lambdas/kernel/item-keys.ts';
import { N } from '../../lambdas/kernel/items.ts';
import { newKey, newLocator, parseKey } from '../../lambdas/keys/key-format.ts';
import { signingKey } from '../../lambdas/signing/keyset.ts';
import { connectApp } from '../support/connected-app.ts';
import { rightsIn } from '../support/deployment.ts';
import { signedInAgo } from '../support/recent-session.ts';
import {
  type Account,
  bearer,
  contents,
  expectStatus,
  keyHeader,
  PASSWORD,
  type TestStack,
} from '../support/stack.ts';

/** Every kind of credential that a call can carry, good and dead, of one deployment. */
export interface Tenant {
  readonly account: Account;
  readonly token: string;
  /** A key with every scope. */
  readonly key: string;
}

/** What the cases of the matrix need, made once: through the API where it can be, else by writing an item. */
export interface World {
  /** The headers in which the profile takes a key. */
  present(key: string): Readonly<Record<string, string>>;
  readonly ada: Tenant;
  readonly other: Tenant;
  readonly limited: Tenant;
  readonly suspended: Pick<Tenant, 'account' | 'token'>;
  readonly unknownKey: string;
  readonly forgedSecret: string;
  readonly forgedChecksum: string;
  readonly expiredKey: string;
  readonly revokedKey: string;
  readonly disabledKey: string;
  readonly distantKey: string;
  readonly endedToken: string;
  readonly expiredToken: string;
  readonly forgedToken: string;
  readonly viewerToken: string;
  /** A key without the scope, and with all others that do not include it; none where all include it. */
  readonly keyWithout: Readonly<Partial<Record<Scope, string>>>;
  /** An administrator of Ada's tenant whom nobody else is: what they do to themselves, they do to nobody else. */
  freshPerson(): Promise<{ readonly token: string; readonly email: string }>;
  /** The one administrator of a tenant that nobody else uses, and its name. */
  freshTenant(): Promise<{ readonly token: string; readonly name: string }>;
  /** The id of a thing that nobody else uses; for a key, of one that it may see. */
  freshId(collection: Collection, kind: string): Promise<string>;
  /** As {@link World.freshId}, the same for all: of a thing that nobody removes. */
  sharedId(collection: Collection, kind: string): Promise<string>;
  /** Things of another tenant. */
  readonly foreignIds: Readonly<Record<Collection, string>>;
}

/** What an `{id}` can name, by the path before it. */
export const COLLECTIONS = [
  'api-keys',
  'users',
  'workspaces',
  'sessions',
  'clients',
  'apps',
  'factors',
  'invitations',
] as const;

export type Collection = (typeof COLLECTIONS)[number];

/** A tier whose every credential has one request a minute. */
export const TIGHT_TIER = 'tight';

export async function createWorld(stack: TestStack, profile: Profile): Promise<World> {
  const { inclusion } = rightsIn(profile);
  const all = Object.keys(inclusion);
  const tenant = async (): Promise<Tenant> => {
    const account = await stack.onboard();
    const token = await stack.logIn(account);
    const { key } = await stack.createKey(token, { scopes: all });
    return { account, token, key };
  };
  const [ada, other, limited] = [await tenant(), await tenant(), await tenant()];
  // Longer ago than ten minutes it would be, by the last of the rows.
  for (const { token } of [ada, other, limited]) await signedInAgo(stack.table, token, -86_400);
  const suspendedAccount = await stack.onboard();
  const suspended = { account: suspendedAccount, token: await stack.logIn(suspendedAccount) };
  await setTenant(stack, suspended.account, 'SET #field = :value', 'state', 'suspended');
  const setOrigins = {
    UpdateExpression: 'SET embedOrigins = :origins',
    ExpressionAttributeValues: { ':origins': { SS: ['https://app.example.com'] } },
  };
  for (const { account } of [ada, other]) await stack.table.update(tenantKey(account.tenantId), setOrigins);
  await setTenant(stack, limited.account, 'SET #field = :value', 'tier', TIGHT_TIER);

  const expired = await stack.createKey(ada.token, { scopes: all });
  await stack.table.update(keyRecordKey(parseKey(profile.keys, expired.key)?.locator ?? ''), {
    UpdateExpression: 'SET xa = :past',
    ExpressionAttributeValues: { ':past': N(Math.floor(Date.now() / 1000) - 1) },
  });
  const revoked = await stack.createKey(ada.token, { scopes: all });
  expectStatus(
    await stack.send(`DELETE ${stack.path('listKeys')}/${revoked.id}`, { headers: bearer(ada.token) }),
    200,
  );
  const disabled = await stack.createKey(ada.token, { scopes: all });
  const disable = { headers: bearer(ada.token), json: { enabled: false } };
  expectStatus(await stack.send(`PATCH ${stack.path('listKeys')}/${disabled.id}`, disable), 200);
  const distant = await stack.createKey(ada.token, {
    scopes: all,
    allowed_ips: ['203.0.113.0/24'],
  });
  const endedToken = await stack.logIn(ada.account);
  expectStatus(await stack.send('POST /v1/auth/logout', { headers: bearer(endedToken) }), 200);
  const viewerToken = await stack.logIn(ada.account);
  await stack.table.update(sessionKey(claimsOf(viewerToken).sid), {
    UpdateExpression: 'SET rol = :role',
    ExpressionAttributeValues: { ':role': { S: 'viewer' } },
  });
  const without = async (scope: Scope) => {
    const scopes = all.filter((each) => !coversScope([each], scope, inclusion));
    return scopes.length === 0 ? [] : [[scope, (await stack.createKey(ada.token, { scopes })).key] as const];
  };
  const keyWithout = Object.fromEntries((await Promise.all(all.map(without))).flat());
  const locator = parseKey(profile.keys, ada.key)?.locator ?? '';
  // The limited tenant's facts were read with its first tier, and are believed for two seconds.
  await sleep(2100);

  const shared = new Map<string, Promise<string>>();
  const freshId: World['freshId'] = async (collection, kind) => {
    switch (collection) {
      case 'api-keys':
        return (await stack.createKey(ada.token)).id;
      case 'users':
        return (await freshPerson(stack, ada)).id;
      case 'sessions':
        return claimsOf(await stack.logIn(ada.account)).sid;
      case 'clients':
        return createClient(stack, ada.token);
      case 'apps':
        return connectApp(stack, ada.account);
      case 'factors':
        return addPasskey(stack, ada.account);
      case 'invitations':
        return inviteSomebody(stack, ada.token);
      case 'workspaces': {
        if (kind === 'key') return ada.account.workspaceId;
        const created = { headers: bearer(ada.token), json: { name: 'of the matrix' } };
        return contents(expectStatus(await stack.send('POST /v1/workspaces', created), 201)).id;
      }
    }
  };

  return {
    present: (key) => keyHeader(profile, key),
    ada,
    other,
    limited,
    suspended,
    unknownKey: newKey(profile.keys, 'live', newLocator()),
    forgedSecret: newKey(profile.keys, 'live', locator),
    forgedChecksum: withOtherEnd(ada.key),
    expiredKey: expired.key,
    revokedKey: revoked.key,
    disabledKey: disabled.key,
    distantKey: distant.key,
    endedToken,
    expiredToken: await expiredCopy(stack, ada.token),
    forgedToken: withOtherEnd(ada.token),
    viewerToken,
    keyWithout,
    freshPerson: () => freshPerson(stack, ada),
    freshTenant: async () => {
      const token = await stack.logIn(await stack.onboard());
      const request = { headers: bearer(token) };
      const { name } = contents(
        expectStatus(await stack.send(`GET ${stack.path('getTenant')}`, request), 200),
      );
      return { token, name };
    },
    freshId,
    sharedId: (collection, kind) => {
      const name = `${collection} of a ${kind}`;
      const id = shared.get(name) ?? freshId(collection, kind);
      shared.set(name, id);
      return id;
    },
    foreignIds: {
      'api-keys': other.account.keyId,
      users: other.account.userId,
      workspaces: other.account.workspaceId,
      sessions: claimsOf(other.token).sid,
      clients: await createClient(stack, other.token),
      apps: await connectApp(stack, other.account),
      factors: await addPasskey(stack, other.account),
      invitations: await inviteSomebody(stack, other.token),
    },
  };
}

/** A passkey of an account's administrator, of which their row tells nothing: they log in without it. */
export async function addPasskey(
  stack: Pick<TestStack, 'table'>,
  { tenantId, userId }: Pick<Account, 'tenantId' | 'userId'>,
): Promise<string> {
  const factors = new DynamoFactorStore(stack.table);
  const passkey = (id: string): Passkey => ({
    id,
    name: 'of the matrix',
    publicKey: '',
    counter: 0,
    transports: [],
    isSynced: false,
    isBackedUp: false,
    createdAt: 1,
    lastUsedAt: null,
  });
  for (;;) {
    const before = await factors.find({ tenantId, userId });
    const id = randomUUID();
    const passkeys = [...before.passkeys.slice(-5), passkey(id)];
    // The store writes what has changed: that there is one has not.
    const had = { ...before, passkeys: before.passkeys.length === 0 ? [passkey('-')] : before.passkeys };
    if (await factors.change({ before: had, after: { ...before, passkeys } })) return id;
  }
}

/** An invitation of a tenant; gives its id. */
export async function inviteSomebody(stack: TestStack, token: string): Promise<string> {
  const json = { email: `invited-${randomUUID()}@example.com` };
  const created = await stack.send('POST /v1/invitations', { headers: bearer(token), json });
  return contents(expectStatus(created, 201)).id;
}

/** An OAuth client with a secret, for the people of whoever makes it; gives its id. */
export async function createClient(stack: TestStack, token: string): Promise<string> {
  const json = {
    name: 'of the matrix',
    redirect_uris: ['https://app.example/cb'],
    token_endpoint_auth_method: 'client_secret_basic',
  };
  return contents(expectStatus(await stack.send('POST /v1/clients', { headers: bearer(token), json }), 201))
    .id;
}

let persons = 0;

/** An administrator of a tenant whom nobody else uses. */
async function freshPerson(stack: TestStack, { account, token }: Tenant) {
  const email = `fresh${(persons += 1)}.${account.email}`;
  const json = { email, password: PASSWORD, role: 'admin' };
  const created = await stack.send('POST /v1/users', { headers: bearer(token), json });
  return {
    id: contents(expectStatus(created, 201)).id as string,
    email,
    token: await stack.logIn({ ...account, email }),
  };
}

async function setTenant(
  stack: TestStack,
  { tenantId }: Account,
  UpdateExpression: string,
  field: string,
  value: string,
): Promise<void> {
  await stack.table.update(tenantKey(tenantId), {
    UpdateExpression,
    ExpressionAttributeNames: { '#field': field },
    ExpressionAttributeValues: { ':value': { S: value } },
  });
}

// biome-ignore lint/suspicious/noExplicitAny: claims, as a test reads them.
export function claimsOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** The same with another end: a checksum, or the middle of a signature, that does not fit. */
function withOtherEnd(credential: string): string {
  const at = credential.length - 4;
  return `${credential.slice(0, at)}${credential[at] === 'A' ? 'B' : 'A'}${credential.slice(at + 1)}`;
}

/** A token as we signed it an hour and more ago. */
async function expiredCopy(stack: TestStack, token: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const key = signingKey(await stack.keyset(), 'token', now);
  if (key === undefined) throw new Error('The deployment has no signing key.');
  return new SignJWT({ ...claimsOf(token), iat: now - 100, exp: now - 10 })
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt' })
    .sign(await importJWK(key.jwk, key.algorithm));
}
