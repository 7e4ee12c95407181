import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import { createDynamoDbHttp } from '../../lambdas/kernel/dynamodb-http.ts';
import type { Item, ItemKey } from '../../lambdas/kernel/items.ts';
import type { RecordClient } from '../../lambdas/kernel/record-client.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { newKey } from '../../lambdas/keys/key-format.ts';
import { DynamoKeyStore } from '../../lambdas/keys/key-store.ts';
import { issueKey, type KeyIssue } from '../../lambdas/keys/keys.ts';
import { DynamoAccountStore } from '../../lambdas/people/account-store.ts';
import type { NewAccount } from '../../lambdas/people/accounts.ts';
import { DynamoSessionStore } from '../../lambdas/sessions/session-store.ts';
import { profile } from '../../profiles/default.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION, type Engine, startEngine } from './dynamodb-engine.ts';

/** A table on the embedded engine, with both clients that a decision can have, and what tests put into it. */

/** When tests begin: 12 seconds before the end of a counting window. */
export const NOW = 1_800_000_048;

export const ADDRESS = '192.0.2.7';

export const ORIGIN = { actor: 'user:u', requestId: 'r' };

export const TENANT = '0191aaaa-0000-7000-8000-000000000001';

export const WORKSPACE = '0191aaaa-0000-7000-8000-000000000002';

export const USER = '0191aaaa-0000-7000-8000-000000000003';

export interface TestStore {
  readonly engine: Engine;
  readonly table: Table;
  /** The authorizer's client. */
  readonly http: RecordClient;
  readonly keys: DynamoKeyStore;
  readonly sessions: DynamoSessionStore;
  readonly accounts: DynamoAccountStore;
  /** The item as it stands. */
  item(key: ItemKey): Promise<Item | undefined>;
  put(item: Item): Promise<void>;
  stop(): Promise<void>;
}

export async function startStore(): Promise<TestStore> {
  const engine = await startEngine();
  const { endpoint } = engine;
  const client = new DynamoDBClient({ endpoint, region: ENGINE_REGION, credentials: ENGINE_CREDENTIALS });
  const table = new Table(await engine.createTable(), client);
  return {
    engine,
    table,
    http: createDynamoDbHttp({
      endpoint,
      region: ENGINE_REGION,
      credentials: () => ENGINE_CREDENTIALS,
      // Two cores are shared by the engine and hundreds of parallel calls.
      deadlineMs: 20_000,
      attemptTimeoutMs: 20_000,
    }),
    keys: new DynamoKeyStore(table),
    sessions: new DynamoSessionStore(table),
    accounts: new DynamoAccountStore(table),
    item: (key) => table.get(key),
    put: (Item) => table.transact([{ Put: { Item } }]),
    async stop() {
      client.destroy();
      await engine.stop();
    },
  };
}

/** The clients by name, for `describe.each`: what holds of a decision holds with either. */
export const CLIENTS = [
  ['the authorizer’s client', ({ http }: TestStore): RecordClient => http],
  ['the SDK', ({ table }: TestStore): RecordClient => table],
] as const;

let emails = 0;

/** An account as onboarding makes it; ids are fixed unless given. */
export function newAccount(given: { tenantId?: string; email?: string; tier?: string } = {}): NewAccount {
  const tenantId = given.tenantId ?? crypto.randomUUID();
  const [workspaceId, userId] = [crypto.randomUUID(), crypto.randomUUID()];
  return {
    user: {
      userId,
      tenantId,
      email: given.email ?? `person${(emails += 1)}@example.com`,
      fullName: 'Ada',
      role: 'admin',
    },
    passwordHash: 'hash',
    heldUntil: null,
    tier: given.tier ?? 'free',
    sector: null,
    workspaceId,
    workspaceName: 'Default',
    key: newIssue({ tenantId, workspaceId }).issue,
    createdAt: NOW,
    origin: { actor: `user:${userId}`, requestId: 'r1' },
  };
}

/** A key and its record, not stored. */
export function newIssue(given: Partial<ApiKey> & { readonly lifetimeSeconds?: number | null } = {}): {
  readonly issue: KeyIssue;
  readonly key: string;
} {
  const { issue, key } = issueKey(
    {
      tenantId: TENANT,
      workspaceId: WORKSPACE,
      name: 'A key',
      environment: 'live',
      scopes: ['read', 'write'],
      lifetimeSeconds: null,
      allowedBlocks: [],
      metadata: {},
      createdBy: `user:${USER}`,
      ...given,
    },
    profile.keys,
    NOW,
  );
  return { key, issue: { ...issue, key: { ...issue.key, ...given } } };
}

/** A tenant with an account, one key besides its first, and room for more. */
export async function storeTenant(store: TestStore, given: { tier?: string } = {}) {
  const account = newAccount(given);
  await store.accounts.createAccount(account);
  const { tenantId } = account.user;
  return {
    account,
    tenantId,
    workspaceId: account.workspaceId,
    /** Creates a key of this tenant and gives it with its secret. */
    async createKey(
      wanted: Partial<ApiKey> = {},
    ): Promise<{ apiKey: ApiKey; key: string; hash: Uint8Array }> {
      const { issue, key } = newIssue({ tenantId, workspaceId: account.workspaceId, ...wanted });
      await store.keys.create(issue, 10_000, ORIGIN);
      return { apiKey: issue.key, key, hash: issue.hash };
    },
  };
}

/** Another key for the same record, as a rotation makes it. */
export const successor = (apiKey: ApiKey): string => newKey(profile.keys, apiKey.environment, apiKey.locator);

export const FOREVER = NEVER;
