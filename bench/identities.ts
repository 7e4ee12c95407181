import { DynamoBackoffStore } from '../lambdas/attempts/backoff-store.ts';
import { DynamoSourceStore } from '../lambdas/attempts/source-store.ts';
import { systemClock } from '../lambdas/kernel/clock.ts';
import { Table } from '../lambdas/kernel/table.ts';
import { DynamoAccountStore } from '../lambdas/people/account-store.ts';
import { type AccountContext, onboard } from '../lambdas/people/accounts.ts';
import { DynamoLoginStartStore } from '../lambdas/people/login-start-store.ts';
import { DynamoRefreshStore } from '../lambdas/sessions/refresh-store.ts';
import { DynamoSessionStore } from '../lambdas/sessions/session-store.ts';
import { openSession } from '../lambdas/sessions/sessions.ts';
import { ControlStore } from '../lambdas/signing/control-store.ts';
import { EMPTY_KEYSET, type Keyset, nextKeyset, publicKeys } from '../lambdas/signing/keyset.ts';
import { Signer } from '../lambdas/signing/signer.ts';
import { engineClient } from '../test/support/dynamodb-engine.ts';
import type { AuthorizerBundle } from './bundle.ts';

/** `iss` of the tokens that are measured. */
export const ISSUER = 'https://api.example.com';

/** A tenant with a key and an open session, made as onboarding and login make them. */
export interface Identity {
  readonly tenantId: string;
  readonly key: string;
  readonly locator: string;
  readonly token: string;
  /** Another token of the same session: ES256 signatures are random, so no two are alike. */
  readonly newToken: () => Promise<string>;
  readonly sessionId: string;
}

/** Publishes signing keys in the table, and returns what adds tenants to it. */
export async function identitiesIn(
  tableName: string,
  endpoint: string,
  { settings: { profile }, deployment }: Pick<AuthorizerBundle, 'settings' | 'deployment'>,
): Promise<(name: string) => Promise<Identity>> {
  const table = new Table(tableName, engineClient(endpoint));
  const keyset = await publishKeyset(table, profile.tokens);
  const context = accountsOn(table, { profile, deployment, keyset });
  return (name) => newIdentity(name, context);
}

/** The rules for accounts on a table, with stores as the function `accounts` has them. */
export function accountsOn(
  table: Table,
  {
    profile,
    deployment,
    keyset,
  }: Pick<AccountContext, 'profile' | 'deployment'> & { readonly keyset: Keyset },
): AccountContext {
  return {
    profile,
    deployment,
    accounts: new DynamoAccountStore(table),
    sessions: new DynamoSessionStore(table),
    refreshTokens: new DynamoRefreshStore(table),
    starts: new DynamoLoginStartStore(table),
    backoff: new DynamoBackoffStore(table),
    sources: new DynamoSourceStore(table),
    signer: new Signer(async () => keyset, ISSUER, systemClock),
    clock: systemClock,
  };
}

async function publishKeyset(
  table: Table,
  { algorithm, lifetimeSeconds }: AccountContext['profile']['tokens'],
): Promise<Keyset> {
  const plan = { tokenAlgorithm: algorithm, tokenSeconds: lifetimeSeconds };
  // Rotated once: a deployment in use verifies among several keys.
  const first = await nextKeyset(EMPTY_KEYSET, plan, systemClock() - 3600);
  const keyset = await nextKeyset(first, plan, systemClock());
  await new ControlStore(table).publish(keyset.version, publicKeys(keyset));
  return keyset;
}

async function newIdentity(name: string, context: AccountContext): Promise<Identity> {
  const { account, key } = await onboard(
    {
      email: `${name}@example.com`,
      password: 'correct horse battery staple',
      fullName: null,
      workspaceName: name,
      sector: null,
      language: 'en',
    },
    context,
    { requestId: 'bench' },
  );
  const seconds = context.deployment.tokens.accessSeconds;
  const now = context.clock();
  const session = await openSession(
    {
      user: account.user,
      authentication: { authTime: now, amr: ['pwd'] },
      workspaceId: account.workspaceId,
      lifetime: { idleSeconds: seconds, absoluteSeconds: seconds },
      from: { requestId: 'bench' },
    },
    context.sessions,
    now,
  );
  const newToken = (): Promise<string> => context.signer.accessToken(session, seconds);
  return {
    tenantId: account.user.tenantId,
    key,
    locator: account.key.key.locator,
    token: await newToken(),
    newToken,
    sessionId: session.sessionId,
  };
}
