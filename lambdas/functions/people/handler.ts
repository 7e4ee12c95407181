import { profile } from '#profile';
import { DynamoBackoffStore } from '../../attempts/backoff-store.ts';
import { DynamoSourceStore } from '../../attempts/source-store.ts';
import { serve } from '../../http/serve.ts';
import { DynamoClaimStore } from '../../idempotency/claim-store.ts';
import { DynamoInvitationStore } from '../../invitations/invitation-store.ts';
import { systemClock } from '../../kernel/clock.ts';
import { tableCursors } from '../../kernel/cursor.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { recentSignIns } from '../../sessions/recent-sign-in.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { everyPeopleRoute } from '../../table/people.ts';
import { DynamoTenantStore } from '../../tenancy/tenant-store.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const sessions = new DynamoSessionStore(table);
const people = new DynamoPeopleStore(table, deployment.rights);
const shared = { people, accounts: new DynamoAccountStore(table), deployment, clock: systemClock };
const services: ServicesOf<typeof everyPeopleRoute> = {
  claims: new DynamoClaimStore(table),
  clock: systemClock,
  cursors: tableCursors(table),
  people: { ...shared, sessions, backoff: new DynamoBackoffStore(table) },
  inviting: {
    ...shared,
    invitations: new DynamoInvitationStore(table, people),
    tenants: new DynamoTenantStore(table),
    sources: new DynamoSourceStore(table),
    requireRecentSignIn: recentSignIns({ sessions, clock: systemClock }),
  },
};

/** Serves the people of a tenant, their passwords and invitations. */
export const handler = serve(everyPeopleRoute, services, { profile, deployment });
