import { createPublicKey, type KeyObject } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { compactVerify } from 'jose/jws/compact/verify';
import { parseScopes, type Scope } from '../contract/scopes.ts';
import type { Authentication } from '../kernel/authentication.ts';
import { BoundedMap } from '../kernel/bounded-map.ts';
import type { Embed } from '../kernel/caller.ts';
import type { ControlFacts, PublicKey } from './control-facts.ts';

/**
 * `aud` of access tokens that were made before it was the API's URL: they are taken until they end. The upstream's
 * assertions have another, so that neither can stand for the other.
 */
export const FORMER_AUDIENCE = 'latchkey';

/** `typ` of access tokens (RFC 9068, 2.1). */
export const TOKEN_TYPE = 'at+jwt';

/** The same as it may be written (RFC 7515, 4.1.9). */
const TYPE = /^(application\/)?at\+jwt$/i;

/** `typ` and `aud` of embed tokens: neither kind stands for the other (RFC 8725, 3.11). */
export const EMBED_TYPE = 'latchkey-embed+jwt';
export const EMBED_AUDIENCE = 'latchkey-embed';

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
  /** Said to whoever reads the token (RFC 9068, 2.2.1); we believe the session's record. */
  readonly authentication?: Authentication;
  /** The path that the token is for, with all below it (RFC 8707); absent for the whole API. */
  readonly resource?: string;
  /** Of an embed token: what the page may give to keys, and whom it acts for. */
  readonly embed?: EmbedClaims;
}

/** The claims that only embed tokens have. */
export interface EmbedClaims extends Embed {
  readonly scopes: readonly Scope[];
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
  /** As in {@link TokenClaims}. */
  readonly embed?: EmbedClaims;
}

export type TokenVerdict =
  | { readonly kind: 'valid'; readonly claims: TokenClaims | KeyTokenClaims }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' };

interface ProvenToken {
  readonly claims: TokenClaims | KeyTokenClaims;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** Gives the secret of an HS256 key; throws when the secret cannot be read. */
export type SymmetricKeys = (kid: string, version: number) => Promise<Uint8Array | undefined>;

/**
 * Verifies access tokens by the deployment's keys. The signature is jose's affair; the claims are looked at here, as its own
 * checks take 3 KB of the authorizer's bundle (held to them by test/signing/parity.test.ts). The key is found by `kid` among those that are published,
 * and the algorithm is the key's: the token's header chooses neither (RFC 8725, 3.1).
 */
export class TokenVerifier {
  readonly #issuers: readonly string[];
  readonly #symmetricKeys: SymmetricKeys | undefined;
  /** A public key never changes under its `kid`, so it is imported once. */
  readonly #imported = new Map<string, KeyObject>();
  /**
   * Tokens whose signature and claims held: they do for ever, and a signature is the dearest part of a decision by JWT.
   * Facts that may change are checked each time: whether the key is still published, and the expiry.
   */
  readonly #proven = new BoundedMap<string, ProvenToken>(MAX_PROVEN_TOKENS);

  /** @param issuer what `iss` may be: one URL, or any of several while the API moves from one to another */
  constructor(issuer: string | string[], symmetricKeys?: SymmetricKeys) {
    this.#issuers = [issuer].flat();
    this.#symmetricKeys = symmetricKeys;
  }

  /**
   * `now` in Unix seconds. An embed token is invalid wherever it is not asked for (`takesEmbedTokens`). Throws only when a
   * secret that is needed cannot be read.
   */
  async verify(
    token: string,
    control: ControlFacts,
    now: number,
    takesEmbedTokens = false,
  ): Promise<TokenVerdict> {
    const key = publishedKey(token, control);
    const proven = key && (this.#proven.get(token) ?? (await this.#prove(token, key, control.version, now)));
    if (proven === undefined || (proven.claims.embed !== undefined && !takesEmbedTokens))
      return { kind: 'invalid' };
    return proven.expiresAt > now ? { kind: 'valid', claims: proven.claims } : { kind: 'expired' };
  }

  /** What a token's signature and claims prove; undefined for what is none of ours. */
  async #prove(
    token: string,
    key: PublicKey,
    version: number,
    now: number,
  ): Promise<ProvenToken | undefined> {
    const material = await this.#material(key, version);
    if (material === undefined) return undefined;
    try {
      const { payload: bytes, protectedHeader } = await compactVerify(token, material, {
        algorithms: [key.algorithm],
      });
      const payload: JWTPayload = JSON.parse(Buffer.from(bytes).toString());
      const { iss, iat, exp, nbf = 0 } = payload;
      const { typ } = protectedHeader;
      const isEmbed = typ === EMBED_TYPE;
      const claims = claimsOf(payload, isEmbed);
      const isOurs =
        (isEmbed || TYPE.test(`${typ}`)) &&
        protectedHeader.crit === undefined &&
        iss !== undefined &&
        this.#issuers.includes(iss) &&
        typeof iat === 'number' &&
        typeof nbf === 'number' &&
        nbf <= now;
      if (claims === undefined || !isOurs || typeof exp !== 'number') return undefined;
      const proven = { claims, expiresAt: exp };
      // A token with a beginning is none of ours, and not worth a third check; one that is over is not met again.
      if (nbf === 0 && exp > now) this.#proven.set(token, proven);
      return proven;
    } catch {
      return undefined;
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
function claimsOf(payload: JWTPayload, isEmbed: boolean): TokenClaims | KeyTokenClaims | undefined {
  const { sub, tid, sid, wid, loc, km, scope, client_id, lbl } = payload;
  const path = isEmbed ? (payload.aud === EMBED_AUDIENCE ? '' : undefined) : pathOf(payload);
  if (typeof sub !== 'string' || typeof tid !== 'string' || path === undefined) return undefined;
  const scopes = parseScopes(`${scope}`);
  const narrowed = {
    ...(path === '' ? {} : { resource: path }),
    ...(isEmbed ? { embed: { scopes, subject: typeof lbl === 'string' ? lbl : null } } : {}),
  };
  if (typeof sid === 'string') {
    return {
      userId: sub,
      tenantId: tid,
      sessionId: sid,
      ...(typeof wid === 'string' ? { workspaceId: wid } : {}),
      ...(typeof client_id === 'string' ? { delegation: { clientId: client_id, scopes } } : {}),
      ...narrowed,
    };
  }
  if (typeof loc !== 'string') return undefined;
  return {
    keyId: sub,
    tenantId: tid,
    locator: loc,
    keyMark: Buffer.from(`${km}`, 'base64url'),
    scopes,
    ...narrowed,
  };
}

/** The path of the API that `aud` names, without a slash at its end: empty for the whole. Undefined for another API's. */
function pathOf({ aud, iss }: JWTPayload): string | undefined {
  if (aud === FORMER_AUDIENCE) return '';
  return `${aud}/`.startsWith(`${iss}/`) ? `${aud}`.slice(`${iss}`.length).replace(/\/$/, '') : undefined;
}

/**
 * The published key that the token's header names; undefined for a foreign, revoked or unreadable `kid`. The header only
 * finds the key: what else it says is checked with the signature.
 */
function publishedKey(token: string, { keys, revokedKids }: ControlFacts): PublicKey | undefined {
  try {
    const { kid } = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
    return revokedKids.has(kid) ? undefined : keys.find((key) => key.use !== 'assertion' && key.kid === kid);
  } catch {
    return undefined;
  }
}
