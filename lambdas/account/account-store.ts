import { DynamoSourceStore } from '../attempts/source-store.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import { DynamoFactorStore } from '../factors/factor-store.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Table } from '../kernel/table.ts';
import { DynamoKeyStore } from '../keys/key-store.ts';
import { DynamoAppStore } from '../oauth/app-store.ts';
import { DynamoExchangeStore } from '../people/exchange-store.ts';
import { DynamoPeopleStore } from '../people/people-store.ts';
import { DynamoSessionStore } from '../sessions/session-store.ts';
import { DynamoSignInStore } from '../signin/sign-in-store.ts';
import { DynamoTenantStore } from '../tenancy/tenant-store.ts';
import type { ClosingContext } from './closing.ts';
import { DynamoClosingStore } from './closing-store.ts';
import type { DeletionContext } from './deletion.ts';
import type { DownloadContext } from './download.ts';

export interface AccountContexts {
  readonly download: DownloadContext;
  readonly deletion: DeletionContext;
  readonly closing: ClosingContext;
}

/** What looks after accounts, on the stores of a table: the page's function and that of the API's rows have the same. */
export function accountContexts(
  table: Table,
  {
    profile,
    deployment,
    url,
    clock,
  }: {
    readonly profile: Profile;
    readonly deployment: { readonly rights: Rights };
    /** The API's public URL. */
    readonly url: string;
    readonly clock: Clock;
  },
): AccountContexts {
  const people = new DynamoPeopleStore(table, deployment.rights);
  const sessions = new DynamoSessionStore(table);
  const tenants = new DynamoTenantStore(table);
  const limits = { sources: new DynamoSourceStore(table), clock };
  const ownSessions = { sessions, signIns: new DynamoSignInStore(table), clock };
  return {
    download: {
      people,
      tenants,
      ownSessions,
      apps: new DynamoAppStore(table),
      identities: new DynamoExchangeStore(table),
      factors: new DynamoFactorStore(table),
      keys: new DynamoKeyStore(table),
      audit: new AuditTrail(table),
      profile,
      ...limits,
    },
    deletion: { people, ownSessions, sessions, ...limits },
    closing: {
      closings: new DynamoClosingStore(table, deployment.rights),
      people,
      tenants,
      deployment,
      url,
      ...limits,
    },
  };
}
