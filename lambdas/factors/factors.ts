import type { AuditEntry } from '../audit/entries.ts';
import type { Role } from '../contract/scopes.ts';
import { Problem } from '../kernel/problem.ts';
import type { Language } from '../pages/languages.ts';

/** What a person can prove besides the password. */
export type FactorKind = 'totp' | 'passkey';

/** An authenticator app (RFC 6238). Times are Unix seconds. */
export interface Totp {
  readonly id: string;
  /** Its secret, encrypted for the person. */
  readonly secret: string;
  /** The time step of the last code that was used: no earlier one is good any more (RFC 6238, 5.2). */
  readonly lastStep: number;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** An authenticator app that is being set up: it is none before a code of it has come. */
export interface PendingTotp extends Pick<Totp, 'id' | 'secret'> {
  readonly expiresAt: number;
}

/** A passkey (WebAuthn Level 3). */
export interface Passkey {
  /** The credential's id, in base64url. */
  readonly id: string;
  readonly name: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  /** The signature counter that was last seen; 0 where the authenticator has none, as synced ones have. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether it may be on several devices of the person (the flag BE). */
  readonly isSynced: boolean;
  /** Whether it is (the flag BS). */
  readonly isBackedUp: boolean;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

/** All factors of a person: one item, so that every change of them is one conditional write. */
export interface Factors {
  readonly tenantId: string;
  readonly userId: string;
  /** Grows with each change; 0 for nothing that was ever stored. */
  readonly version: number;
  readonly totp: Totp | null;
  readonly pendingTotp: PendingTotp | null;
  readonly passkeys: readonly Passkey[];
  /** Hashes of the recovery codes that are left. */
  readonly recoveryCodes: readonly string[];
}

/** Passkeys of a person at most: the devices that people have, and what one item holds with ease. */
export const MAX_PASSKEYS = 10;

export const noFactors = ({ tenantId, userId }: Pick<Factors, 'tenantId' | 'userId'>): Factors => ({
  tenantId,
  userId,
  version: 0,
  totp: null,
  pendingTotp: null,
  passkeys: [],
  recoveryCodes: [],
});

/** The kinds of factors that a person has: what their row tells, so that a login reads no more for who has none. */
export function kindsOf({ totp, passkeys }: Pick<Factors, 'totp' | 'passkeys'>): readonly FactorKind[] {
  return [
    ...(totp === null ? [] : ['totp' as const]),
    ...(passkeys.length === 0 ? [] : ['passkey' as const]),
  ];
}

/** A change of a person's factors, with what is written in the same transaction. */
export interface FactorChange {
  readonly before: Factors;
  readonly after: Omit<Factors, 'version'>;
  /** The rows of the audit trail. @default none: a use and no change */
  readonly entries?: readonly AuditEntry[];
  /** Who is told of it by mail. @default nobody */
  readonly tells?: FactorNotice;
  /** The person's role, which asks for no factor: the last one goes only while it is theirs, and the tenant asks for none. */
  readonly unlessRequired?: Role;
  /** The relying party that passkeys are made for from now on. @default as it is */
  readonly relyingParty?: string;
}

/** How often a change begins anew because another came first. */
const ATTEMPTS = 5;

/** A change of factors as they are, and what it gives when it is written. */
export type FactorChanging<Given> = (
  before: Factors,
) => Promise<Omit<FactorChange, 'before'> & { readonly gives: Given }>;

/**
 * Runs a change on the factors of a person as they are, again when another change came between: of any number at once each
 * sees what the one before has left. Gives what the change gives; undefined where others came first all the time.
 */
export async function changeFactors<Given>(
  person: Pick<Factors, 'tenantId' | 'userId'>,
  factors: FactorStore,
  change: FactorChanging<Given>,
): Promise<{ readonly gives: Given } | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await factors.find(person);
    const { gives, ...wanted } = await change(before);
    if (await factors.change({ before, ...wanted })) return { gives };
  }
  return undefined;
}

/** A change of which the person is told by mail. */
export interface FactorNotice {
  readonly to: string;
  /** Of the page on which it was done. @default en */
  readonly language?: Language | undefined;
  readonly template: 'factorAdded' | 'factorRemoved' | 'recoveryCodesRenewed' | 'factorsReset';
}

export interface FactorStore {
  find(person: Pick<Factors, 'tenantId' | 'userId'>): Promise<Factors>;
  /**
   * Writes a change on the condition that nothing was changed since `before` was read; false where it was. Throws
   * `not_found` for a person who is gone, and `conflicting_state` for the last factor of who must have one, for a passkey
   * that is somebody's already, and for another relying party than that of the first passkey.
   */
  change(change: FactorChange): Promise<boolean>;
  /** Whose a passkey is, by the id of its credential. */
  findPasskey(credentialId: string): Promise<Pick<Factors, 'tenantId' | 'userId'> | undefined>;
  /** Whether the tenant's settings ask everybody for a factor. */
  isRequiredByTenant(tenantId: string): Promise<boolean>;
  /** The relying party of the passkeys that there are; undefined before the first. */
  relyingParty(): Promise<string | undefined>;
}

/** The refusal to take the last factor of who must have one. */
export function lastFactorStays(): Problem {
  return new Problem('conflicting_state', {
    message: 'The last second factor stays: one is required of you. Set up another one first.',
  });
}

/** The refusal of another relying party than that of the passkeys that there are (WebAuthn, 5.4.2): they would be lost. */
export function otherRelyingParty(): Problem {
  return new Problem('conflicting_state', {
    message:
      'Passkeys are registered here for another domain: the configuration must name it again (factors.passkeyDomain).',
  });
}
