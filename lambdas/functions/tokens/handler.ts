import { branding, deployment } from '#settings';
import { Facts } from '../../access/facts.ts';
import { DynamoKeyRecords } from '../../access/key-records-store.ts';
import { invalidRequests } from '../../attempts/source.ts';
import { DynamoSourceStore } from '../../attempts/source-store.ts';
import { DynamoClientStore } from '../../clients/client-store.ts';
import { KnownClients } from '../../clients/clients.ts';
import { DynamoDocumentStore } from '../../clients/document-store.ts';
import { fetcherFunction } from '../../clients/fetcher-client.ts';
import { consoleClient } from '../../clients/first-party.ts';
import { serve } from '../../http/serve.ts';
import { systemClock } from '../../kernel/clock.ts';
import { CONTROL_KEY } from '../../kernel/item-keys.ts';
import { readied } from '../../kernel/ready.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { secretReader } from '../../kernel/secrets-http.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { DynamoAppStore } from '../../oauth/app-store.ts';
import { DynamoCodeStore } from '../../oauth/code-store.ts';
import { DynamoDeviceStore } from '../../oauth/device-store.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { exchangedProviders } from '../../people/exchange.ts';
import { DynamoExchangeStore } from '../../people/exchange-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { providerTokens } from '../../people/provider-tokens.ts';
import { DynamoFlowStore } from '../../providers/flow-store.ts';
import { signInProviders } from '../../providers/sign-in.ts';
import type { RefreshContext } from '../../sessions/grants.ts';
import { DynamoRefreshStore } from '../../sessions/refresh-store.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { DynamoSignInStore } from '../../signin/sign-in-store.ts';
import { signInsOf } from '../../signin/sign-ins.ts';
import { keysetInSecret } from '../../signing/keyset-client.ts';
import { Signer } from '../../signing/signer.ts';
import { symmetricKeys } from '../../signing/symmetric-keys.ts';
import { TokenVerifier } from '../../signing/tokens.ts';
import { tokenRoutes } from '../../table/tokens.ts';
import { DynamoWorkspaceStore } from '../../tenancy/workspace-store.ts';
import { profile } from '../profile.ts';

const table = new Table(variable('TABLE_NAME'));
const sources = new DynamoSourceStore(table);
const facts = new Facts(table, table.name);
const keyset = keysetInSecret({ secretId: variable('KEYSET_SECRET_ARN'), use: 'token' }, () =>
  facts.control(),
);
const issuer = variable('ISSUER');
const grants: RefreshContext = {
  profile,
  deployment,
  sessions: new DynamoSessionStore(table),
  refreshTokens: new DynamoRefreshStore(table),
  signer: new Signer(keyset.present, issuer, systemClock),
  tenant: (tenantId) => facts.tenant(tenantId),
  clock: systemClock,
};
const pages = { branding, url: issuer };
const users = new DynamoAccountStore(table);
const records = new DynamoKeyRecords(table, table.name, facts);
const registered = new DynamoClientStore(table);
const clients = new KnownClients({
  clients: registered,
  firstParty: deployment.console ? consoleClient(issuer) : null,
  documents: new DynamoDocumentStore(table),
  fetchDocument: fetcherFunction(variable('FETCHER_FUNCTION')),
  sources,
  audiences: [issuer, `${issuer}/token`],
  clock: systemClock,
});
const secrets = deployment.tokens.acceptsHs256
  ? symmetricKeys(secretReader(variable('KEYSET_SECRET_ARN')))
  : undefined;
const codes = new DynamoCodeStore(table);
const signIns = new DynamoSignInStore(table);
const identities = {
  ...grants,
  accounts: users,
  people: new DynamoPeopleStore(table, deployment.rights),
  exchange: new DynamoExchangeStore(table),
};
/** Read at each sign-in: what was put in its place holds at once. */
const providerSecret = (id: string) => async () =>
  secretReader(JSON.parse(variable('PROVIDER_SECRET_ARN'))[id])('AWSCURRENT');
const services: ServicesOf<typeof tokenRoutes> = {
  grants,
  exchange: {
    ...identities,
    verify: providerTokens(exchangedProviders(deployment)),
  },
  providerSignIn: {
    ...identities,
    deployment,
    providers: signInProviders(deployment.identityProviders, providerSecret),
    flows: new DynamoFlowStore(table),
    signIns,
    sources,
    url: issuer,
  },
  sources,
  registration: { clients: registered, sources, profile, clock: systemClock },
  keyTokens: grants,
  embedTokens: grants,
  clients,
  serviceClients: { ...grants, records },
  authorize: {
    issuer,
    profile,
    deployment,
    clients,
    apps: new DynamoAppStore(table),
    codes,
    workspaces: new DynamoWorkspaceStore(table),
    clock: systemClock,
  },
  signIns: signInsOf(signIns, systemClock),
  pages,
  console: { ...grants, issuer, codes, users, signIns },
  oauth: { ...grants, issuer, codes, devices: new DynamoDeviceStore(table), users },
  tokenTools: {
    ...grants,
    verifier: new TokenVerifier(variable('ACCEPTED_ISSUERS').split(' '), secrets),
    control: () => facts.control(),
    users,
    records,
  },
};

await readied(() => Promise.all([table.getAll([CONTROL_KEY]), keyset.warm()]));

/** Serves what gives tokens, and the pages on which people let clients act for them. */
export const handler = serve(
  tokenRoutes,
  services,
  { profile, deployment, pages },
  { countErrors: invalidRequests(sources, deployment.addressLimits, systemClock) },
);
