import { randomUUID } from 'node:crypto';
import { importJWK, type JWTPayload, SignJWT } from 'jose';
import { scopesText } from '../contract/scopes.ts';
import type { Authentication } from '../kernel/authentication.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem } from '../kernel/problem.ts';
import type { KeyUse } from './control-facts.ts';
import { ASSERTION_SECONDS, type Keyset, type SigningKey, signingKey } from './keyset.ts';
import {
  EMBED_AUDIENCE,
  EMBED_TYPE,
  type EmbedClaims,
  type KeyTokenClaims,
  TOKEN_TYPE,
  type TokenClaims,
} from './tokens.ts';

/** `aud` of assertions: the upstream accepts no access token as one, and we accept no assertion as a token. */
export const ASSERTION_AUDIENCE = 'latchkey-upstream';

export const ASSERTION_TYPE = 'latchkey-assertion+jwt';

/** Gives the present keyset; throws when the secret cannot be read. */
export type KeysetSource = () => Promise<Keyset>;

/** Signs access tokens and assertions with the keyset's present keys. */
export class Signer {
  readonly #keyset: KeysetSource;
  readonly #issuer: string;
  readonly #clock: Clock;

  constructor(keyset: KeysetSource, issuer: string, clock: Clock) {
    this.#keyset = keyset;
    this.#issuer = issuer;
    this.#clock = clock;
  }

  /** Throws `unavailable` when no token can be signed now: asked before what can be done only once. */
  async ready(use: KeyUse = 'token'): Promise<void> {
    await this.#key(use, this.#clock());
  }

  /** An access token (RFC 9068) that names the session; valid for `seconds`. That of an OAuth client is always ES256. */
  accessToken(
    { authentication, delegation, resource, ...session }: TokenClaims,
    seconds: number,
  ): Promise<string> {
    const payload = {
      ...sessionClaims(session),
      ...authenticationClaims(authentication),
      ...(delegation === undefined
        ? {}
        : { client_id: delegation.clientId, scope: scopesText(delegation.scopes), jti: randomUUID() }),
      aud: this.#audience(resource),
    };
    return this.#sign(delegation === undefined ? 'token' : 'oauth', TOKEN_TYPE, payload, seconds);
  }

  /** An access token that stands for an API key; valid for `seconds`, and no longer than the key. */
  keyToken({ scopes, resource, ...key }: KeyTokenClaims, seconds: number): Promise<string> {
    const payload = {
      ...keyClaims(key),
      scope: scopes.join(' '),
      aud: this.#audience(resource),
    };
    return this.#sign('token', TOKEN_TYPE, payload, seconds);
  }

  /** An embed token of a session or of a key, whose record decides about it as about theirs; valid for `seconds`. */
  embedToken(
    maker: Required<SessionProof> | KeyProof,
    { scopes, subject }: EmbedClaims,
    seconds: number,
  ): Promise<string> {
    const payload = {
      ...('keyId' in maker ? keyClaims(maker) : sessionClaims(maker)),
      scope: scopesText(scopes),
      ...(subject === null ? {} : { lbl: subject }),
      aud: EMBED_AUDIENCE,
    };
    return this.#sign('token', EMBED_TYPE, payload, seconds);
  }

  /** The claims of an assertion about a call to the upstream; valid for {@link ASSERTION_SECONDS}. */
  assertion(claims: JWTPayload): Promise<string> {
    return this.#sign('assertion', ASSERTION_TYPE, { ...claims, aud: ASSERTION_AUDIENCE }, ASSERTION_SECONDS);
  }

  /** `aud` of a token for a path of the API, or for the whole of it. */
  #audience(resource = ''): string {
    return this.#issuer + resource;
  }

  async #sign(use: KeyUse, typ: string, payload: JWTPayload, seconds: number): Promise<string> {
    const now = this.#clock();
    const key = await this.#key(use, now);
    return new SignJWT({ ...payload, iss: this.#issuer, iat: now, exp: now + seconds })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ })
      .sign(await importJWK(key.jwk, key.algorithm));
  }

  async #key(use: KeyUse, now: number): Promise<SigningKey> {
    const key = signingKey(await this.#keyset(), use, now);
    if (key === undefined) throw new Problem('unavailable', { cause: `no signing key for use ${use}` });
    return key;
  }
}

/** What a token says of the session that it is of. */
type SessionProof = Pick<TokenClaims, 'userId' | 'tenantId' | 'sessionId' | 'workspaceId'>;

function sessionClaims({ userId, tenantId, sessionId, workspaceId }: SessionProof): JWTPayload {
  const wid = workspaceId === undefined ? {} : { wid: workspaceId };
  return { sub: userId, tid: tenantId, sid: sessionId, ...wid };
}

/** What a token says of the key that it stands for. */
type KeyProof = Pick<KeyTokenClaims, 'keyId' | 'tenantId' | 'locator' | 'keyMark'>;

function keyClaims({ keyId, tenantId, locator, keyMark }: KeyProof): JWTPayload {
  return { sub: keyId, tid: tenantId, loc: locator, km: Buffer.from(keyMark).toString('base64url') };
}

/** Of a session that was opened before it was noted, nothing is said. */
function authenticationClaims({ authTime, amr }: Authentication = { authTime: 0, amr: [] }): JWTPayload {
  return authTime === 0 ? {} : { auth_time: authTime, ...(amr.length === 0 ? {} : { amr }) };
}
