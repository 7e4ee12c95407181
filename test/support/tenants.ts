import type { DecisionStore } from '../../lambdas/access/decision.ts';
import type { BackoffStore } from '../../lambdas/attempts/backoff.ts';
import type { SourceStore } from '../../lambdas/attempts/source.ts';
import type { ClientStore } from '../../lambdas/clients/stored-clients.ts';
import type { FactorStore } from '../../lambdas/factors/factors.ts';
import type { PendingStore } from '../../lambdas/factors/pending.ts';
import type { InvitationStore } from '../../lambdas/invitations/invitations.ts';
import type { ClaimStore } from '../../lambdas/kernel/claim.ts';
import { NEVER } from '../../lambdas/kernel/clock.ts';
import type { ApiKey } from '../../lambdas/keys/api-key.ts';
import { newKey } from '../../lambdas/keys/key-format.ts';
import { issueKey, type KeyIssue, type KeyStore } from '../../lambdas/keys/keys.ts';
import type { VerificationContext } from '../../lambdas/keys/verification.ts';
import type { LinkStore } from '../../lambdas/mail/link.ts';
import type { OutboxStore } from '../../lambdas/mail/mail.ts';
import type { CodeStore } from '../../lambdas/oauth/codes.ts';
import type { AppStore } from '../../lambdas/oauth/consent.ts';
import type { DeviceStore } from '../../lambdas/oauth/device.ts';
import type { AccountStore, LoginStartStore, NewAccount } from '../../lambdas/people/accounts.ts';
import type { ExchangeStore } from '../../lambdas/people/exchange.ts';
import type { PeopleStore } from '../../lambdas/people/people.ts';
import type { FlowStore } from '../../lambdas/providers/flows.ts';
import type { RecoveryStore } from '../../lambdas/recovery/store.ts';
import type { RefreshStore } from '../../lambdas/sessions/refresh-tokens.ts';
import type { SessionStore } from '../../lambdas/sessions/sessions.ts';
import type { SignInStore } from '../../lambdas/signin/sign-ins.ts';
import type { ControlFacts } from '../../lambdas/signing/control-facts.ts';
import type { TenantStore } from '../../lambdas/tenancy/tenants.ts';
import type { WorkspaceStore } from '../../lambdas/tenancy/workspaces.ts';
import type { ImportStore } from '../../lambdas/transfer/import.ts';
import { profile } from '../../profiles/default.ts';

/** The stores that rules are given, whatever they are made of, and what tests put into them. */
export interface Stores {
  readonly accounts: AccountStore;
  readonly apps: AppStore;
  readonly starts: LoginStartStore;
  readonly backoff: BackoffStore;
  readonly codes: CodeStore;
  readonly devices: DeviceStore;
  readonly claims: ClaimStore;
  readonly clients: ClientStore;
  readonly exchange: ExchangeStore;
  readonly factors: FactorStore;
  readonly pending: PendingStore;
  readonly flows: FlowStore;
  readonly imports: ImportStore;
  readonly invitations: InvitationStore;
  readonly keys: KeyStore;
  readonly links: LinkStore;
  readonly outbox: OutboxStore;
  readonly people: PeopleStore;
  readonly recovery: RecoveryStore;
  readonly refreshTokens: RefreshStore;
  readonly sessions: SessionStore;
  readonly signIns: SignInStore;
  readonly sources: SourceStore;
  readonly tenants: TenantStore;
  readonly workspaces: WorkspaceStore;
  /** The store of one instance of the authorizer, which remembers nothing yet. */
  decisions(): DecisionStore & VerificationContext['records'];
  /** Publishes public signing keys, as a rotation does. */
  publish(version: number, keys: ControlFacts['keys']): Promise<void>;
}

/** When tests begin: 12 seconds before the end of a counting window. */
export const NOW = 1_800_000_048;

export const ADDRESS = '192.0.2.7';

/** Of who has just signed in with a password. */
export const AUTHENTICATION = { authTime: NOW, amr: ['pwd'] };

export const ORIGIN = { actor: 'user:u', requestId: 'r' };

export const TENANT = '0191aaaa-0000-7000-8000-000000000001';

export const WORKSPACE = '0191aaaa-0000-7000-8000-000000000002';

export const USER = '0191aaaa-0000-7000-8000-000000000003';

let emails = 0;

/** An account as onboarding makes it; ids are fixed unless given. */
export function newAccount(
  given: { tenantId?: string; email?: string; tier?: string; heldUntil?: number } = {},
): NewAccount {
  const tenantId = given.tenantId ?? crypto.randomUUID();
  const [workspaceId, userId] = [crypto.randomUUID(), crypto.randomUUID()];
  return {
    user: {
      userId,
      tenantId,
      email: given.email ?? `person${(emails += 1)}@example.com`,
      fullName: 'Ada',
      role: 'admin',
    },
    passwordHash: 'hash',
    heldUntil: given.heldUntil ?? null,
    tier: given.tier ?? 'free',
    sector: null,
    workspaceId,
    tenantName: 'Ada & Sons',
    workspaceName: 'Default',
    key: newIssue({ tenantId, workspaceId }).issue,
    createdAt: NOW,
    origin: { actor: `user:${userId}`, requestId: 'r1' },
  };
}

/** A key and its record, not stored. */
export function newIssue(given: Partial<ApiKey> & { readonly lifetimeSeconds?: number | null } = {}): {
  readonly issue: KeyIssue;
  readonly key: string;
} {
  const { issue, key } = issueKey(
    {
      tenantId: TENANT,
      workspaceId: WORKSPACE,
      name: 'A key',
      environment: 'live',
      scopes: ['read', 'write'],
      lifetimeSeconds: null,
      allowedBlocks: [],
      metadata: {},
      createdBy: `user:${USER}`,
      ...given,
    },
    profile.keys,
    NOW,
  );
  return { key, issue: { ...issue, key: { ...issue.key, ...given } } };
}

/** A tenant with an account, one key besides its first, and room for more. */
export async function storeTenant(
  store: Pick<Stores, 'accounts' | 'keys'>,
  given: Parameters<typeof newAccount>[0] = {},
) {
  const account = newAccount(given);
  await store.accounts.createAccount(account);
  const { tenantId } = account.user;
  return {
    account,
    tenantId,
    workspaceId: account.workspaceId,
    /** Creates a key of this tenant and gives it with its secret. */
    async createKey(
      wanted: Partial<ApiKey> = {},
    ): Promise<{ apiKey: ApiKey; key: string; hash: Uint8Array }> {
      const { issue, key } = newIssue({ tenantId, workspaceId: account.workspaceId, ...wanted });
      await store.keys.create(issue, 10_000, ORIGIN);
      return { apiKey: issue.key, key, hash: issue.hash };
    },
  };
}

/** Another key for the same record, as a rotation makes it. */
export const successor = (apiKey: ApiKey): string => newKey(profile.keys, apiKey.environment, apiKey.locator);

export const FOREVER = NEVER;
