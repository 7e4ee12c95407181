import type { Method } from '../contract/access.ts';
import type { PathScope } from '../contract/profile.ts';
import type { Rights } from '../contract/rights.ts';

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

/** The scope that a call of the upstream takes: the first path rule that matches, else the method's. */
export function upstreamScope(
  method: Method,
  path: string,
  rules: readonly PathScope[],
  methodScopes: Rights['methodScopes'],
): PathScope['scope'] {
  const rule = rules.find(
    (candidate) =>
      (candidate.methods?.includes(method) ?? true) &&
      matchesPath(unescaped(candidate.path), unescaped(path)),
  );
  return rule?.scope ?? methodScopes[method];
}
