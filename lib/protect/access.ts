import { type AccessTable, METHODS, type Method, type RowAccess } from '../../lambdas/contract/access.ts';
import type { Rights } from '../../lambdas/contract/rights.ts';
import type { Scope } from '../../lambdas/contract/scopes.ts';
import { ConfigError } from '../config.ts';

/** A method of an API as API Gateway tells the authorizer of it: a resource's or a route's. */
export interface ApiMethod {
  /** A method of HTTP, or `ANY`. */
  readonly method: string;
  /** Of the resource or route as the API declares it, such as `/items/{id}`; `$default` of what no other route is for. */
  readonly path: string;
}

/** Scopes by method and path, such as `POST /search`; null where every credential will do. */
export type MethodScopes = Readonly<Record<string, Scope | null>>;

/** As in `GET /items/{id}` and `$default`. */
export function nameOf({ method, path }: ApiMethod): string {
  return path === '$default' && method === 'ANY' ? path : `${method} ${path}`;
}

/** What has a scope of its own: HEAD takes what GET does, as it is GET without the content (RFC 9110, 9.3.2). */
const SCOPABLE = METHODS.filter((method) => method !== 'HEAD');

/**
 * What each method takes, as the authorizer looks it up: HEAD by GET. The table names methods and scopes only: rules on
 * paths are for the upstream of the front door.
 */
export function accessTableOf(
  methods: readonly ApiMethod[],
  scopes: MethodScopes,
  methodScopes: Rights['methodScopes'],
): AccessTable {
  const names = new Set(methods.map(nameOf));
  const has = (method: string, path: string) => names.has(nameOf({ method, path }));
  const rowOf = (method: Method, path: string): RowAccess => {
    const entry = [method, ...(method === 'GET' ? ['HEAD'] : []), 'ANY']
      .map((each) => nameOf({ method: each, path }))
      .find((name) => Object.hasOwn(scopes, name));
    const scope = entry === undefined ? methodScopes[method] : scopes[entry];
    return scope === null || scope === undefined ? {} : { scope };
  };
  const rows = methods.flatMap(({ method, path }) => {
    const taken = SCOPABLE.filter((each) => {
      // What has a method of its own does not come to ANY.
      if (method === 'ANY') return !has(each, path);
      return method === 'HEAD' ? each === 'GET' && !has('GET', path) : method === each;
    });
    return taken.map((each) => [path, each, rowOf(each, path)] as const);
  });
  const table: Record<string, Record<string, RowAccess>> = {};
  for (const [path, method, access] of rows.toSorted(byPathAndMethod)) (table[path] ??= {})[method] = access;
  return table;
}

/** In one order, however the API is written: the code of the authorizer then is the same. */
function byPathAndMethod(one: readonly [string, string, RowAccess], other: typeof one): number {
  const [first, second] = [one, other].map(([path, method]) => `${path} ${method}`) as [string, string];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Entries that name none of the API's methods, each in a sentence. */
export function unmatchedEntries(
  field: string,
  entries: readonly string[],
  names: readonly string[],
): string[] {
  return entries
    .filter((entry) => !names.includes(entry))
    .map(
      (entry) => `${field}: "${entry}" is none of ${[...new Set(names)].sort().join(', ') || '(nothing)'}`,
    );
}

/** The names by which a scope may be given: of a method `ANY` each of HTTP's too, and HEAD where there is no GET. */
export function scopableNames(methods: readonly ApiMethod[]): readonly string[] {
  const names = methods.flatMap(({ method, path }) =>
    (method === 'ANY' ? [method, ...SCOPABLE] : [method]).map((each) => nameOf({ method: each, path })),
  );
  return names.filter((name) => !name.startsWith('HEAD ') || !names.includes(name.replace('HEAD', 'GET')));
}

/** Refuses scopes that the configuration does not declare. Throws a `ConfigError`. */
export function requireDeclaredScopes(scopes: MethodScopes, inclusion: Rights['inclusion']): void {
  const faults = Object.entries(scopes)
    .filter(([, scope]) => scope !== null && !Object.hasOwn(inclusion, scope))
    .map(
      ([name, scope]) =>
        `scopes: "${name}" takes "${scope}", which is not declared; declared are ${Object.keys(inclusion).join(', ')}`,
    );
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
}
