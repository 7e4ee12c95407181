import type { PathScope, Profile } from '../../profiles/profile.ts';
import type { Scope } from '../domain/scopes.ts';
import type { Access, Method, Route } from './route.ts';

/** What stands at one path and method of the API, resolved for a profile and a configuration. */
export type ApiRow =
  | {
      readonly kind: 'route';
      readonly method: Method;
      readonly path: string;
      readonly access: Access;
      readonly route: Route;
    }
  /** ANY on a subtree of our own: the profile's 404, so that nothing of ours falls through to the upstream. */
  | { readonly kind: 'not-found'; readonly method: 'ANY'; readonly path: string }
  /** ANY on a prefix: to the upstream, with the scope of the method or of the path. */
  | { readonly kind: 'upstream'; readonly method: 'ANY'; readonly path: string };

/** What the authorizer must know of one row that takes a credential: nothing else of the table is in its bundle. */
export type RowAccess = { readonly scope?: Scope; readonly callers?: 'user' | 'key' } | 'upstream';

/** The authorizer's view of the table: `resource path -> method or ANY -> access`. */
export type AccessTable = Readonly<Record<string, Readonly<Record<string, RowAccess>>>>;

/** The table of a profile: our own rows first, then the catch-alls of our subtrees, then the upstream. */
export function apiRows(routes: readonly Route[], profile: Profile): readonly ApiRow[] {
  const own = routes.flatMap((route): ApiRow[] =>
    (profile.paths[route.id] ?? (route.path === null ? [] : [route.path])).map((path) => ({
      kind: 'route',
      method: route.method,
      path,
      access: profile.access[route.id] ?? route.access,
      route,
    })),
  );
  const subtrees = new Set(own.flatMap((row) => ownSubtree(row.path, profile.upstreamPrefixes)));
  return [
    ...own,
    // The root too: whatever API Gateway finds no method for, it would answer in words of its own.
    ...['', ...subtrees].flatMap((root) => rootAndBelow('not-found', root)),
    ...profile.upstreamPrefixes.flatMap((root) => rootAndBelow('upstream', root)),
  ];
}

function rootAndBelow(kind: 'not-found' | 'upstream', root: string): ApiRow[] {
  return [root || '/', `${root}/{proxy+}`].map((path) => ({ kind, method: 'ANY', path }));
}

/** The subtree that a path claims below an upstream's prefix: that prefix and one segment more. */
function ownSubtree(path: string, prefixes: readonly string[]): string[] {
  const prefix = prefixes.find((candidate) => path.startsWith(`${candidate}/`));
  if (prefix === undefined) return [];
  const segment = path.slice(prefix.length + 1).split('/', 1)[0] ?? '';
  return [`${prefix}/${segment}`];
}

/** The part of the table that takes a credential, as the authorizer reads it. Public rows have no authorizer. */
export function accessTable(rows: readonly ApiRow[]): AccessTable {
  const table: Record<string, Record<string, RowAccess>> = {};
  for (const row of rows) {
    const access = rowAccess(row);
    if (access !== undefined) (table[row.path] ??= {})[row.method] = access;
  }
  return table;
}

function rowAccess(row: ApiRow): RowAccess | undefined {
  if (row.kind === 'upstream') return 'upstream';
  if (row.kind === 'not-found' || row.access.kind === 'public') return undefined;
  const { scope, callers } = row.access;
  return { ...(scope === null ? {} : { scope }), ...(callers === undefined ? {} : { callers }) };
}

/** The scope that a call of the upstream takes: the first path rule that matches, else the method's. */
export function upstreamScope(
  method: Method,
  path: string,
  rules: readonly PathScope[],
  methodScopes: Profile['methodScopes'],
): PathScope['scope'] {
  const rule = rules.find(
    (candidate) =>
      (candidate.methods?.includes(method) ?? true) &&
      matchesPath(unescaped(candidate.path), unescaped(path)),
  );
  return rule?.scope ?? methodScopes[method];
}

/** `/a/*` matches `/a` and everything below; a path without `*` matches itself. A trailing slash is ignored. */
function matchesPath(pattern: string, path: string): boolean {
  const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  if (!pattern.endsWith('/*')) return bare === pattern;
  const root = pattern.slice(0, -2);
  return bare === root || bare.startsWith(`${root}/`);
}

/** An escaped ASCII character is that character to whoever reads the path behind us (RFC 3986, 6.2.2.2). */
function unescaped(path: string): string {
  return path.replace(/%[2-7][\da-f]/gi, decodeURIComponent);
}
