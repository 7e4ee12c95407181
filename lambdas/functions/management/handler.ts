import { deployment } from '#settings';
import { Facts } from '../../access/facts.ts';
import { DynamoKeyRecords } from '../../access/key-records-store.ts';
import { AuditTrail } from '../../audit/trail-store.ts';
import { DynamoClientStore } from '../../clients/client-store.ts';
import { serve } from '../../http/serve.ts';
import { DynamoClaimStore } from '../../idempotency/claim-store.ts';
import { systemClock } from '../../kernel/clock.ts';
import { tableCursors } from '../../kernel/cursor.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { deployedKeeper } from '../../keys/keeper-client.ts';
import { DynamoKeyStore } from '../../keys/key-store.ts';
import { workspaceRevocation } from '../../keys/revocation.ts';
import { DynamoAppStore } from '../../oauth/app-store.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { recentSignIns } from '../../sessions/recent-sign-in.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { DynamoSignInStore } from '../../signin/sign-in-store.ts';
import { managementRoutes } from '../../table/management.ts';
import { DynamoTenantStore } from '../../tenancy/tenant-store.ts';
import { DynamoWorkspaceStore } from '../../tenancy/workspace-store.ts';
import { DynamoUsageStore } from '../../usage/usage-store.ts';
import { profile } from '../profile.ts';

const table = new Table(variable('TABLE_NAME'));
const keys = {
  profile,
  deployment,
  keys: new DynamoKeyStore(table),
  clock: systemClock,
  ...(deployment.revealsKeys ? { keeper: deployedKeeper() } : {}),
};
const workspaces = new DynamoWorkspaceStore(table);
const sessions = new DynamoSessionStore(table);
const clients = { profile, deployment, clients: new DynamoClientStore(table), clock: systemClock };
const services: ServicesOf<typeof managementRoutes> = {
  claims: new DynamoClaimStore(table),
  keys,
  requireRecentSignIn: recentSignIns({ sessions, clock: systemClock }),
  clients,
  users: new DynamoAccountStore(table),
  sessions,
  signIns: new DynamoSignInStore(table),
  apps: new DynamoAppStore(table),
  clock: systemClock,
  workspaces: { workspaces, revokeKeys: workspaceRevocation(keys), clock: systemClock },
  profile,
  deployment,
  tenants: new DynamoTenantStore(table),
  verification: {
    ...keys,
    workspaces,
    records: new DynamoKeyRecords(table, table.name, new Facts(table, table.name)),
  },
  audit: new AuditTrail(table),
  cursors: tableCursors(table),
  usage: new DynamoUsageStore(table, deployment),
};

/** Serves the routes by which callers look at and manage what is theirs. */
export const handler = serve(managementRoutes, services, { profile, deployment });
