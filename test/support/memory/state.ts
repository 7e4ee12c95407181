import type { ChangeOrigin } from '../../../lambdas/audit/entries.ts';
import type { Factors } from '../../../lambdas/factors/factors.ts';
import type { ApiKey } from '../../../lambdas/keys/api-key.ts';
import type { KeySlot } from '../../../lambdas/keys/key-record.ts';
import type { Link, NewLink } from '../../../lambdas/mail/link.ts';
import type { Mail } from '../../../lambdas/mail/mail.ts';
import type { App } from '../../../lambdas/oauth/app.ts';
import type { Login } from '../../../lambdas/people/accounts.ts';
import type { LinkedIdentity } from '../../../lambdas/people/identities.ts';
import type { Person } from '../../../lambdas/people/person.ts';
import type { ExtendedSession } from '../../../lambdas/sessions/sessions.ts';
import type { ControlFacts } from '../../../lambdas/signing/control-facts.ts';
import type { Tenant } from '../../../lambdas/tenancy/tenant.ts';
import type { Workspace } from '../../../lambdas/tenancy/workspace.ts';
import type { StoredToken } from './refresh-store.ts';

/** A tenant, with what is counted on it besides. */
export interface StoredTenant extends Omit<Tenant, 'users' | 'workspaces' | 'keys'> {
  readonly heldUntil: number | null;
  readonly defaultWorkspace: string;
  readonly suspendedWorkspaces: ReadonlySet<string>;
}

/** What the record of a key or a session counts. */
export interface Uses {
  /** The window that the record has reached. */
  readonly window: number;
  readonly counts: ReadonlyMap<number, number>;
  readonly lastUse: { readonly at: number; readonly address: string } | null;
}

export const NO_USES: Uses = { window: 0, counts: new Map(), lastUse: null };

export interface StoredKey extends Uses {
  readonly key: Omit<ApiKey, 'expiresAt' | 'previousExpiresAt' | 'lastUse' | 'rotatedAt'>;
  readonly slot: KeySlot;
  /** The key before the last rotation. */
  readonly previous: KeySlot | null;
  readonly rotatedAt: number | null;
}

export interface StoredSession extends ExtendedSession, Uses {
  readonly createdAt: number;
  readonly clientId: string | null;
  readonly userAgent: string | null;
  /** The version of the person that the session follows. */
  readonly version: number;
  /** Who changed it last, and to what. */
  readonly change: ChangeOrigin & { readonly what: string };
}

export interface StoredPerson extends Person {
  readonly passwordVersion: number;
  readonly keptSession: string | null;
  /** When the address was changed last, and the change has not been taken back. */
  readonly movedAt?: number;
}

export interface StoredLogin extends Login {
  readonly heldUntil: number | null;
  /** The address is held for a person who has left it. */
  readonly hasLeft?: boolean;
}

/** A claim on an idempotency key. */
export interface StoredClaim {
  readonly token: string;
  readonly fingerprint: string;
  /** JSON; null before it is completed. */
  readonly answer: string | null;
  readonly busyUntil: number;
  readonly endsAt: number;
}

export interface StoredIdentity extends LinkedIdentity {
  /** `iat` of the latest token that has decided on the role. */
  readonly decidedAt: number | null;
}

export interface StoredLink extends NewLink, Pick<Link, 'expiresAt'> {
  readonly hashes: readonly string[];
  readonly isUsed: boolean;
}

/**
 * What all stores in memory share, as those of DynamoDB share the table. Every value is replaced and none is changed in
 * place, so that what a store has given stays as it was. A store reads, compares and writes between two `await`s, which
 * nobody else comes between: that is its conditional write.
 */
export class State {
  readonly tenants = new Map<string, StoredTenant>();
  /** By {@link pair} of tenant and workspace. */
  readonly workspaces = new Map<string, Omit<Workspace, 'keys' | 'isDefault'>>();
  /** By locator. */
  readonly keys = new Map<string, StoredKey>();
  /** By {@link pair} of tenant and person. */
  readonly people = new Map<string, StoredPerson>();
  /** By address. */
  readonly logins = new Map<string, StoredLogin>();
  readonly identities = new Map<string, StoredIdentity>();
  readonly claims = new Map<string, StoredClaim>();
  readonly sessions = new Map<string, StoredSession>();
  /** Refresh tokens, by their hash. */
  readonly refreshTokens = new Map<string, StoredToken>();
  /** Connected apps, by {@link pair} of person and app. */
  readonly apps = new Map<string, App>();
  /** By person. */
  readonly factors = new Map<string, Factors>();
  /** Whose each passkey is, by its credential. */
  readonly passkeys = new Map<string, Pick<Factors, 'tenantId' | 'userId'>>();
  relyingParty: string | undefined;
  /** Mails that wait, in the order in which they were queued. */
  readonly outbox = new Map<string, Mail>();
  readonly links = new Map<string, StoredLink>();
  control: ControlFacts = { version: 0, keys: [], revokedKids: new Set() };

  /** The keys of a tenant that are not revoked. */
  aliveKeys(tenantId: string): StoredKey[] {
    return [...this.keys.values()].filter(({ key }) => key.tenantId === tenantId && key.state !== 'revoked');
  }

  peopleOf(tenantId: string): StoredPerson[] {
    return [...this.people.values()].filter((person) => person.tenantId === tenantId);
  }
}

/** A key of what belongs to a tenant. */
export function pair(tenantId: string, id: string): string {
  return JSON.stringify([tenantId, id]);
}
