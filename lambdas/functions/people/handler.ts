import { profile } from '#profile';
import { DynamoBackoffStore } from '../../attempts/backoff-store.ts';
import { serve } from '../../http/serve.ts';
import { DynamoClaimStore } from '../../idempotency/claim-store.ts';
import { systemClock } from '../../kernel/clock.ts';
import { tableCursors } from '../../kernel/cursor.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { type PeopleServices, peopleRoutes } from '../../people/rows.ts';
import { recentSignIns } from '../../sessions/recent-sign-in.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const sessions = new DynamoSessionStore(table);
const services: PeopleServices = {
  claims: new DynamoClaimStore(table),
  clock: systemClock,
  cursors: tableCursors(table),
  requireRecentSignIn: recentSignIns({ sessions, clock: systemClock }),
  people: {
    people: new DynamoPeopleStore(table, deployment.rights),
    accounts: new DynamoAccountStore(table),
    sessions,
    backoff: new DynamoBackoffStore(table),
    deployment,
    clock: systemClock,
  },
};

/** Serves the people of a tenant and their passwords. */
export const handler = serve(peopleRoutes, services, { profile, deployment });
