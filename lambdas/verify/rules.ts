import { METHODS, type Method, type RowAccess } from '../contract/access.ts';
import type { PathScope } from '../contract/profile.ts';
import type { Scope } from '../contract/scopes.ts';
import { isMatchOf, matchesPath } from '../upstream/path-scopes.ts';
import { SettingsError } from './settings.ts';

/**
 * What a route takes: a scope; or `{ scope: null }`, any credential; or `{ public: true }`, none. A text is a scope.
 */
export type Rule = Scope | { readonly scope: Scope | null } | { readonly public: true };

/**
 * Rules by method and path, such as `POST /search`, or by path alone. `{name}` stands for one segment, and `*` at the end for
 * everything below. The first that matches holds; what none matches takes the scope of its method.
 */
export type Rules = Readonly<Record<string, Rule>>;

/** What a request takes: nothing, or a row's access with the scopes of paths by which it is decided. */
export type Demand =
  | 'public'
  | {
      readonly access: RowAccess;
      readonly pathScopes: readonly PathScope[];
      /** The path of the rule that matched; absent where none did, or the route has a rule of its own. */
      readonly route?: string;
    };

interface ParsedRule {
  readonly path: string;
  readonly methods?: readonly Method[];
  /** Null for any credential. */
  readonly scope: Scope | null;
  readonly isPublic: boolean;
}

/** A whole path, as a rule says it: segments, of which some are parameters, and perhaps a `*` at the end. */
const PATTERN = /^\/$|^\/\*$|^(?:\/(?:\{\w+\}|[\w.~!$&'()+,=:@%-]+))+(?:\/\*)?$/;

/** Reads rules. Throws a {@link SettingsError} that names the one that is wrong, or that no request can reach. */
export function parseRules(rules: Rules, declared: readonly Scope[]): readonly ParsedRule[] {
  if (Object.prototype.toString.call(rules) !== '[object Object]')
    throw new SettingsError("rules: give an object, such as { 'POST /search': 'read' }");
  const parsed = Object.entries(rules).map(([key, rule]): ParsedRule => {
    const [, method, path = ''] = /^(?:([A-Z]+) +)?(\S+)$/.exec(key) ?? [];
    const methods = METHODS.filter((each) => method === undefined || each === method);
    const place = `rules["${key}"]`;
    if (!PATTERN.test(path))
      throw new SettingsError(
        `${place}: write a method and a path, as in "POST /items/{id}" or "/reports/*"`,
      );
    if (methods.length === 0)
      throw new SettingsError(`${place}: the method must be one of ${METHODS.join(', ')}`);
    return { path, ...(method === undefined ? {} : { methods }), ...parseRule(rule, declared, place) };
  });
  const keys = Object.keys(rules);
  parsed.forEach((rule, index) => {
    const before = parsed.slice(0, index).findIndex((each) => hides(each, rule));
    if (before >= 0)
      throw new SettingsError(
        `rules["${keys[index]}"]: "${keys[before]}" stands before it and matches all that it does; put it first`,
      );
  });
  return parsed;
}

/** Reads the rule of one route. Throws a {@link SettingsError} for what is none, or a scope that is not declared. */
export function parseRule(
  rule: Rule,
  declared: readonly Scope[],
  place = 'rule',
): Pick<ParsedRule, 'scope' | 'isPublic'> {
  const { scope, public: isPublic } = (typeof rule === 'string' ? { scope: rule } : Object(rule)) as {
    readonly scope?: unknown;
    readonly public?: unknown;
  };
  if (isPublic === true && scope === undefined) return { scope: null, isPublic: true };
  if (isPublic !== undefined || (typeof scope !== 'string' && scope !== null))
    throw new SettingsError(`${place}: say a scope, { scope: null } for any credential, or { public: true }`);
  if (scope !== null && !declared.includes(scope))
    throw new SettingsError(
      `${place}: the scope "${scope}" is not declared; there are ${declared.join(', ')}`,
    );
  return { scope, isPublic: false };
}

/** What a request takes by the rule of its route. */
export function demandOf({ scope, isPublic }: Pick<ParsedRule, 'scope' | 'isPublic'>): Demand {
  if (isPublic) return 'public';
  if (scope === null) return { access: {}, pathScopes: [] };
  return { access: 'upstream', pathScopes: [{ path: '/*', scope }] };
}

/**
 * What a request takes by its path. A rule that matches only as a forgiving reader may read the path adds its scope and
 * opens nothing, so that writing a path another way can raise what it takes, and never lower it (`upstreamScopes`).
 */
export function demandAt(
  method: string,
  path: string,
  rules: readonly ParsedRule[],
  pathScopes: readonly PathScope[],
): Demand {
  const here = rules.map((rule) => ({ ...rule, route: rule.path, path: filled(rule.path, path) }));
  const matches = here.map((rule) => ({ rule, match: isMatchOf(scopeOf(rule), method, path) }));
  const first = matches.find(({ match }) => match === 'as read')?.rule;
  const route = first === undefined ? {} : { route: first.route };
  const isRaised = matches
    .slice(0, first === undefined ? 0 : here.indexOf(first))
    .some(({ rule, match }) => match === 'loosely' && !rule.isPublic);
  if (first !== undefined && first.scope === null && !isRaised) {
    const demand = demandOf(first);
    return demand === 'public' ? demand : { ...demand, ...route };
  }
  const scopes = here.filter(({ scope }) => scope !== null).map(scopeOf);
  return { access: 'upstream', pathScopes: [...scopes, ...pathScopes], ...route };
}

function scopeOf({ path, methods, scope }: ParsedRule): PathScope {
  return { path, scope: scope ?? '', ...(methods === undefined ? {} : { methods }) };
}

/** A rule's path with the request's own segments in place of its parameters. */
function filled(pattern: string, path: string): string {
  const given = path.split('/');
  return pattern
    .split('/')
    .map((segment, index) => (segment.startsWith('{') ? given[index] || segment : segment))
    .join('/');
}

/** Whether every request that matches `later` matches `earlier`. */
function hides(earlier: ParsedRule, later: ParsedRule): boolean {
  const takesMethods = (later.methods ?? METHODS).every(
    (method) => earlier.methods?.includes(method) ?? true,
  );
  const isTree = later.path.endsWith('/*');
  if (!takesMethods || (isTree && !earlier.path.endsWith('/*'))) return false;
  const root = isTree ? later.path.slice(0, -2) || '/' : later.path;
  return matchesPath(filled(earlier.path, root), root);
}
