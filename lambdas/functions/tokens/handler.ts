import { profile } from '#profile';
import { Facts } from '../../access/facts.ts';
import { invalidRequests } from '../../attempts/source.ts';
import { DynamoSourceStore } from '../../attempts/source-store.ts';
import { DynamoClientStore } from '../../clients/client-store.ts';
import { serve } from '../../http/serve.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoExchangeStore } from '../../people/exchange-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { providerTokens } from '../../people/provider-tokens.ts';
import type { RefreshContext } from '../../sessions/grants.ts';
import { DynamoRefreshStore } from '../../sessions/refresh-store.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { KeysetStore } from '../../signing/keyset-store.ts';
import { Signer } from '../../signing/signer.ts';
import { tokenRoutes } from '../../table/tokens.ts';

const deployment = LATCHKEY_DEPLOYMENT;
const table = new Table(variable('TABLE_NAME'));
const sources = new DynamoSourceStore(table);
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
const services: ServicesOf<typeof tokenRoutes> = {
  grants,
  exchange: {
    ...grants,
    accounts: new DynamoAccountStore(table),
    people: new DynamoPeopleStore(table, deployment.rights),
    exchange: new DynamoExchangeStore(table),
    verify: providerTokens(deployment.identityProviders),
  },
  sources,
  registration: { clients: new DynamoClientStore(table), sources, profile, clock: systemClock },
  keyTokens: grants,
};

/** Serves what gives tokens for tokens. */
export const handler = serve(
  tokenRoutes,
  services,
  { profile, deployment },
  { countErrors: invalidRequests(sources, deployment.addressLimits, systemClock) },
);
