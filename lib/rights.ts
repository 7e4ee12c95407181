import { AREAS, METHODS } from '../lambdas/contract/access.ts';
import type { PathRule, Profile } from '../lambdas/contract/profile.ts';
import { type Rights, roleScopes } from '../lambdas/contract/rights.ts';
import {
  declaredScopes,
  firstUncovered,
  MAX_SCOPES_BYTES,
  type Role,
  type RoleDefinition,
  type Scope,
  type ScopeDefinition,
  type ScopeInclusion,
  scopesText,
} from '../lambdas/contract/scopes.ts';
import { type Config, ConfigError } from './config.ts';

/** What the configuration says of scopes and roles; null and absent fields leave it to the profile. */
export type RightsChoice = Pick<
  Config,
  'scopes' | 'roles' | 'ownerRole' | 'areaScopes' | 'methodScopes' | 'defaultScopes' | 'onboardingScopes'
>;

/** Everything as the profile has it. */
export const PROFILES_OWN: RightsChoice = {
  scopes: null,
  roles: null,
  ownerRole: null,
  areaScopes: {},
  methodScopes: {},
  defaultScopes: null,
  onboardingScopes: null,
};

/** The scopes and roles of a deployment. Only what {@link requireDeclared} lets pass is whole. */
export function rightsOf(choice: RightsChoice, profile: Profile): Rights {
  const scopes = choice.scopes ?? profile.scopes;
  const inclusion = inclusionOf(scopes);
  const areaScopes = { ...profile.areaScopes, ...choice.areaScopes };
  const roles = smallestFirst(choice.roles ?? profile.roles, inclusion);
  const peopleManagers = Object.keys(roles).filter((role) =>
    reach(roles[role]?.scopes ?? [], inclusion).has(areaScopes.people),
  );
  const managing = managingScopes(scopes, inclusion);
  const { methodScopes } = choice;
  return {
    scopes,
    inclusion,
    managing,
    roles,
    ownerRole: choice.ownerRole ?? (choice.roles === null ? profile.ownerRole : onlyOne(peopleManagers)),
    smallestRole: smallestRole(roles, inclusion, managing),
    peopleManagers,
    areaScopes,
    methodScopes: {
      ...profile.methodScopes,
      // RFC 9110, 9.3.2: HEAD is GET without the content.
      ...(methodScopes.GET === undefined ? {} : { HEAD: methodScopes.GET }),
      ...methodScopes,
    },
    defaultScopes: choice.defaultScopes ?? profile.keys.defaultScopes,
    onboardingScopes: choice.onboardingScopes ?? profile.keys.onboardingScopes,
  };
}

/** Nobody guesses which of several roles opens accounts. */
function onlyOne(roles: readonly Role[]): Role {
  return roles.length === 1 ? (roles[0] ?? '') : '';
}

/** The configuration's path rules, then those of the profile's page, which name the page's scopes. */
export function pathScopesOf(
  { upstream, scopes }: Pick<Config, 'upstream' | 'scopes'>,
  profile: Profile,
): readonly PathRule[] {
  return [...(upstream?.scopes ?? []), ...(scopes === null ? profile.pathScopes : [])];
}

/** Refuses names that are not declared, and rights that would reach further than they say. Throws a `ConfigError`. */
export function requireDeclared(config: Config, profile: Profile): void {
  const rights = rightsOf(config, profile);
  const found = [
    ...scopeFaults(rights),
    ...roleFaults(rights),
    ...ruleFaults(config, profile, rights),
    ...keyFaults(rights),
    ...providerFaults(config, rights),
    ...factorFaults(config, rights),
    ...anonymousFaults(config, rights),
  ];
  if (found.length > 0) throw new ConfigError([...new Set(found)].join('\n'));
}

/** Every scope with all that it includes, directly or not, itself first. */
function inclusionOf(scopes: readonly ScopeDefinition[]): ScopeInclusion {
  const byName = new Map(scopes.map((scope) => [scope.name, scope]));
  const closure = (name: Scope, seen: Set<Scope>): Set<Scope> => {
    const scope = byName.get(name);
    if (scope === undefined || seen.has(name)) return seen;
    seen.add(name);
    for (const included of scope.includes ?? []) closure(included, seen);
    return seen;
  };
  return Object.fromEntries(scopes.map(({ name }) => [name, [...closure(name, new Set())]]));
}

/** All that scopes give together. */
function reach(scopes: readonly Scope[], inclusion: ScopeInclusion): ReadonlySet<Scope> {
  return new Set(scopes.flatMap((scope) => (Object.hasOwn(inclusion, scope) ? inclusion[scope] : []) ?? []));
}

/** What is declared as managing, and what includes it. */
function managingScopes(scopes: readonly ScopeDefinition[], inclusion: ScopeInclusion): readonly Scope[] {
  const declared = scopes.filter(({ managing }) => managing === true).map(({ name }) => name);
  return scopes
    .map(({ name }) => name)
    .filter((name) => inclusion[name]?.some((given) => declared.includes(given)));
}

/** By the number of scopes that they reach; of equals as they are written. */
function smallestFirst(
  roles: Readonly<Record<Role, RoleDefinition>>,
  inclusion: ScopeInclusion,
): Readonly<Record<Role, RoleDefinition>> {
  const size = ({ scopes }: RoleDefinition) => reach(scopes, inclusion).size;
  return Object.fromEntries(Object.entries(roles).sort(([, a], [, b]) => size(a) - size(b)));
}

/** The role that all others have all of. One that manages is given to nobody who did not ask for it. */
function smallestRole(
  roles: Readonly<Record<Role, RoleDefinition>>,
  inclusion: ScopeInclusion,
  managing: readonly Scope[],
): Role | null {
  const [[name, { scopes }] = ['', { scopes: [] }], ...others] = Object.entries(roles);
  const isWithin = (role: RoleDefinition) => firstUncovered(role.scopes, scopes, inclusion) === undefined;
  const manages = scopes.some((scope) => managing.includes(scope));
  return !manages && others.every(([, role]) => isWithin(role)) ? name : null;
}

function scopeFaults({ scopes, inclusion }: Rights): string[] {
  const managing = scopes.filter((scope) => scope.managing === true).map(({ name }) => name);
  return scopes.flatMap(({ name, includes = [] }, index) => {
    const field = `scopes.${index}.includes`;
    const reached = reach(includes, inclusion);
    return [
      ...undeclared(field, includes, inclusion),
      ...(reached.has(name) ? [`${field}: goes round in a circle back to ${name}; take one step out`] : []),
      ...managing
        .filter((each) => each !== name && reached.has(each) && !includes.includes(each))
        .map(
          (each) =>
            `${field}: reaches the managing scope ${each} through another one; name it here, or take it out`,
        ),
    ];
  });
}

function roleFaults(rights: Rights): string[] {
  const { roles, inclusion, peopleManagers, ownerRole, areaScopes } = rights;
  const names = Object.keys(roles);
  const faults = names.flatMap((role) => {
    const scopes = roles[role]?.scopes ?? [];
    return [
      ...undeclared(`roles.${role}.scopes`, scopes, inclusion),
      ...tooLong(`roles.${role}.scopes`, scopes, 'a key with all of them'),
    ];
  });
  if (peopleManagers.length === 0)
    faults.push(`roles: none has the scope ${areaScopes.people}, which manages people; give it to one`);
  else if (!peopleManagers.includes(ownerRole))
    faults.push(`ownerRole: must be one of the roles that manage people: ${peopleManagers.join(', ')}`);
  return faults;
}

function ruleFaults(
  config: Config,
  profile: Profile,
  { scopes, inclusion, areaScopes, methodScopes }: Rights,
): string[] {
  return [
    ...AREAS.flatMap((area) => undeclared(`areaScopes.${area}`, areaScopes[area], inclusion)),
    ...AREAS.filter((area) => area !== 'reading').flatMap((area) => {
      const scope = scopes.find(({ name }) => name === areaScopes[area]);
      return scope === undefined || scope.managing === true
        ? []
        : [
            `areaScopes.${area}: the scope ${scope.name} is not declared as managing; set its managing to true`,
          ];
    }),
    ...METHODS.flatMap((method) => undeclared(`methodScopes.${method}`, methodScopes[method], inclusion)),
    ...pathScopesOf(config, profile).flatMap(({ scope }, index) =>
      undeclared(`upstream.scopes.${index}.scope`, scope, inclusion),
    ),
  ];
}

function keyFaults({
  defaultScopes,
  onboardingScopes,
  inclusion,
  managing,
  roles,
  ownerRole,
}: Rights): string[] {
  const byDefault = defaultScopes ?? [];
  const beyond = Object.hasOwn(roles, ownerRole)
    ? firstUncovered(roleScopes(ownerRole, roles), declaredScopes(onboardingScopes, inclusion), inclusion)
    : undefined;
  return [
    ...undeclared('defaultScopes', byDefault, inclusion),
    ...tooLong('defaultScopes', byDefault, 'a key'),
    ...byDefault
      .filter((scope) => managing.includes(scope))
      .map(
        (scope) =>
          `defaultScopes: the scope ${scope} manages, and nobody is given it by default; take it out`,
      ),
    ...undeclared('onboardingScopes', onboardingScopes, inclusion),
    ...tooLong('onboardingScopes', onboardingScopes, 'a key'),
    ...(beyond === undefined
      ? []
      : [
          `onboardingScopes: the role ${ownerRole}, who is given the key, has not the scope ${beyond}; take it out`,
        ]),
  ];
}

function factorFaults({ factors: { requiredRoles } }: Config, { roles }: Rights): string[] {
  return requiredRoles.flatMap((role, index) => unknownRole(`factors.requiredRoles.${index}`, role, roles));
}

function providerFaults({ identityProviders }: Config, { roles }: Rights): string[] {
  return identityProviders.flatMap(({ role, roleClaim }, index) => [
    ...(role === null ? [] : unknownRole(`identityProviders.${index}.role`, role, roles)),
    ...Object.entries(roleClaim?.values ?? {}).flatMap(([value, given]) =>
      unknownRole(`identityProviders.${index}.roleClaim.values.${value}`, given, roles),
    ),
  ]);
}

function anonymousFaults({ anonymous }: Config, { smallestRole: role }: Rights): string[] {
  if (!anonymous || role !== null) return [];
  return [
    'anonymous: there is no role without managing scopes that all others have all of, to let nobody in with; set it to false',
  ];
}

function undeclared(field: string, scopes: Scope | readonly Scope[], inclusion: ScopeInclusion): string[] {
  const known = Object.keys(inclusion).join(', ');
  return [scopes]
    .flat()
    .filter((scope) => !Object.hasOwn(inclusion, scope))
    .map((scope) => `${field}: there is no scope "${scope}"; declared are ${known}`);
}

function unknownRole(field: string, role: Role, roles: Rights['roles']): string[] {
  return Object.hasOwn(roles, role)
    ? []
    : [`${field}: there is no role "${role}"; declared are ${Object.keys(roles).join(', ')}`];
}

function tooLong(field: string, scopes: readonly Scope[], whose: string): string[] {
  const bytes = Buffer.byteLength(scopesText(scopes));
  return bytes <= MAX_SCOPES_BYTES
    ? []
    : [
        `${field}: take ${bytes} bytes, and ${whose} has at most ${MAX_SCOPES_BYTES}; shorten the names, or include them in one scope`,
      ];
}
