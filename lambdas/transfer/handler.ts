import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { serve } from '../http/serve.ts';
import { type TransferServices, transferRoutes } from '../routes/transfer.ts';
import { AuditTrail } from '../store/audit-trail.ts';
import { DynamoImportStore } from '../store/import-store.ts';
import { DynamoKeyStore } from '../store/key-store.ts';
import { DynamoPeopleStore } from '../store/people-store.ts';
import { Table } from '../store/table.ts';
import { DynamoTenantStore } from '../store/tenant-store.ts';
import { DynamoWorkspaceStore } from '../store/workspace-store.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const services: TransferServices = {
  imports: {
    imports: new DynamoImportStore(table),
    workspaces: new DynamoWorkspaceStore(table),
    profile,
    clock: systemClock,
  },
  keys: { profile, deployment, keys: new DynamoKeyStore(table), clock: systemClock },
  tenants: new DynamoTenantStore(table),
  people: new DynamoPeopleStore(table),
  audit: new AuditTrail(table),
};

/** Serves export and import. */
export const handler = serve(transferRoutes, services, { profile, deployment });
