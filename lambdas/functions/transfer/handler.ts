import { deployment } from '#settings';
import { AuditTrail } from '../../audit/trail-store.ts';
import { serve } from '../../http/serve.ts';
import { systemClock } from '../../kernel/clock.ts';
import { tableCursors } from '../../kernel/cursor.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoKeyStore } from '../../keys/key-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { recentSignIns } from '../../sessions/recent-sign-in.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { DynamoTenantStore } from '../../tenancy/tenant-store.ts';
import { DynamoWorkspaceStore } from '../../tenancy/workspace-store.ts';
import { DynamoImportStore } from '../../transfer/import-store.ts';
import { type TransferServices, transferRoutes } from '../../transfer/rows.ts';
import { profile } from '../profile.ts';

const table = new Table(variable('TABLE_NAME'));
const services: TransferServices = {
  imports: {
    imports: new DynamoImportStore(table),
    workspaces: new DynamoWorkspaceStore(table),
    profile,
    deployment,
    clock: systemClock,
  },
  keys: { profile, deployment, keys: new DynamoKeyStore(table), clock: systemClock },
  tenants: new DynamoTenantStore(table),
  people: new DynamoPeopleStore(table, deployment.rights),
  audit: new AuditTrail(table),
  cursors: tableCursors(table),
  requireRecentSignIn: recentSignIns({ sessions: new DynamoSessionStore(table), clock: systemClock }),
};

/** Serves export and import. */
export const handler = serve(transferRoutes, services, { profile, deployment });
