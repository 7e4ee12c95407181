import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { JWTExpired, JWTInvalid } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { parseScopes, type Scope } from '../contract/scopes.ts';
import { BoundedMap } from '../kernel/bounded-map.ts';
import type { ControlFacts, PublicKey } from './control-facts.ts';

/**
 * `aud` of access tokens that were made before it was the API's URL: they are taken until they end. The upstream's
 * assertions have another, so that neither can stand for the other.
 */
export const FORMER_AUDIENCE = 'latchkey';

/** `typ` of access tokens (RFC 9068, 2.1). */
export const TOKEN_TYPE = 'at+jwt';

/** Proven tokens that an instance remembers; the one that was proven first goes first. */
const MAX_PROVEN_TOKENS = 1000;

/** The claims of a proven token of a session. Role and scopes are not in it: the session's record has them, and may change. */
export interface TokenClaims {
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The workspace that the token is for; absent for the session's own. */
  readonly workspaceId?: string;
  /** Of a token that the person let an OAuth client have: whose it is, and its scopes at most. */
  readonly delegation?: Delegation;
  /** The path that the token is for, with all below it (RFC 8707); absent for the whole API. */
  readonly resource?: string;
}

/** The part of their rights that a person has given to an OAuth client. */
export interface Delegation {
  readonly clientId: string;
  readonly scopes: readonly Scope[];
}

/** The claims of a proven token of an API key. The key's record has the rest, and the last word. */
export interface KeyTokenClaims {
  readonly tenantId: string;
  readonly keyId: string;
  readonly locator: string;
  /** Of the key, not its hash: the token is good for as long as that very key is. */
  readonly keyMark: Uint8Array;
  readonly scopes: readonly Scope[];
  /** As in {@link TokenClaims}. */
  readonly resource?: string;
}

export type TokenVerdict =
  | { readonly kind: 'valid'; readonly claims: TokenClaims | KeyTokenClaims }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' };

/** Gives the secret of an HS256 key; throws when the secret cannot be read. */
export type SymmetricKeys = (kid: string, version: number) => Promise<Uint8Array | undefined>;

/**
 * Verifies access tokens by the deployment's keys. The key is found by `kid` among those that are published,
 * and the algorithm is the key's: the token's header chooses neither (RFC 8725, 3.1).
 */
export class TokenVerifier {
  readonly #issuer: string | string[];
  readonly #symmetricKeys: SymmetricKeys | undefined;
  /** A public key never changes under its `kid`, so it is imported once. */
  readonly #imported = new Map<string, KeyObject>();
  /**
   * Tokens whose signature and claims held: they do for ever, and a signature is the dearest part of a decision by JWT.
   * Facts that may change are checked each time: whether the key is still published, and the expiry.
   */
  readonly #proven = new BoundedMap<
    string,
    { readonly claims: TokenClaims | KeyTokenClaims; readonly expiresAt: number }
  >(MAX_PROVEN_TOKENS);

  /** @param issuer what `iss` may be: one URL, or any of several while the API moves from one to another */
  constructor(issuer: string | string[], symmetricKeys?: SymmetricKeys) {
    this.#issuer = issuer;
    this.#symmetricKeys = symmetricKeys;
  }

  /** `now` in Unix seconds. Throws only when a secret that is needed cannot be read. */
  async verify(token: string, control: ControlFacts, now: number): Promise<TokenVerdict> {
    const key = publishedKey(token, control);
    if (key === undefined) return { kind: 'invalid' };
    const proven = this.#proven.get(token);
    if (proven !== undefined) {
      return proven.expiresAt > now ? { kind: 'valid', claims: proven.claims } : { kind: 'expired' };
    }
    const material = await this.#material(key, control.version);
    if (material === undefined) return { kind: 'invalid' };
    try {
      const { payload } = await jwtVerify(token, material, {
        algorithms: [key.algorithm],
        issuer: this.#issuer,
        typ: TOKEN_TYPE,
        requiredClaims: ['exp', 'iat'],
        currentDate: new Date(now * 1000),
      });
      const claims = claimsOf(payload);
      if (claims === undefined) return { kind: 'invalid' };
      const { exp, nbf } = payload;
      // A token with a beginning is none of ours, and not worth a third check.
      if (exp !== undefined && nbf === undefined) this.#proven.set(token, { claims, expiresAt: exp });
      return { kind: 'valid', claims };
    } catch (error) {
      return { kind: error instanceof JWTExpired ? 'expired' : 'invalid' };
    }
  }

  /** The tenant of a token that this instance has proven before; whether it still is valid, {@link verify} tells. */
  provenTenant(token: string): string | undefined {
    return this.#proven.get(token)?.claims.tenantId;
  }

  async #material(key: PublicKey, version: number): Promise<KeyObject | Uint8Array | undefined> {
    if (key.algorithm === 'HS256') return this.#symmetricKeys?.(key.kid, version);
    const known = this.#imported.get(key.kid);
    if (known !== undefined || key.jwk === undefined) return known;
    const imported = createPublicKey({ key: key.jwk, format: 'jwk' });
    this.#imported.set(key.kid, imported);
    return imported;
  }
}

/** The subject of a payload: a session by `sid`, a key by `loc`; undefined for anything else, and for another audience. */
function claimsOf(payload: JWTPayload): TokenClaims | KeyTokenClaims | undefined {
  const { sub, tid, sid, wid, loc, km, scope, client_id } = payload;
  const path = pathOf(payload);
  if (typeof sub !== 'string' || typeof tid !== 'string' || path === undefined) return undefined;
  const resource = path === '' ? {} : { resource: path };
  const scopes = parseScopes(`${scope}`);
  if (typeof sid === 'string') {
    return {
      userId: sub,
      tenantId: tid,
      sessionId: sid,
      ...(typeof wid === 'string' ? { workspaceId: wid } : {}),
      ...(typeof client_id === 'string' ? { delegation: { clientId: client_id, scopes } } : {}),
      ...resource,
    };
  }
  if (typeof loc !== 'string') return undefined;
  return {
    keyId: sub,
    tenantId: tid,
    locator: loc,
    keyMark: Buffer.from(`${km}`, 'base64url'),
    scopes,
    ...resource,
  };
}

/** The path of the API that `aud` names, without a slash at its end: empty for the whole. Undefined for another API's. */
function pathOf({ aud, iss }: JWTPayload): string | undefined {
  if (aud === FORMER_AUDIENCE || aud === iss) return '';
  return typeof aud === 'string' && aud.startsWith(`${iss}/`)
    ? aud.slice(`${iss}`.length).replace(/\/$/, '')
    : undefined;
}

/** The published key that the token's header names; undefined for a foreign, revoked or unreadable `kid`. */
function publishedKey(token: string, control: ControlFacts): PublicKey | undefined {
  try {
    const { kid } = decodeProtectedHeader(token);
    if (kid === undefined || control.revokedKids.has(kid)) return undefined;
    return control.keys.find((key) => key.use !== 'assertion' && key.kid === kid);
  } catch (error) {
    if (error instanceof TypeError || error instanceof JWTInvalid) return undefined;
    throw error;
  }
}
