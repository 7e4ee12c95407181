import type { Access, AccessTable, Method, RowAccess } from '../contract/access.ts';
import type { Profile } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';
import type { Upstream } from '../contract/upstream.ts';
import type { Route } from './route.ts';

/** A path and method of the API, resolved for a profile and a configuration. */
export type ApiRow<Own extends Route = Route> =
  | OwnRow<Own, 'route', Method>
  /** HEAD of a row with GET: the same without its content (RFC 9110, 9.3.2), to whom may have that. */
  | OwnRow<Own, 'head', 'HEAD'>
  /** ANY on a subtree of our own: the profile's 404, so that nothing of ours falls through to the upstream. */
  | { readonly kind: 'not-found'; readonly method: 'ANY'; readonly path: string }
  /** ANY on a prefix: to the upstream of that name, with the scope of the method or of the path. */
  | {
      readonly kind: 'upstream';
      readonly method: 'ANY';
      readonly path: string;
      readonly upstream: Upstream['name'];
    };

/** A row of our own. */
export interface OwnRow<
  Own extends Route = Route,
  Kind extends string = string,
  OwnMethod extends Method = Method,
> {
  readonly kind: Kind;
  readonly method: OwnMethod;
  readonly path: string;
  readonly access: Access;
  readonly route: Own;
}

/** The table of a profile: our own rows first, then the catch-alls of our subtrees, then the upstreams. */
export function apiRows<Own extends Route>(
  routes: readonly Own[],
  profile: Profile,
  upstreams: readonly Pick<Upstream, 'name' | 'path'>[] = [],
): readonly ApiRow<Own>[] {
  const own = routes.flatMap((route): OwnRow<Own, 'route', Method>[] =>
    ownPaths(route, profile).map((path) => ({
      kind: 'route',
      method: route.method,
      path,
      access: profile.access[route.id] ?? route.access,
      route,
    })),
  );
  const subtrees = new Set(own.flatMap((row) => ownSubtree(row.path, profile.upstreamPrefixes)));
  return [
    ...own.flatMap((row): ApiRow<Own>[] =>
      row.method === 'GET' ? [row, { ...row, kind: 'head', method: 'HEAD' }] : [row],
    ),
    // The root too: whatever API Gateway finds no method for, it would answer in words of its own.
    ...['', ...subtrees].flatMap(rootAndBelow).map(
      (path): ApiRow<never> => ({
        kind: 'not-found',
        method: 'ANY',
        path,
      }),
    ),
    ...upstreamPaths(profile, upstreams).flatMap(({ name, path: root }) =>
      rootAndBelow(root).map(
        (path): ApiRow<never> => ({ kind: 'upstream', method: 'ANY', path, upstream: name }),
      ),
    ),
  ];
}

/**
 * The rows that need no resource of API Gateway's own, of which a stack has room for few (ADR 0164): the catch-alls that
 * answer 404s lead to the same function. They are what anybody may ask of that function, at a path without parameters that
 * no other row stands for, and below which there is none.
 */
export function caughtRows<Own extends Route>(rows: readonly ApiRow<Own>[]): ReadonlySet<ApiRow<Own>> {
  const others = rows.filter((row) => row.kind !== 'not-found' && !isOpen(row)).map(({ path }) => path);
  return new Set(
    rows.filter(
      (row) =>
        isOpen(row) && !others.some((other) => covers(other, row.path) || other.startsWith(`${row.path}/`)),
    ),
  );
}

function isOpen(row: ApiRow): boolean {
  return (
    (row.kind === 'route' || row.kind === 'head') &&
    row.route.service === 'public' &&
    row.access.kind === 'public' &&
    !row.path.includes('{')
  );
}

/** Whether a path is one that a path of the API stands for, as API Gateway reads it: a slash at the end says nothing. */
export function covers(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = withoutTrailingSlash(path).split('/');
  const isLongEnough = template.endsWith('+}')
    ? given.length >= wanted.length
    : given.length === wanted.length;
  return (
    isLongEnough &&
    wanted.every((segment, index) =>
      segment.startsWith('{') ? given[index] !== '' : segment === given[index],
    )
  );
}

/** A path as API Gateway reads it: a slash at the end says nothing. */
export function withoutTrailingSlash(path: string): string {
  return path.replace(/(?<=.)\/$/, '');
}

/**
 * The paths of a row; of one of operators none, unless the configuration has them. Below a prefix of the upstream they begin
 * with `managementPrefix` instead, where there is one.
 */
function ownPaths(
  route: Route,
  { paths, upstreamPrefixes, managementPrefix, hasOperators = false }: Profile,
): readonly string[] {
  if (route.access.kind === 'operator' && !hasOperators) return [];
  const published = paths[route.id] ?? (route.path === null ? [] : [route.path]);
  if (managementPrefix === undefined) return published;
  const moved = published.map((path) => {
    const prefix = upstreamPrefixes.find((candidate) => path.startsWith(`${candidate}/`));
    return prefix === undefined ? path : managementPrefix + path.slice(prefix.length);
  });
  return [...new Set(moved)];
}

/** The profile's prefixes go to the upstream without a name; a named one has a path of its own. */
function upstreamPaths(
  { upstreamPrefixes }: Profile,
  upstreams: readonly Pick<Upstream, 'name' | 'path'>[],
): readonly Pick<Upstream, 'name' | 'path'>[] {
  return [
    ...upstreamPrefixes.map((path) => ({ name: '', path })),
    ...upstreams.filter(({ name }) => name !== ''),
  ];
}

function rootAndBelow(root: string): string[] {
  return [root || '/', `${root}/{proxy+}`];
}

/** The subtree that a path claims below an upstream's prefix: that prefix and one segment more. */
function ownSubtree(path: string, prefixes: readonly string[]): string[] {
  const prefix = prefixes.find((candidate) => path.startsWith(`${candidate}/`));
  if (prefix === undefined) return [];
  const segment = path.slice(prefix.length + 1).split('/', 1)[0] ?? '';
  return [`${prefix}/${segment}`];
}

/** The part of the table that takes a credential, as the authorizer reads it; GET stands for HEAD. Public rows have no authorizer. */
export function accessTable(
  rows: readonly ApiRow[],
  { areaScopes }: Pick<Rights, 'areaScopes'>,
): AccessTable {
  const table: Record<string, Record<string, RowAccess>> = {};
  for (const row of rows) {
    // HEAD is GET's: the table of the bundle has it once.
    const access = row.kind === 'head' ? undefined : rowAccess(row, areaScopes);
    if (access !== undefined) (table[row.path] ??= {})[row.method] = access;
  }
  return table;
}

function rowAccess(row: ApiRow, areaScopes: Rights['areaScopes']): RowAccess | undefined {
  if (row.kind === 'upstream') return 'upstream';
  if (row.kind === 'not-found' || row.kind === 'head' || row.access.kind === 'public') return undefined;
  // The function behind it looks who the person is, as that takes reads.
  if (row.access.kind === 'operator') return { callers: 'user' };
  const { scope, callers } = row.access;
  return {
    ...(scope === null ? {} : { scope: areaScopes[scope] }),
    ...(callers === undefined ? {} : { callers }),
    ...(row.route.takesEmbedTokens ? { embed: true } : {}),
  };
}
