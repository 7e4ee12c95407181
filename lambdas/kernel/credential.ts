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
  if (apiKey[0] === undefined) return { kind: 'none' };
  return styles.includes('x-api-key') ? { kind: 'key', key: apiKey[0].trim() } : { kind: 'malformed' };
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

/** A scheme as people write it, with what should come between it and the credential. */
const SCHEME = /^(bearer|token)[: ]+/i;

/** Any word before a credential. */
const ANY_SCHEME = /^[a-z-]+[: ]+\S/i;

/** Text where a variable that was not set, or that nobody has replaced, should have been a credential. */
const UNSET = /^(bearer|token|undefined|null|none|your.*|\W.*)?$/i;

/**
 * Tells of a credential that is not accepted how it was wrapped wrongly: a fixed text for each form, empty for none. It
 * looks at the form alone, so that it says nothing about the key.
 */
export function wrongWrapping(headers: HeaderValues, styles: readonly CredentialStyle[]): string {
  const [authorization] = headerValues(headers, 'authorization');
  const [value = ''] = authorization === undefined ? headerValues(headers, 'x-api-key') : [authorization];
  const bare = authorization === undefined ? value : value.replace(SCHEME, '');
  const style = authorization === undefined ? 'x-api-key' : `${value.split(' ', 1)[0]?.toLowerCase()}-key`;
  if (/["'`]/.test(value)) return ' Remove the quotation marks.';
  if (UNSET.test(bare)) return ' It reads like a variable that is not set.';
  // What is left of a value without its scheme, and X-API-Key, have none.
  if ((bare === authorization ? SCHEME : ANY_SCHEME).test(bare))
    return ' Write the scheme once, in Authorization only.';
  const isTaken =
    style === 'bearer-key' || (styles.includes(style as CredentialStyle) && !JWT_SHAPE.test(bare));
  return isTaken ? '' : ' Send it as Authorization: Bearer CREDENTIAL.';
}
