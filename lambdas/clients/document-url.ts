import { Problem } from '../kernel/problem.ts';

/** The longest id of a client. */
export const MAX_CLIENT_ID_LENGTH = 512;

/** Whether an id is that of a client with a metadata document. What is wrong with the URL, {@link documentUrl} says. */
export function isDocumentId(clientId: string): boolean {
  return /^https:/i.test(clientId);
}

/**
 * The URL that an id is (draft, 3), or another member that is fetched as it is: https with a path, written as a parser writes it, so that one client has one id.
 * Throws `invalid_client` that says what is wrong.
 */
export function documentUrl(clientId: string, field = 'client_id'): URL {
  const url = URL.parse(clientId);
  const objection =
    clientId.length > MAX_CLIENT_ID_LENGTH
      ? `must have at most ${MAX_CLIENT_ID_LENGTH} characters`
      : url === null || url.protocol !== 'https:' || url.pathname === '/'
        ? 'must be an https URL with a path'
        : url.username !== '' || url.password !== '' || /[?#@\\]/.test(clientId)
          ? 'must have no user name, query or fragment'
          : url.port !== ''
            ? 'must have the port 443'
            : url.href !== clientId || /\/\.{1,2}(\/|$)|%2e/i.test(clientId)
              ? `must be written as ${url.href}`
              : isName(url.hostname)
                ? undefined
                : 'must name a host of the public internet, not an address';
  if (url === null || objection !== undefined) throw invalidDocument(`${field}: ${objection}`);
  return url;
}

/** A name of several labels that does not end in a number (WHATWG URL, "ends in a number"), nor in a name of private use. */
function isName(hostname: string): boolean {
  return (
    /^(?=.{1,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z]([a-z\d-]{0,61}[a-z\d])$/.test(hostname) &&
    !/\.(localhost|local|internal|home\.arpa|onion|test|invalid)$/.test(hostname)
  );
}

/** A document that makes no client, and why: whoever wrote it can read it. */
export function invalidDocument(what: string): Problem {
  return new Problem('invalid_client', {
    message: `The metadata document of the client is not accepted: ${what}.`,
  });
}
