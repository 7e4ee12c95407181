/** A right by its name. The configuration declares them; a profile brings those of its page. */
export type Scope = string;

/** What a person is in a tenant, by its name: a set of scopes, so that one check serves people and programs. */
export type Role = string;

export const ENVIRONMENTS = ['live', 'test'] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

/** The characters of a scope (RFC 6749, 3.3: `scope-token`), and how many of them. */
export const SCOPE_NAME = /^[\x21\x23-\x5B\x5D-\x7E]{1,64}$/;

/** A role's name. */
export const ROLE_NAME = /^[A-Za-z][A-Za-z0-9_:-]{0,63}$/;

/** Scopes that there may be, and roles. */
export const MAX_SCOPES = 64;

/** Bytes of a key's scopes as one text: its record is written on every request and stays below 1 KB. */
export const MAX_SCOPES_BYTES = 200;

export interface ScopeDefinition {
  readonly name: Scope;
  readonly description: string;
  /** What else whoever has this scope has; scopes by their names. @default [] */
  readonly includes?: readonly Scope[];
  /** Whether it manages keys, people or settings: nobody is given it by default. @default false */
  readonly managing?: boolean;
}

export interface RoleDefinition {
  readonly scopes: readonly Scope[];
  readonly description?: string;
}

/** Every declared scope with all that it gives, itself first. */
export type ScopeInclusion = Readonly<Record<Scope, readonly Scope[]>>;

/** All that a scope gives; nothing, if it is not declared (any more). */
function givenBy(scope: Scope, inclusion: ScopeInclusion): readonly Scope[] {
  return (Object.hasOwn(inclusion, scope) ? inclusion[scope] : undefined) ?? [];
}

/** Whether `granted` covers `required`, directly or by what a granted scope includes. */
export function coversScope(granted: readonly Scope[], required: Scope, inclusion: ScopeInclusion): boolean {
  return granted.some((scope) => givenBy(scope, inclusion).includes(required));
}

/** The first scope of `wanted` that `granted` does not cover, or undefined when all are covered. */
export function firstUncovered(
  granted: readonly Scope[],
  wanted: readonly Scope[],
  inclusion: ScopeInclusion,
): Scope | undefined {
  return wanted.find((scope) => !coversScope(granted, scope, inclusion));
}

/** The scopes that both cover: of one that is wider than all of the other's, what the other has of it. */
export function sharedScopes(
  one: readonly Scope[],
  other: readonly Scope[],
  inclusion: ScopeInclusion,
): readonly Scope[] {
  const whole = one.filter((scope) => coversScope(other, scope, inclusion));
  const part = other.filter(
    (scope) => coversScope(one, scope, inclusion) && !coversScope(whole, scope, inclusion),
  );
  return [...whole, ...part];
}

/** The scopes that are declared: a stored one that no longer is gives no right, and is told to nobody who acts on it. */
export function declaredScopes(stored: readonly Scope[], inclusion: ScopeInclusion): readonly Scope[] {
  return stored.filter((scope) => Object.hasOwn(inclusion, scope));
}

/** Scopes as one text, in the order in which they were given (RFC 6749, 3.3). */
export function scopesText(scopes: readonly Scope[]): string {
  return [...new Set(scopes)].join(' ');
}

export function parseScopes(stored: string): Scope[] {
  return stored.split(' ').filter((scope) => scope !== '');
}
