import type { Header } from './header-table.ts';

/** The URL under which the caller reached the API, as API Gateway saw it: never as a header of the caller says. */
export interface PublicUrl {
  readonly protocol: 'http' | 'https';
  /** With the port, where there is one. */
  readonly host: string;
  /** The stage, as in `/live`, or the base path of a domain; empty at a domain's root. */
  readonly prefix: string;
}

/** Headers that say who called, and by which URL. */
export function forwardedHeaders(address: string, { protocol, host, prefix }: PublicUrl): readonly Header[] {
  return [
    ['x-forwarded-for', address],
    ['x-forwarded-host', host],
    ['x-forwarded-proto', protocol],
    ...(prefix === '' ? [] : [['x-forwarded-prefix', prefix] as const]),
    ['forwarded', `for=${nodeOf(address)};host=${quoted(host)};proto=${protocol}`],
  ];
}

/** RFC 7239, 6: an IPv6 address stands in brackets and, as they are no token, in quotation marks. */
function nodeOf(address: string): string {
  return address.includes(':') ? `"[${address}]"` : address;
}

/** A token (RFC 9110, 5.6.2) as it is, anything else in quotation marks. */
function quoted(value: string): string {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * A `Location` or `Content-Location` that begins with the upstream's URL, by http or https, as the same place below the
 * public one. Any other value stays as it is.
 */
export function rewrittenLocation(value: string, upstreamUrl: string | null, publicUrl: PublicUrl): string {
  if (upstreamUrl === null) return value;
  const base = new URL(upstreamUrl);
  // A reference with two slashes has the scheme of whoever reads it (RFC 3986, 4.2).
  const url = URL.parse(value.startsWith('//') ? `${base.protocol}${value}` : value);
  if (url === null || !/^https?:$/.test(url.protocol) || !isSameHost(url, base)) return value;
  const root = base.pathname.replace(/\/$/, '');
  if (url.pathname !== root && !url.pathname.startsWith(`${root}/`)) return value;
  const rest = url.pathname.slice(root.length) + url.search + url.hash;
  return `${publicUrl.protocol}://${publicUrl.host}${publicUrl.prefix}${rest}`;
}

/** An upstream behind a proxy of its own may not know that it is called by https, nor by which port. */
function isSameHost(url: URL, base: URL): boolean {
  return url.hostname === base.hostname && (url.port === base.port || url.port === '');
}
