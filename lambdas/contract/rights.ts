import type { Area, Method } from './access.ts';
import type { Role, RoleDefinition, Scope, ScopeDefinition, ScopeInclusion } from './scopes.ts';

/** The scopes and roles of a deployment, resolved at synth time: every name in it is declared. */
export interface Rights {
  readonly scopes: readonly ScopeDefinition[];
  readonly inclusion: ScopeInclusion;
  readonly managing: readonly Scope[];
  /** Smallest first. */
  readonly roles: Readonly<Record<Role, RoleDefinition>>;
  /** The role of whoever opens an account. */
  readonly ownerRole: Role;
  /**
   * The role that every other has all of, and that manages nothing: of a person who is given none, and of an anonymous
   * caller. Null for none.
   */
  readonly smallestRole: Role | null;
  /** The roles that manage people: a tenant always keeps a person with one of them. */
  readonly peopleManagers: readonly Role[];
  /** The scopes that our own rows take. */
  readonly areaScopes: Readonly<Record<Area, Scope>>;
  /** The scope that a method of the upstream takes. */
  readonly methodScopes: Readonly<Record<Method, Scope>>;
  /** The scopes of a key that is created without any; null gives all that its creator has. Managing ones never are. */
  readonly defaultScopes: readonly Scope[] | null;
  /** The scopes of the key that onboarding hands out. */
  readonly onboardingScopes: readonly Scope[];
}

/** The part of them that decisions read. */
export type DecisionRights = Pick<Rights, 'inclusion' | 'roles' | 'smallestRole' | 'methodScopes'>;

/** The scopes of a role; none, if the configuration no longer has it. */
export function roleScopes(role: Role | null, roles: DecisionRights['roles']): readonly Scope[] {
  return (role !== null && Object.hasOwn(roles, role) ? roles[role]?.scopes : undefined) ?? [];
}
