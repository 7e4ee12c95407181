import { Facts } from '../../lambdas/access/facts.ts';
import { DynamoKeyRecords } from '../../lambdas/access/key-records-store.ts';
import { DynamoBackoffStore } from '../../lambdas/attempts/backoff-store.ts';
import { DynamoSourceStore } from '../../lambdas/attempts/source-store.ts';
import { DynamoClientStore } from '../../lambdas/clients/client-store.ts';
import { DynamoFactorStore } from '../../lambdas/factors/factor-store.ts';
import { DynamoPendingStore } from '../../lambdas/factors/pending-store.ts';
import { DynamoClaimStore } from '../../lambdas/idempotency/claim-store.ts';
import { DynamoInvitationStore } from '../../lambdas/invitations/invitation-store.ts';
import type { Item, ItemKey } from '../../lambdas/kernel/items.ts';
import type { RecordClient } from '../../lambdas/kernel/record-client.ts';
import { Table } from '../../lambdas/kernel/table.ts';
import { DynamoKeyStore } from '../../lambdas/keys/key-store.ts';
import { DynamoLinkStore } from '../../lambdas/mail/link-store.ts';
import { DynamoOutboxStore } from '../../lambdas/mail/outbox-store.ts';
import { DynamoAppStore } from '../../lambdas/oauth/app-store.ts';
import { DynamoCodeStore } from '../../lambdas/oauth/code-store.ts';
import { DynamoDeviceStore } from '../../lambdas/oauth/device-store.ts';
import { DynamoAccountStore } from '../../lambdas/people/account-store.ts';
import { DynamoExchangeStore } from '../../lambdas/people/exchange-store.ts';
import { DynamoLoginStartStore } from '../../lambdas/people/login-start-store.ts';
import { DynamoPeopleStore } from '../../lambdas/people/people-store.ts';
import { DynamoFlowStore } from '../../lambdas/providers/flow-store.ts';
import { DynamoRecoveryStore } from '../../lambdas/recovery/recovery-store.ts';
import { DynamoRefreshStore } from '../../lambdas/sessions/refresh-store.ts';
import { DynamoSessionStore } from '../../lambdas/sessions/session-store.ts';
import { DynamoSignInStore } from '../../lambdas/signin/sign-in-store.ts';
import { ControlStore } from '../../lambdas/signing/control-store.ts';
import { DynamoTenantStore } from '../../lambdas/tenancy/tenant-store.ts';
import { DynamoWorkspaceStore } from '../../lambdas/tenancy/workspace-store.ts';
import { DynamoImportStore } from '../../lambdas/transfer/import-store.ts';
import { RIGHTS } from './deployment.ts';
import { type Engine, engineClient, startEngine } from './dynamodb-engine.ts';
import type { Stores } from './tenants.ts';

export * from './tenants.ts';

/** A table on the embedded engine, with the stores on it and both ways in which a decision can call it. */
export interface TestStore extends Stores {
  readonly engine: Engine;
  readonly table: Table;
  /** The authorizer's client. */
  readonly http: RecordClient;
  readonly keys: DynamoKeyStore;
  readonly accounts: DynamoAccountStore;
  /** @param client @default the authorizer's own */
  decisions(client?: RecordClient): DynamoKeyRecords;
  /** The item as it stands. */
  item(key: ItemKey): Promise<Item | undefined>;
  put(item: Item): Promise<void>;
  stop(): Promise<void>;
}

export async function startStore(): Promise<TestStore> {
  const engine = await startEngine();
  const http = engineClient(engine.endpoint);
  const table = new Table(await engine.createTable(), http);
  return {
    engine,
    table,
    http,
    accounts: new DynamoAccountStore(table),
    apps: new DynamoAppStore(table),
    starts: new DynamoLoginStartStore(table),
    backoff: new DynamoBackoffStore(table),
    codes: new DynamoCodeStore(table),
    devices: new DynamoDeviceStore(table),
    claims: new DynamoClaimStore(table),
    clients: new DynamoClientStore(table),
    factors: new DynamoFactorStore(table),
    pending: new DynamoPendingStore(table),
    exchange: new DynamoExchangeStore(table),
    flows: new DynamoFlowStore(table),
    imports: new DynamoImportStore(table),
    invitations: new DynamoInvitationStore(table, new DynamoPeopleStore(table, RIGHTS)),
    keys: new DynamoKeyStore(table),
    links: new DynamoLinkStore(table),
    outbox: new DynamoOutboxStore(table),
    people: new DynamoPeopleStore(table, RIGHTS),
    recovery: new DynamoRecoveryStore(table),
    refreshTokens: new DynamoRefreshStore(table),
    sessions: new DynamoSessionStore(table),
    signIns: new DynamoSignInStore(table),
    sources: new DynamoSourceStore(table),
    tenants: new DynamoTenantStore(table),
    workspaces: new DynamoWorkspaceStore(table),
    decisions: (by = http) => new DynamoKeyRecords(by, table.name, new Facts(by, table.name)),
    publish: (version, keys) => new ControlStore(table).publish(version, keys),
    item: (key) => table.get(key),
    put: (Item) => table.transact([{ Put: { Item } }]),
    stop: () => engine.stop(),
  };
}

/** The ways by name, for `describe.each`: what holds of a decision holds with either. */
export const CLIENTS = [
  ['the authorizer’s client', ({ http }: TestStore): RecordClient => http],
  ['the functions’ table', ({ table }: TestStore): RecordClient => table],
] as const;
