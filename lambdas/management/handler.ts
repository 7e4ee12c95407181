import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { serve } from '../http/serve.ts';
import { type ManagementServices, managementRoutes } from '../routes/management.ts';
import { DynamoAccountStore } from '../store/account-store.ts';
import { AuditTrail } from '../store/audit-trail.ts';
import { DynamoDecisionStore } from '../store/decision-store.ts';
import { Facts } from '../store/facts.ts';
import { DynamoKeyStore } from '../store/key-store.ts';
import { DynamoSessionStore } from '../store/session-store.ts';
import { Table } from '../store/table.ts';
import { DynamoTenantStore } from '../store/tenant-store.ts';
import { DynamoUsageStore } from '../store/usage-store.ts';
import { DynamoWorkspaceStore } from '../store/workspace-store.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const keys = { profile, deployment, keys: new DynamoKeyStore(table), clock: systemClock };
const workspaces = new DynamoWorkspaceStore(table);
const services: ManagementServices = {
  keys,
  users: new DynamoAccountStore(table),
  sessions: new DynamoSessionStore(table),
  clock: systemClock,
  workspaces: { workspaces, keys: keys.keys, clock: systemClock },
  tenants: new DynamoTenantStore(table),
  verification: {
    ...keys,
    workspaces,
    records: new DynamoDecisionStore(table, table.name, new Facts(table, table.name)),
  },
  audit: new AuditTrail(table),
  usage: new DynamoUsageStore(table),
};

/** Serves the routes by which callers look at and manage what is theirs. */
export const handler = serve(managementRoutes, services, { profile, deployment });
