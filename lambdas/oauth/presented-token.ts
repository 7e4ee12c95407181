import { decodeJwt, type JWTPayload } from 'jose';
import type { Clock } from '../kernel/clock.ts';
import { hashRefreshToken, type RefreshFamily, type RefreshStore } from '../sessions/refresh-tokens.ts';
import type { ControlFacts } from '../signing/control-facts.ts';
import type { KeyTokenClaims, TokenClaims, TokenVerifier } from '../signing/tokens.ts';

export interface PresentedTokenContext {
  readonly verifier: Pick<TokenVerifier, 'verify'>;
  readonly control: () => Promise<ControlFacts>;
  readonly refreshTokens: Pick<RefreshStore, 'find'>;
  readonly clock: Clock;
}

/** A token that somebody asks about, and what it proves. */
export type PresentedToken =
  | { readonly kind: 'refresh'; readonly family: RefreshFamily }
  | { readonly kind: 'session'; readonly claims: TokenClaims; readonly payload: JWTPayload }
  | { readonly kind: 'key'; readonly claims: KeyTokenClaims; readonly payload: JWTPayload };

/** Reads a token of either kind, whatever the hint says (RFC 7009, 2.1); undefined for what is none of ours, or is over. */
export async function readToken(
  token: string,
  { verifier, control, refreshTokens, clock }: PresentedTokenContext,
): Promise<PresentedToken | undefined> {
  if (token.split('.').length === 3) {
    const verdict = await verifier.verify(token, await control(), clock());
    if (verdict.kind !== 'valid') return undefined;
    const { claims } = verdict;
    const payload = decodeJwt(token);
    return 'keyId' in claims ? { kind: 'key', claims, payload } : { kind: 'session', claims, payload };
  }
  const family = await refreshTokens.find(hashRefreshToken(token));
  return family && { kind: 'refresh', family };
}
