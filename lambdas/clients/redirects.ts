import type { Client } from './client.ts';

/** Redirect URIs that a client may have, and characters of each. */
export const MAX_REDIRECTS = 10;
export const MAX_REDIRECT_LENGTH = 1024;

/** RFC 3986, 2: what a URI is written with; no blank, quotation mark, backslash, control or other than ASCII. */
const URI_CHARACTERS = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;

/** Hosts of a native app's own listener (RFC 8252, 7.3; `localhost` is discouraged there, and what most have). */
const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/** A redirect to a native app's listener: where it stands without its port, the port, and the rest. */
const LOOPBACK = /^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::(\d{1,5}))?(\/[^#]*)?$/;

/** Schemes that browsers and systems execute, show or dial themselves: no app has them as its own. */
const FORBIDDEN_SCHEMES =
  /^(?:about|blob|chrome(?:-extension)?|content|cid|data|feed|file|filesystem|ftps?|intent|jar|javascript|mailto|mhtml|moz-extension|ms-.*|resource|search-ms|shell|smb|sms|ssh|tel|urn|vbscript|view-source|wss?):$/;

/** The fault of a redirect URI that a client asks for; undefined for none. */
export function redirectObjection(uri: string): string | undefined {
  if (uri.length > MAX_REDIRECT_LENGTH) return `must have at most ${MAX_REDIRECT_LENGTH} characters`;
  if (!URI_CHARACTERS.test(uri))
    return 'must be a URI in ASCII (RFC 3986); write a host of other letters as xn--';
  const url = URL.parse(uri);
  if (url === null) return 'must be an absolute URI';
  if (uri.includes('#')) return 'must not have a fragment (RFC 6749, 3.1.2)';
  if (url.username !== '' || url.password !== '') return 'must not have a user name or password';
  switch (url.protocol) {
    case 'https:':
      return hostObjection(uri, url);
    case 'http:':
      if (!LOOPBACK_HOSTS.includes(url.hostname))
        return 'must be https, but for localhost, 127.0.0.1 and [::1] (RFC 8252, 7.3)';
      return LOOPBACK.test(uri) ? undefined : 'must be written as http://HOST:PORT/PATH';
    default:
      return schemeObjection(uri, url);
  }
}

/** A host is shown to people, so it is written as it is read: what a parser would make of it is refused. */
function hostObjection(uri: string, { protocol, host, hostname }: URL): string | undefined {
  const rest = uri.slice(`${protocol}//${host}`.length);
  if (!uri.startsWith(`${protocol}//${host}`) || !(rest === '' || /^[/?]/.test(rest)))
    return `must name its host as it is: ${host}, in lower case and without the default port`;
  return hostname.endsWith('.') ? 'must name its host without a full stop at the end' : undefined;
}

/** A scheme of an app's own (RFC 8252, 7.1). */
function schemeObjection(uri: string, { protocol }: URL): string | undefined {
  if (!uri.startsWith(protocol)) return 'must have its scheme in lower case';
  return FORBIDDEN_SCHEMES.test(protocol) ? `must not have the scheme ${protocol}` : undefined;
}

/**
 * The redirect of a request: the given one, if the client has it to the letter (RFC 9700, 2.1), but for the port of a
 * loopback one (RFC 8252, 7.3); the client's only one where none is given. Undefined for any other.
 */
export function matchRedirect(
  { redirectUris }: Pick<Client, 'redirectUris'>,
  given: string | undefined,
): string | undefined {
  if (given === undefined) return redirectUris.length === 1 ? redirectUris[0] : undefined;
  if (redirectUris.includes(given)) return given;
  const wanted = withoutPort(given);
  return wanted !== undefined && redirectUris.some((uri) => withoutPort(uri) === wanted) ? given : undefined;
}

/** A loopback redirect but for its port; undefined for any other. */
function withoutPort(uri: string): string | undefined {
  if (!URI_CHARACTERS.test(uri)) return undefined;
  const [, origin, port = '80', rest = ''] = LOOPBACK.exec(uri) ?? [];
  return origin === undefined || Number(port) > 65_535 ? undefined : `${origin}${rest}`;
}

/** Whether a client's redirects all lead to the machine of whoever consents: any program there can take the code. */
export function isLoopbackOnly({ redirectUris }: Pick<Client, 'redirectUris'>): boolean {
  return redirectUris.every((uri) => withoutPort(uri) !== undefined);
}

/** Where a redirect leads, as people can compare it: its host with a port that is not the default, or its scheme. */
export function redirectHost(uri: string): string {
  const { protocol, host } = new URL(uri);
  return protocol === 'https:' || protocol === 'http:' ? host : protocol;
}
