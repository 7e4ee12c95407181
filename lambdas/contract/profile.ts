import type { Area, AreaAccess, Method } from './access.ts';
import type { Algorithm } from './algorithms.ts';
import type { ErrorCode, ErrorType, FieldError } from './errors.ts';
import type { KeyFormat } from './key-format.ts';
import type { RouteId } from './route-id.ts';
import type { Role, RoleDefinition, Scope, ScopeDefinition } from './scopes.ts';

/** A way to present a credential. The order is fixed: `Authorization` decides before `X-API-Key`. */
export type CredentialStyle = 'bearer-token' | 'bearer-key' | 'token-key' | 'x-api-key';

/** An error as it goes to a profile's `errorBody`. In gateway responses the strings are `$context` references. */
export interface ErrorView {
  readonly status: number;
  readonly type: ErrorType;
  /** The profile's own name of the code. */
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly requestId: string;
  readonly fields: readonly FieldError[];
}

/** Facts about the request that an envelope may show. */
export interface ResponseMeta {
  readonly requestId: string;
  readonly processingTimeMs: number;
}

/** A scope that paths of the upstream take instead of the method's. `*` at the end matches everything below. */
export interface PathScope {
  readonly path: string;
  readonly methods?: readonly Method[];
  readonly scope: Scope;
}

/** A path rule of a deployment: what a published contract cannot say of itself. */
export interface PathRule extends PathScope {
  /** Unix seconds until which calls that are refused are let pass, unidentified. */
  readonly observeUntil?: number;
}

/** A response of Latchkey's own before the profile presents it. */
export type View = Readonly<Record<string, unknown>>;

/**
 * One published contract: data and small pure functions. No code outside `profiles/` compares a profile's name;
 * what differs between contracts is a field here.
 */
export interface Profile {
  /** As in `--profile NAME`; equals the file's name. */
  readonly name: string;
  /** The service's name, for the OpenAPI document. */
  readonly title: string;
  /**
   * The module that exports it as `profile`, as a path or a `file:` URL: it is bundled at synth, for which esbuild must be
   * installed. @default - one of `profiles`
   */
  readonly module?: string;

  readonly keys: KeyFormat & {
    /** The scopes of a key that is created without any; null gives all that its creator has, but no managing ones. */
    readonly defaultScopes: readonly Scope[] | null;
    /** The scopes of the key that onboarding hands out. */
    readonly onboardingScopes: readonly Scope[];
    /** The name of that key. @default First key */
    readonly onboardingName?: string;
    /** Days after which a key expires when its creator names no expiry; null for never, else no key is for ever. */
    readonly defaultExpiryDays: number | null;
    readonly maxExpiryDays: number;
  };

  readonly credentials: readonly CredentialStyle[];

  readonly tokens: {
    /** The algorithm that signs them; the configuration may name another. */
    readonly algorithm: Algorithm;
    /** Seconds for which an access token is valid. */
    readonly lifetimeSeconds: number;
    /** False where a login gives one token and none to refresh it: the session then lives as long. @default true */
    readonly refresh?: boolean;
  };

  /** May `anonymous: true` be configured (in development only)? It then has those of the smallest role. */
  readonly allowsAnonymous: boolean;

  /** The path prefixes below which everything that Latchkey does not serve itself goes to the upstream. */
  readonly upstreamPrefixes: readonly string[];
  /**
   * The path in whose place our own rows stand instead of an upstream's prefix: a deployment's configuration says it, and no
   * published contract. @default - the prefix that their paths begin with
   */
  readonly managementPrefix?: string;
  /** Whether the rows of operators are there: a deployment's configuration says it, and no published contract. @default false */
  readonly hasOperators?: boolean;
  /** The scopes and roles of this contract; the configuration may declare others in their place. */
  readonly scopes: readonly ScopeDefinition[];
  readonly roles: Readonly<Record<Role, RoleDefinition>>;
  /** The role of whoever opens an account. */
  readonly ownerRole: Role;
  /** The scopes that our own rows take. */
  readonly areaScopes: Readonly<Record<Area, Scope>>;
  /** The scope that a method of the upstream takes. */
  readonly methodScopes: Readonly<Record<Method, Scope>>;
  /** Paths of the upstream that take another scope than their method's; the configuration's come first. */
  readonly pathScopes: readonly PathScope[];

  /** Other paths than the route table's; several serve the same route, an empty list removes it, one adds an optional row. */
  readonly paths: Readonly<Partial<Record<RouteId, readonly string[]>>>;
  /** Another access than the route table's; never none. */
  readonly access: Readonly<Partial<Record<RouteId, AreaAccess>>>;
  /** Other names of request fields: the published name -> Latchkey's. Both are taken. */
  readonly requestFields: Readonly<Record<string, string>>;
  /** What a field of a route's body is when a request leaves it out, by Latchkey's name of the field. @default {} */
  readonly requestDefaults?: Readonly<Partial<Record<RouteId, Readonly<Record<string, string>>>>>;
  /** How a route's result is presented where that differs from Latchkey's own. */
  readonly present: Readonly<Partial<Record<RouteId, (view: View) => unknown>>>;
  /** Wraps a presented result, except of the rows that send theirs as they are. */
  readonly envelope: (body: unknown, meta: ResponseMeta) => unknown;

  /** The published names of error codes. */
  readonly errorCodes: Readonly<Partial<Record<ErrorCode, string>>>;
  /** The body of every error, also of those that API Gateway itself answers. */
  readonly errorBody: (error: ErrorView) => unknown;

  /** Whether the contract promises the headers of the allowance on every answer, those of the upstream too. @default false */
  readonly promisesRateHeaders?: boolean;
}

/** The name by which this profile's clients know an error. */
export function errorCodeOf(profile: Pick<Profile, 'errorCodes'>, code: ErrorCode): string {
  return profile.errorCodes[code] ?? code;
}
