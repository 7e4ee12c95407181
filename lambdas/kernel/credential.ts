import type { CredentialStyle } from '../contract/profile.ts';
import { type HeaderValues, headerValues } from './headers.ts';

/** A presented credential, before any of it is believed. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'key'; readonly key: string };

/** Three base64url segments (RFC 7515, 7.1), the last of which may be empty: `alg: none` must be seen to be refused. */
const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** RFC 6750, 2.1: `b64token`. Also what every API key is made of. */
const AUTHORIZATION = /^(bearer|token) +([\w.~+/-]+=*) *$/i;

/**
 * Reads the credential that decides: `Authorization` before `X-API-Key`. The one that is presented first is the
 * only one that is looked at: a bad token beside a good key is a bad credential, never another identity.
 * A header that was sent twice is malformed, as two servers might choose differently.
 */
export function readCredential(headers: HeaderValues, styles: readonly CredentialStyle[]): Credential {
  const authorization = headerValues(headers, 'authorization');
  const apiKey = headerValues(headers, 'x-api-key');
  if (authorization.length > 1 || apiKey.length > 1) return { kind: 'malformed' };
  if (authorization[0] !== undefined) return readAuthorization(authorization[0], styles);
  if (apiKey[0] === undefined || !styles.includes('x-api-key')) return { kind: 'none' };
  return { kind: 'key', key: apiKey[0].trim() };
}

function readAuthorization(value: string, styles: readonly CredentialStyle[]): Credential {
  const [, scheme = '', credential = ''] = AUTHORIZATION.exec(value) ?? [];
  if (credential === '') return { kind: 'malformed' };
  if (scheme.toLowerCase() === 'token') {
    return styles.includes('token-key') ? { kind: 'key', key: credential } : { kind: 'malformed' };
  }
  const kind = JWT_SHAPE.test(credential) ? 'token' : 'key';
  if (!styles.includes(`bearer-${kind}`)) return { kind: 'malformed' };
  return kind === 'token' ? { kind, token: credential } : { kind, key: credential };
}
