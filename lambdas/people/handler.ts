import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { serve } from '../http/serve.ts';
import { type PeopleServices, peopleRoutes } from '../routes/people.ts';
import { DynamoAccountStore } from '../store/account-store.ts';
import { DynamoBackoffStore } from '../store/backoff-store.ts';
import { DynamoPeopleStore } from '../store/people-store.ts';
import { DynamoSessionStore } from '../store/session-store.ts';
import { Table } from '../store/table.ts';

const table = new Table(variable('TABLE_NAME'));
const services: PeopleServices = {
  people: {
    people: new DynamoPeopleStore(table),
    accounts: new DynamoAccountStore(table),
    sessions: new DynamoSessionStore(table),
    backoff: new DynamoBackoffStore(table),
    clock: systemClock,
  },
};

/** Serves the people of a tenant and their passwords. */
export const handler = serve(peopleRoutes, services, { profile, deployment: LATCHKEY_DEPLOYMENT });
