import type { Algorithm } from './algorithms.ts';
import type { Cors } from './cors.ts';
import type { KeyFormat } from './key-format.ts';
import type { PathRule, Profile } from './profile.ts';
import type { DecisionRights, Rights } from './rights.ts';
import type { Role } from './scopes.ts';
import type { GatewayFacts, Upstream } from './upstream.ts';

/** Limits of a tier: the numbers that the functions need. Rate, burst and quota live in the usage plans. */
export interface TierLimits {
  /** Requests a minute of one API key. */
  readonly keyRequestsPerMinute: number;
  /** Requests a minute of one session. */
  readonly sessionRequestsPerMinute: number;
  /** API keys that a tenant may have, revoked ones not counted. */
  readonly keys: number;
}

/** How access tokens are signed, and how long they and the sessions behind them last. */
export interface TokenSettings {
  /** Of the keys that the next rotation makes; the keys that there are keep theirs. */
  readonly algorithm: Algorithm;
  /** Whether tokens of HS256 keys are accepted: the authorizer can read the keyset only then. */
  readonly acceptsHs256: boolean;
  /** Seconds for which an access token is valid. */
  readonly accessSeconds: number;
  /** Null where one access token is all that a session has. */
  readonly refresh: RefreshSettings | null;
}

export interface RefreshSettings {
  /** Seconds after its first use for which a refresh token may be sent again; 0 is strict. */
  readonly graceSeconds: number;
  /** Seconds without a refresh after which a session ends. */
  readonly idleSeconds: number;
  /** Seconds after its login at which a session ends, used or not. */
  readonly absoluteSeconds: number;
}

/** Second factors of people. */
export interface FactorSettings {
  /** Roles whose people must have one; a tenant may ask it of all of its people besides. */
  readonly requiredRoles: readonly Role[];
  /** The domain that passkeys are made for; null for the host of the API's own URL. */
  readonly passkeyDomain: string | null;
}

/** An identity provider whose tokens are exchanged for ours. */
export interface IdentityProvider {
  /** `iss` of its tokens, to the letter. */
  readonly issuer: string;
  /** Where its keys are; null to ask its discovery document (OpenID Connect Discovery 1.0, 4). */
  readonly jwksUrl: string | null;
  /** `aud` must have one of these; none where its tokens are not exchanged. */
  readonly audiences: readonly string[];
  /** Claims that a token must have, each with one of these values. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** The tenant of all its tokens; null where a claim tells. */
  readonly tenantId: string | null;
  /** The claim that names the tenant, and our ids by its values; null where the value is our id. */
  readonly tenantClaim: {
    readonly claim: string;
    readonly ids: Readonly<Record<string, string>> | null;
  } | null;
  /** The role of whose token says no other; null refuses them. */
  readonly role: Role | null;
  readonly roleClaim: { readonly claim: string; readonly values: Readonly<Record<string, Role>> } | null;
  /** Whether somebody who is not known yet becomes a person of the tenant. */
  readonly createUsers: boolean;
  /** Whether somebody who is not known yet is the person of the tenant with the same, verified, address. */
  readonly linkByEmail: boolean;
  /** The claim that says that it has verified the address: its own word for `email_verified`. */
  readonly emailVerifiedClaim: string;
  /** How its people sign in with a browser; null where they do not. */
  readonly signIn: ProviderSignIn | null;
}

/** A sign-in by redirect (OpenID Connect Core 1.0, 3.1). */
export interface ProviderSignIn {
  /** Names it in our paths, and so in the redirect URI. */
  readonly id: string;
  /** As its people know it. */
  readonly label: string;
  readonly clientId: string;
  /** How we prove to it who we are: by a secret that the stack keeps, or not at all, where PKCE alone will do. */
  readonly authentication: 'secret' | 'none';
  readonly scopes: readonly string[];
  /** Claims that its ID tokens must have, each with one of these values. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** Domains of e-mail addresses that come in by it alone, never by a password. */
  readonly domains: readonly string[];
}

/**
 * The values of usage keys that the stack has: what tenants of the initial tier share who have none of their own, what
 * all others share, that of all test keys, and that of the plan that lets nothing through. None depends on the tiers.
 */
export type UsageKeys = Readonly<Record<'initial' | 'other' | 'sandbox' | 'exhausted', string>>;

/** How the reconciler gives tenants usage keys of their own (lib/config.ts says why the numbers are what they are). */
export interface OwnUsageKeys {
  /** API keys of the account in the Region up to which it makes more. */
  readonly max: number;
  /** The same for tenants of the initial tier. */
  readonly maxForInitialTier: number;
  /** Seconds that a key waits between its making and its first use. */
  readonly warmSeconds: number;
  /** Seconds that a key is kept after its last use. */
  readonly retireSeconds: number;
}

/** Mails about accounts. */
export interface MailSettings {
  /** The sender, by which SES sends; null where mails are events. */
  readonly from: string | null;
  /** Whether people may log in whose address is not confirmed. */
  readonly allowsUnverified: boolean;
}

/** The configuration and the route table, resolved at synth time and put beside the code of the functions. */
export interface Deployment {
  readonly environment: 'development' | 'production';
  /** Whether a call without a credential is let in as a viewer; the synth allows it in development only. */
  readonly anonymous: boolean;
  readonly tiers: Readonly<Record<string, TierLimits>>;
  /** The tier of a new tenant. */
  readonly initialTier: string;
  /** Limits of one source address where no credential is needed. */
  readonly addressLimits: AddressLimits;
  /** Limits of each `test` key, whatever its tenant's tier. */
  readonly sandbox: Pick<TierLimits, 'keyRequestsPerMinute'>;
  readonly usageKeys: OwnUsageKeys;
  /** The team's APIs; a path that none serves is answered by the built-in echo. */
  readonly upstreams: readonly Upstream[];
  readonly tokens: TokenSettings;
  readonly identityProviders: readonly IdentityProvider[];
  readonly factors: FactorSettings;
  /** Whether keys are kept encrypted besides, for who made them to see again. */
  readonly revealsKeys: boolean;
  readonly mail: MailSettings;
  readonly rights: Rights;
  /** The configuration's path rules, then the profile's. */
  readonly pathScopes: readonly PathRule[];
  /** How many decisions that let somebody in have one line of the log. */
  readonly allowedDecisionsPerLogLine: number;
  /** Which requests have a span; null where the deployment takes no part in traces. */
  readonly traces: Sampling | null;
  readonly cors: Cors;
  /** Whether the key console is served. */
  readonly console: boolean;
  /** The path of the host at which the API answers on its domain, such as `/auth`; empty for the root. */
  readonly basePath: string;
  readonly gatewayFacts: GatewayFacts;
}

/** The part of a deployment that decisions read. */
export interface DecisionSettings
  extends Pick<Deployment, 'anonymous' | 'initialTier' | 'sandbox' | 'pathScopes'> {
  readonly tiers: Readonly<Record<string, Omit<TierLimits, 'keys'>>>;
  readonly rights: DecisionRights;
}

/** The methods behind which no function of ours stands. */
export interface DirectSettings {
  /** Their resources' paths, as the API declares them. */
  readonly resources: readonly string[];
  readonly zeroPlanThrottles: boolean;
  /** Whether who is let in has an assertion in the context: only then the secret is read. */
  readonly signs: boolean;
  /** Whether the API's plans know the keys that tenants have of their own; those of a tier share one where they do not. */
  readonly knowsOwnKeys: boolean;
}

/**
 * Of the authorizer of an HTTP API (payload 2.0, simple responses). Its access table has a route's path, or `$default`;
 * what is refused is `isAuthorized: false`.
 */
export interface Payload2Settings {
  /**
   * Routes, as `routeKey` has them, whose function answers with `latchkey/verify`: who is proven and still refused (the
   * outcomes `forbidden`, `limited`, `misdirected`) passes there, with the outcome in the context and without an identity.
   */
  readonly answeredBehind: readonly string[];
}

/** The part of a profile that they read. */
export interface DecisionProfile extends Pick<Profile, 'credentials' | 'errorCodes'> {
  readonly keys: KeyFormat;
}

/** Which requests are recorded as spans of their traces. */
export interface Sampling {
  /** Of all requests, from 0 to 1; which they are nobody chooses. */
  readonly share: number;
  /** Whether those are recorded too that a caller has flagged as sampled. */
  readonly callersSample: boolean;
}

/** The limits of a deployment: how many, of what the windows below are for. */
export interface AddressLimits {
  readonly accountsPerHour: number;
  readonly failedLoginsPerTenMinutes: number;
  readonly failedRefreshesPerTenMinutes: number;
}
