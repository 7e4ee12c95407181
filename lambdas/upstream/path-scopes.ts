import type { Method } from '../contract/access.ts';
import type { PathScope } from '../contract/profile.ts';
import type { DecisionRights } from '../contract/rights.ts';
import type { Scope } from '../contract/scopes.ts';

/** A path as whoever stands behind may read it: decoded (RFC 3986, 6.2.2.2), without a slash at its end. */
function read(path: string): string {
  return path.replace(/%[2-7][\da-f]/gi, decodeURIComponent).replace(/(.)\/$/, '$1');
}

/** `/a/*` matches `/a` and everything below; a path without `*` matches itself. */
export function matchesPath(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return path === pattern;
  return path === pattern.slice(0, -2) || path.startsWith(pattern.slice(0, -1));
}

const UTF8_ESCAPES = /(?:%[89a-f][\da-f])+/gi;

/** A text in which letters that differ in case alone are one, also `ſ` and `s`, which many patterns take for one. */
function caseless(path: string): string {
  const decoded = path.replace(UTF8_ESCAPES, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString(),
  );
  return decoded.toUpperCase().toLowerCase();
}

/** The same, with letters in any case and with the suffix of a format, such as `.json`, as many frameworks route. */
function matchesLoosely(pattern: string, path: string): boolean {
  const [wanted, given] = [caseless(pattern), caseless(path)];
  const root = wanted.replace(/\/\*$/, '');
  const hasSuffix = given.startsWith(`${root}.`) && !given.slice(root.length).includes('/');
  return hasSuffix || matchesPath(wanted, given);
}

/** Whether a rule is of a method. A rule of GET is one of HEAD. */
function appliesTo({ methods }: Pick<PathScope, 'methods'>, method: string): boolean {
  const wanted = method === 'HEAD' ? ['HEAD', 'GET'] : [method];
  return methods?.some((each) => wanted.includes(each)) ?? true;
}

/** How a rule matches a call: as whoever stands behind may read the path, or only as a forgiving one may. */
export function isMatchOf(rule: PathScope, method: string, path: string): 'as read' | 'loosely' | false {
  if (!appliesTo(rule, method)) return false;
  const [pattern, given] = [read(rule.path), read(path)];
  if (matchesPath(pattern, given)) return 'as read';
  return matchesLoosely(pattern, given) && 'loosely';
}

/**
 * The scopes that a call of the upstream takes, all of them: that of the first path rule that matches, else the method's.
 * A rule before it that matches loosely adds its own, so that writing a path another way can raise what it takes, and
 * never lower it.
 */
export function upstreamScopes(
  method: Method,
  path: string,
  rules: readonly PathScope[],
  methodScopes: DecisionRights['methodScopes'],
): readonly Scope[] {
  const scopes: Scope[] = [];
  for (const rule of rules) {
    const match = isMatchOf(rule, method, path);
    if (match === 'as read') return [...scopes, rule.scope];
    if (match === 'loosely') scopes.push(rule.scope);
  }
  return [...scopes, methodScopes[method]];
}
