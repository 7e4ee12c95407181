import { profile } from '#profile';
import { accountContexts } from '../../account/account-store.ts';
import { DynamoBackoffStore } from '../../attempts/backoff-store.ts';
import { serve } from '../../http/serve.ts';
import { DynamoClaimStore } from '../../idempotency/claim-store.ts';
import { systemClock } from '../../kernel/clock.ts';
import { tableCursors } from '../../kernel/cursor.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { recentSignIns } from '../../sessions/recent-sign-in.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { peopleFunctionRoutes } from '../../table/people.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const sessions = new DynamoSessionStore(table);
const services: ServicesOf<typeof peopleFunctionRoutes> = {
  claims: new DynamoClaimStore(table),
  clock: systemClock,
  cursors: tableCursors(table),
  people: {
    people: new DynamoPeopleStore(table, deployment.rights),
    accounts: new DynamoAccountStore(table),
    sessions,
    backoff: new DynamoBackoffStore(table),
    deployment,
    clock: systemClock,
  },
  ...accountContexts(table, { profile, deployment, url: variable('ISSUER'), clock: systemClock }),
  requireRecentSignIn: recentSignIns({ sessions, clock: systemClock }),
};

/** Serves the people of a tenant, their passwords and their own accounts. */
export const handler = serve(peopleFunctionRoutes, services, { profile, deployment });
