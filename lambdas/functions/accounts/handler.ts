import { branding, deployment } from '#settings';
import { Facts } from '../../access/facts.ts';
import { accountContexts } from '../../account/account-store.ts';
import { DynamoBackoffStore } from '../../attempts/backoff-store.ts';
import { invalidRequests } from '../../attempts/source.ts';
import { DynamoSourceStore } from '../../attempts/source-store.ts';
import { DynamoFactorStore } from '../../factors/factor-store.ts';
import { relyingPartyOf } from '../../factors/passkeys.ts';
import { DynamoPendingStore } from '../../factors/pending-store.ts';
import { secretCipher } from '../../factors/secret-client.ts';
import { serve } from '../../http/serve.ts';
import { DynamoInvitationStore } from '../../invitations/invitation-store.ts';
import { systemClock } from '../../kernel/clock.ts';
import { tableCursors } from '../../kernel/cursor.ts';
import { CONTROL_KEY } from '../../kernel/item-keys.ts';
import { readied } from '../../kernel/ready.ts';
import type { ServicesOf } from '../../kernel/route.ts';
import { Table } from '../../kernel/table.ts';
import { variable } from '../../kernel/variables.ts';
import { deployedKeeper } from '../../keys/keeper-client.ts';
import { DynamoLinkStore } from '../../mail/link-store.ts';
import { DynamoOutboxStore } from '../../mail/outbox-store.ts';
import { DynamoAppStore } from '../../oauth/app-store.ts';
import { DynamoAccountStore } from '../../people/account-store.ts';
import { DynamoLoginStartStore } from '../../people/login-start-store.ts';
import { DynamoPeopleStore } from '../../people/people-store.ts';
import { DynamoRecoveryStore } from '../../recovery/recovery-store.ts';
import { recentSignIns } from '../../sessions/recent-sign-in.ts';
import { DynamoRefreshStore } from '../../sessions/refresh-store.ts';
import { DynamoSessionStore } from '../../sessions/session-store.ts';
import { DynamoSignInStore } from '../../signin/sign-in-store.ts';
import { closedSignInsOf, signInsOf } from '../../signin/sign-ins.ts';
import { keysetInSecret } from '../../signing/keyset-client.ts';
import { Signer } from '../../signing/signer.ts';
import { accountsRoutes } from '../../table/accounts.ts';
import { DynamoTenantStore } from '../../tenancy/tenant-store.ts';
import { profile } from '../profile.ts';

const table = new Table(variable('TABLE_NAME'));
const sources = new DynamoSourceStore(table);
const facts = new Facts(table, table.name);
const keyset = keysetInSecret({ secretId: variable('KEYSET_SECRET_ARN'), use: 'token' }, () =>
  facts.control(),
);
const signIns = new DynamoSignInStore(table);
const sessions = new DynamoSessionStore(table);
const people = new DynamoPeopleStore(table, deployment.rights);
const links = new DynamoLinkStore(table);
const tenants = new DynamoTenantStore(table);
const pages = { branding, url: variable('ISSUER') };
const passwords = {
  deployment,
  accounts: new DynamoAccountStore(table),
  starts: new DynamoLoginStartStore(table),
  backoff: new DynamoBackoffStore(table),
  sources,
  clock: systemClock,
};
const secondFactor = {
  ...passwords,
  factors: new DynamoFactorStore(table),
  pending: new DynamoPendingStore(table),
  cipher: secretCipher(variable('FACTOR_KEY_ARN')),
  party: relyingPartyOf(pages.url, deployment.factors.passkeyDomain, branding.name),
};
const services: ServicesOf<typeof accountsRoutes> = {
  accounts: {
    ...passwords,
    profile,
    sessions,
    refreshTokens: new DynamoRefreshStore(table),
    signer: new Signer(keyset.present, pages.url, systemClock),
    ...(deployment.revealsKeys ? { keeper: deployedKeeper() } : {}),
    secondFactor,
  },
  signIn: { ...passwords, signIns, secondFactor },
  factors: {
    secondFactor,
    requireRecentSignIn: recentSignIns({ sessions, clock: systemClock }),
    users: passwords.accounts,
    deployment,
    name: branding.name,
  },
  recovery: {
    ...passwords,
    sessions,
    people,
    recovery: new DynamoRecoveryStore(table),
    links,
    outbox: new DynamoOutboxStore(table),
  },
  signIns: signInsOf(signIns, systemClock),
  closedSignIns: closedSignInsOf(signIns, deployment.rights, systemClock),
  ...accountContexts(table, { profile, deployment, url: pages.url, clock: systemClock }),
  cursors: tableCursors(table),
  ownSessions: { sessions, signIns, clock: systemClock },
  sessions,
  apps: new DynamoAppStore(table),
  tenants,
  accepting: {
    invitations: new DynamoInvitationStore(table, people),
    links,
    tenants,
    sources,
    deployment,
    clock: systemClock,
  },
  clock: systemClock,
  pages,
};

await readied(() => Promise.all([table.getAll([CONTROL_KEY]), keyset.warm()]));

/** Serves onboarding, login and the pages on which people sign in: whatever looks at a password. */
export const handler = serve(
  accountsRoutes,
  services,
  { profile, deployment, pages },
  { countErrors: invalidRequests(sources, deployment.addressLimits, systemClock) },
);
