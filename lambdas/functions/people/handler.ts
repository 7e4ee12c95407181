import { deployment } from '#settings';
import { accountContexts } from '../../account/account-store.ts';
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
import { DynamoLinkStore } from '../../mail/link-store.ts';
import { DynamoOutboxStore } from '../../mail/outbox-store.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { DynamoRecoveryStore } from '../../recovery/recovery-store.ts';
import { recentSignIns } from '../../sessions/recent-sign-in.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { DynamoSignInStore } from '../../signin/sign-in-store.ts';
import { everyPeopleRoute } from '../../table/people.ts';
import { DynamoTenantStore } from '../../tenancy/tenant-store.ts';
import { profile } from '../profile.ts';

const table = new Table(variable('TABLE_NAME'));
const sessions = new DynamoSessionStore(table);
const shared = {
  people: new DynamoPeopleStore(table, deployment.rights),
  accounts: new DynamoAccountStore(table),
  sessions,
  deployment,
  clock: systemClock,
};
const requireRecentSignIn = recentSignIns({ sessions, clock: systemClock });
const sources = new DynamoSourceStore(table);
const services: ServicesOf<typeof everyPeopleRoute> = {
  claims: new DynamoClaimStore(table),
  clock: systemClock,
  cursors: tableCursors(table),
  requireRecentSignIn,
  people: { ...shared, backoff: new DynamoBackoffStore(table) },
  personSessions: {
    ...shared,
    ownSessions: { sessions, signIns: new DynamoSignInStore(table), clock: systemClock },
  },
  inviting: {
    ...shared,
    invitations: new DynamoInvitationStore(table, shared.people),
    tenants: new DynamoTenantStore(table),
    sources,
    requireRecentSignIn,
  },
  recovery: {
    ...shared,
    recovery: new DynamoRecoveryStore(table),
    links: new DynamoLinkStore(table),
    outbox: new DynamoOutboxStore(table),
    sources,
    requireRecentSignIn,
  },
  ...accountContexts(table, { profile, deployment, url: variable('ISSUER'), clock: systemClock }),
};

/** Serves the people of a tenant, their passwords, invitations and own accounts. */
export const handler = serve(everyPeopleRoute, services, { profile, deployment });
