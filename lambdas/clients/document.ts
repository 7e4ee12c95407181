import * as z from 'zod';
import { Problem } from '../kernel/problem.ts';
import { MAX_CLIENT_ID_LENGTH } from './client-fields.ts';
import { authenticationMethod, clientName, jwks, type PublicKeySet, redirectUris } from './metadata.ts';

/** A Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document), as far as we use it. */
export interface ClientDocument {
  readonly name: string | null;
  readonly redirectUris: readonly string[];
  readonly authentication: 'none' | 'private_key_jwt';
  readonly keys: PublicKeySet | null;
}

/** Whether an id is that of a client with a metadata document. What is wrong with the URL, {@link documentUrl} says. */
export function isDocumentId(clientId: string): boolean {
  return /^https:/i.test(clientId);
}

/**
 * The URL that an id is (draft, 3): https with a path, written as a parser writes it, so that one client has one id.
 * Throws `invalid_client` that says what is wrong.
 */
export function documentUrl(clientId: string): URL {
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
  if (url === null || objection !== undefined) throw invalidDocument(`client_id: ${objection}`);
  return url;
}

/** A name of several labels that does not end in a number (WHATWG URL, "ends in a number"), nor in a name of private use. */
function isName(hostname: string): boolean {
  return (
    /^(?=.{1,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+[a-z]([a-z\d-]{0,61}[a-z\d])$/.test(hostname) &&
    !/\.(localhost|local|internal|home\.arpa|onion|test|invalid)$/.test(hostname)
  );
}

const documentBody = z.object({
  client_id: z.string(),
  client_name: clientName.optional(),
  redirect_uris: redirectUris,
  token_endpoint_auth_method: authenticationMethod
    .exclude(['client_secret_basic'], 'must be none or private_key_jwt: nobody has a secret with it')
    .default('none'),
  jwks: jwks.optional(),
});

/** Reads a document that was fetched from the URL. Throws `invalid_client` that says what is wrong with it. */
export function readDocument(clientId: string, text: string): ClientDocument {
  const { data, error } = documentBody.safeParse(parsed(text));
  if (error !== undefined) {
    const [issue] = error.issues;
    throw invalidDocument(`${issue?.path.join('.') || 'the document'}: ${issue?.message}`);
  }
  if (data.client_id !== clientId)
    throw invalidDocument('client_id: must be the URL of the document, to the letter');
  const { client_name: name = null, token_endpoint_auth_method: authentication, jwks: keys = null } = data;
  if ((authentication === 'private_key_jwt') !== (keys !== null))
    throw invalidDocument('jwks: must be there for private_key_jwt, and for nothing else');
  return { name, redirectUris: data.redirect_uris, authentication, keys };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidDocument('it is not JSON');
  }
}

/** A document that makes no client, and why: whoever wrote it can read it. */
export function invalidDocument(what: string): Problem {
  return new Problem('invalid_client', {
    message: `The metadata document of the client is not accepted: ${what}.`,
  });
}
