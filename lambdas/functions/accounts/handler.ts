import { profile } from '#profile';
import { Facts } from '../../access/facts.ts';
import { DynamoBackoffStore } from '../../attempts/backoff-store.ts';
import { invalidRequests } from '../../attempts/source.ts';
import { DynamoSourceStore } from '../../attempts/source-store.ts';
import { serve } from '../../http/serve.ts';
import { systemClock } from '../../kernel/clock.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { deployedKeeper } from '../../keys/keeper-client.ts';
import { type AccountServices, accountRoutes } from '../../people/account-rows.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoRefreshStore } from '../../sessions/refresh-store.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { KeysetStore } from '../../signing/keyset-store.ts';
import { Signer } from '../../signing/signer.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const sources = new DynamoSourceStore(table);
const facts = new Facts(table, table.name);
const keyset = new KeysetStore(variable('KEYSET_SECRET_ARN'), () => facts.control());
const services: AccountServices = {
  accounts: {
    profile,
    deployment,
    accounts: new DynamoAccountStore(table),
    sessions: new DynamoSessionStore(table),
    refreshTokens: new DynamoRefreshStore(table),
    backoff: new DynamoBackoffStore(table),
    sources,
    signer: new Signer(keyset.present, variable('ISSUER'), systemClock),
    clock: systemClock,
    ...(deployment.revealsKeys ? { keeper: deployedKeeper() } : {}),
  },
};

/** Serves onboarding and login. */
export const handler = serve(
  accountRoutes,
  services,
  { profile, deployment },
  { countErrors: invalidRequests(sources, deployment.addressLimits, systemClock) },
);
