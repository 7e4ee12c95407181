import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import type { HostCookie } from '../kernel/host-cookie.ts';
import type { Cookies } from '../kernel/route.ts';

/** `cookie-pair` of RFC 6265, 4.1.1: a token, and octets that may stand in quotation marks. */
const PAIR = /^[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)[ \t]*$/;

/**
 * The cookies of a request by name. What RFC 6265, 4.2.1 does not allow is passed over, as other sites of the domain
 * may have set it. Of a name that comes twice nothing is known: two readers would take different ones.
 */
export function readCookies(headers: HeaderValues): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  const doubled = new Set<string>();
  // HTTP/2 lets a client send them in several fields (RFC 9113, 8.2.3).
  for (const pair of headerValues(headers, 'cookie').flatMap((value) => value.split(';'))) {
    const [, name, value] = PAIR.exec(pair) ?? [];
    if (name === undefined || value === undefined) continue;
    if (cookies.has(name)) doubled.add(name);
    cookies.set(name, value);
  }
  for (const name of doubled) cookies.delete(name);
  return cookies;
}

/**
 * What tells the cookies of a deployment apart from those of others at its host: a `__Host-` cookie is of all paths, and
 * any cookie of all ports (RFC 6265, 8.5). `url` is the deployment's; where it is a host's alone, there is nothing.
 */
export function cookieSuffix(url: string): string {
  const { port, pathname } = new URL(url);
  return [port, ...pathname.split('/')].flatMap((part) => (part === '' ? [] : [`-${part}`])).join('');
}

/** The cookies that a row reads, by name; it sees no other. `suffix` ends the names that browsers know them by. */
export function namedCookies<Name extends string>(
  headers: HeaderValues,
  names: readonly Name[],
  suffix = '',
): Cookies<Name> {
  const found: Partial<Record<Name, string>> = {};
  if (names.length === 0) return found;
  const cookies = readCookies(headers);
  for (const name of names) {
    const value = cookies.get(name + suffix);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** `Set-Cookie` (RFC 6265, 4.1) with the attributes that `__Host-` demands. `suffix` as in {@link namedCookies}. */
export function setCookie({ name, value, maxAgeSeconds, sameSite }: HostCookie, suffix = ''): string {
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  return `${name}${suffix}=${value}${age}; Path=/; Secure; HttpOnly; SameSite=${sameSite}`;
}
