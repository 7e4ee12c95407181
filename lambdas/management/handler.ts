import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { serve } from '../http/serve.ts';
import { type ManagementServices, managementRoutes } from '../routes/management.ts';
import { DynamoAccountStore } from '../store/account-store.ts';
import { DynamoKeyStore } from '../store/key-store.ts';
import { DynamoSessionStore } from '../store/session-store.ts';
import { Table } from '../store/table.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const services: ManagementServices = {
  keys: { profile, deployment, keys: new DynamoKeyStore(table), clock: systemClock },
  users: new DynamoAccountStore(table),
  sessions: new DynamoSessionStore(table),
};

/** Serves the routes by which callers look at and manage what is theirs. */
export const handler = serve(managementRoutes, services, { profile, deployment });
