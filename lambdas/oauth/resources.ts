import type { Profile } from '../contract/profile.ts';

/** What no path of a resource has: encodings, empty and dot segments, and characters that two servers may read differently. */
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w\-.~!$&'()*+,=:@]+)*\/?$/;

/** The longest path of a resource: it stands in every token. */
const MAX_RESOURCE_LENGTH = 512;

/** The prefixes below which credentials are taken: of the upstream, and of our own rows. */
type Prefixes = Pick<Profile, 'upstreamPrefixes' | 'managementPrefix'>;

/** Whether credentials are taken at a path: the whole API, and all below one of its prefixes. */
export function isProtected(path: string, { upstreamPrefixes, managementPrefix }: Prefixes): boolean {
  const prefixes =
    managementPrefix === undefined ? upstreamPrefixes : [...upstreamPrefixes, managementPrefix];
  return path === '' || prefixes.some((prefix) => `${path}/`.startsWith(`${prefix}/`));
}

/**
 * The path of the API that a `resource` (RFC 8707, 2) names, without a slash at its end: empty for the API's URL itself,
 * and where none is named. Undefined for what is no resource of ours.
 */
export function resourcePath(
  resource: string | undefined,
  issuer: string,
  profile: Prefixes,
): string | undefined {
  if (resource === undefined) return '';
  if (!resource.startsWith(issuer) || resource.length > issuer.length + MAX_RESOURCE_LENGTH) return undefined;
  const path = resource.slice(issuer.length);
  if (!PLAIN_PATH.test(path)) return undefined;
  const trimmed = path.replace(/\/$/, '');
  return isProtected(trimmed, profile) ? trimmed : undefined;
}

/** Whether a path of the API is another, or below it, segment by segment. */
export function isWithin(path: string, resource: string): boolean {
  return `${path}/`.startsWith(`${resource}/`);
}
