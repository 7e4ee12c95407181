import { profile } from '#profile';
import { variable } from '../deployment.ts';
import { systemClock } from '../domain/clock.ts';
import type { RefreshContext } from '../domain/grants.ts';
import { Signer } from '../domain/signer.ts';
import { serve } from '../http/serve.ts';
import { type TokenServices, tokenRoutes } from '../routes/tokens.ts';
import { DynamoAccountStore } from '../store/account-store.ts';
import { DynamoExchangeStore } from '../store/exchange-store.ts';
import { Facts } from '../store/facts.ts';
import { KeysetStore } from '../store/keyset-store.ts';
import { DynamoPeopleStore } from '../store/people-store.ts';
import { DynamoRefreshStore } from '../store/refresh-store.ts';
import { DynamoSessionStore } from '../store/session-store.ts';
import { DynamoSourceStore } from '../store/source-store.ts';
import { Table } from '../store/table.ts';
import { providerTokens } from './provider-tokens.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const facts = new Facts(table, table.name);
const keyset = new KeysetStore(variable('KEYSET_SECRET_ARN'), () => facts.control());
const grants: RefreshContext = {
  profile,
  deployment,
  sessions: new DynamoSessionStore(table),
  refreshTokens: new DynamoRefreshStore(table),
  signer: new Signer(keyset.present, variable('ISSUER'), systemClock),
  tenant: (tenantId) => facts.tenant(tenantId),
  clock: systemClock,
};
const services: TokenServices = {
  grants,
  exchange: {
    ...grants,
    accounts: new DynamoAccountStore(table),
    people: new DynamoPeopleStore(table),
    exchange: new DynamoExchangeStore(table),
    verify: providerTokens(deployment.identityProviders),
  },
  sources: new DynamoSourceStore(table),
  keyTokens: grants,
};

/** Serves what gives tokens for tokens. */
export const handler = serve(tokenRoutes, services, { profile, deployment });
