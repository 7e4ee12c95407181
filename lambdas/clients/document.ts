import * as z from 'zod';
import { documentUrl, invalidDocument } from './document-url.ts';
import { authenticationMethod, clientName, jwks, type PublicKeySet, redirectUris } from './metadata.ts';

/** A Client ID Metadata Document (draft-ietf-oauth-client-id-metadata-document), as far as we use it. */
export interface ClientDocument {
  readonly name: string | null;
  readonly redirectUris: readonly string[];
  readonly authentication: 'none' | 'private_key_jwt';
  readonly keys: PublicKeySet | null;
  /** Where its keys are, if not in the document. */
  readonly keysUrl: string | null;
}

const documentBody = z.object({
  client_id: z.string(),
  client_name: clientName.optional(),
  redirect_uris: redirectUris,
  token_endpoint_auth_method: authenticationMethod
    .exclude(['client_secret_basic'], 'must be none or private_key_jwt: nobody has a secret with it')
    .default('none'),
  jwks: jwks.optional(),
  jwks_uri: z.string().optional(),
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
  const keysUrl = data.jwks_uri === undefined ? null : documentUrl(data.jwks_uri, 'jwks_uri').href;
  const sources = [keys, keysUrl].filter((source) => source !== null);
  if (sources.length !== (authentication === 'private_key_jwt' ? 1 : 0))
    throw invalidDocument('jwks: must be there (or jwks_uri) for private_key_jwt, and for nothing else');
  return { name, redirectUris: data.redirect_uris, authentication, keys, keysUrl };
}

/** Reads the keys of a document's `jwks_uri`. Throws `invalid_client` that says what is wrong with them. */
export function readKeys(text: string): PublicKeySet {
  const { data, error } = jwks.safeParse(parsed(text));
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw invalidDocument(`jwks_uri: ${issue?.path.join('.')}: ${issue?.message}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidDocument('it is not JSON');
  }
}
