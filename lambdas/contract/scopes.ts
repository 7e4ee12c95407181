/** The rights of a credential. One check serves people and programs: a role is a set of scopes. */
export const SCOPES = ['read', 'write', 'delete', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** The roles of a person in a tenant, smallest first. */
export const ROLES = ['viewer', 'editor', 'admin'] as const;

export type Role = (typeof ROLES)[number];

export const ENVIRONMENTS = ['live', 'test'] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['read'],
  editor: ['read', 'write'],
  admin: ['read', 'write', 'delete', 'admin'],
};

/** The scopes that each scope includes beyond itself; a profile may widen one (`write` includes `delete` on one page). */
export type ScopeInclusion = Readonly<Partial<Record<Scope, readonly Scope[]>>>;

/** `admin` is full access on every published page that names it. */
export const ADMIN_INCLUDES_ALL: ScopeInclusion = { admin: SCOPES };

/** Whether `granted` covers `required`, directly or by what a granted scope includes. */
export function coversScope(granted: readonly Scope[], required: Scope, inclusion: ScopeInclusion): boolean {
  return granted.some((scope) => scope === required || (inclusion[scope]?.includes(required) ?? false));
}

/** The first scope of `wanted` that `granted` does not cover, or undefined when all are covered. */
export function firstUncovered(
  granted: readonly Scope[],
  wanted: readonly Scope[],
  inclusion: ScopeInclusion,
): Scope | undefined {
  return wanted.find((scope) => !coversScope(granted, scope, inclusion));
}

/** Scopes are one text, smallest first, as in a token's `scope` (RFC 6749, 3.3). */
export function scopesText(scopes: readonly Scope[]): string {
  return SCOPES.filter((scope) => scopes.includes(scope)).join(' ');
}

export function parseScopes(stored: string): Scope[] {
  return SCOPES.filter((scope) => stored.split(' ').includes(scope));
}
