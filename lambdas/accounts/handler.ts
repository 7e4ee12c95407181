import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import { Signer } from '../domain/signer.ts';
import { serve } from '../http/serve.ts';
import { type AccountServices, accountRoutes } from '../routes/accounts.ts';
import { DynamoAccountStore } from '../store/account-store.ts';
import { DynamoBackoffStore } from '../store/backoff-store.ts';
import { Facts } from '../store/facts.ts';
import { KeysetStore } from '../store/keyset-store.ts';
import { DynamoRefreshStore } from '../store/refresh-store.ts';
import { DynamoSessionStore } from '../store/session-store.ts';
import { DynamoSourceStore } from '../store/source-store.ts';
import { Table } from '../store/table.ts';

const table = new Table(variable('TABLE_NAME'));
const facts = new Facts(table, table.name);
const keyset = new KeysetStore(variable('KEYSET_SECRET_ARN'), () => facts.control());
const services: AccountServices = {
  accounts: {
    profile,
    deployment: LATCHKEY_DEPLOYMENT,
    accounts: new DynamoAccountStore(table),
    sessions: new DynamoSessionStore(table),
    refreshTokens: new DynamoRefreshStore(table),
    backoff: new DynamoBackoffStore(table),
    sources: new DynamoSourceStore(table),
    signer: new Signer(keyset.present, variable('ISSUER'), systemClock),
    clock: systemClock,
  },
};

/** Serves onboarding and login. */
export const handler = serve(accountRoutes, services, { profile, deployment: LATCHKEY_DEPLOYMENT });
