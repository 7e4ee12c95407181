import type { AccessTable } from '../contract/access.ts';
import type { DecisionProfile, DecisionSettings } from '../contract/deployment.ts';
import type { DecisionErrorCode } from '../contract/errors.ts';
import type { Caller } from '../kernel/caller.ts';
import type { Clock } from '../kernel/clock.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import type { HashedKey, KeyRecord, MarkedKey, Use } from '../keys/key-record.ts';
import type { Allowance } from '../plans/allowance.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { ControlFacts } from '../signing/control-facts.ts';
import type { TokenVerifier } from '../signing/tokens.ts';
import type { TenantFacts } from '../tenancy/tenant-facts.ts';
import type { Guesses } from './guesses.ts';

/** The authorizer's answer to one request. Only `allowed` carries an identity. */
export type Decision =
  | {
      readonly outcome: 'refused' | 'forbidden';
      readonly code: DecisionErrorCode;
      readonly message: string;
      /** Null for who is refused, and as in `allowed`. */
      readonly allowance: Allowance | null;
      /** Of who is refused: a well-formed key was looked up, and is nobody's. */
      readonly isGuess?: boolean;
    }
  /** The caller is proven, and picked no workspace of theirs: API Gateway has no such answer, the function behind has. */
  | {
      readonly outcome: 'misdirected';
      readonly code: 'malformed_request' | 'not_found';
      readonly tenant: TenantFacts | null;
      readonly allowance: Allowance | null;
    }
  | { readonly outcome: 'limited'; readonly allowance: Allowance }
  /** Let pass without an identity, by a path rule that is observed; `instead` is what it would have been. */
  | {
      readonly outcome: 'observed';
      readonly instead: 'refused' | 'forbidden' | 'misdirected' | 'limited';
      readonly code: DecisionErrorCode | 'malformed_request' | 'not_found';
      readonly rule: string;
      readonly isGuess?: boolean;
    }
  | {
      readonly outcome: 'allowed';
      readonly caller: Caller;
      /** Null for an anonymous caller, who has no record that could count. */
      readonly allowance: Allowance | null;
      readonly tenant: TenantFacts | null;
    };

export interface DecisionRequest {
  readonly method: string;
  /** The resource's path as the API declares it: the row is looked up by it, never matched again. */
  readonly resource: string;
  /** The path as it was called, without the stage. */
  readonly path: string;
  readonly headers: HeaderValues;
  readonly address: string;
}

/** The store of a decision. All of it throws when the store cannot answer: the decision then fails closed. */
export interface DecisionStore {
  /** Authenticates, checks state, expiry and the allow-list, and counts: one write. Who is elsewhere is not counted. */
  useKey(key: HashedKey): Promise<Use<KeyRecord>>;
  useKeyMark(key: MarkedKey): Promise<Use<KeyRecord>>;
  useSession(sessionId: string, address: string, now: number): Promise<Use<SessionRecord>>;
  /** No older than {@link FACTS_SECONDS}; undefined when there is no such tenant. */
  tenant(tenantId: string, now: number): Promise<TenantFacts | undefined>;
  /** Alike. `tenantId` is whose facts will be needed next, where that is known. */
  control(now: number, tenantId?: string): Promise<ControlFacts>;
}

export interface DecisionContext {
  readonly profile: DecisionProfile;
  readonly deployment: DecisionSettings;
  readonly access: AccessTable;
  readonly store: DecisionStore;
  readonly tokens: Pick<TokenVerifier, 'verify' | 'provenTenant'>;
  /** This instance's memory of keys that nobody has. */
  readonly guesses: Pick<Guesses, 'isWrong' | 'wrong'>;
  readonly clock: Clock;
}
