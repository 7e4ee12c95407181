import {
  MAX_USES,
  type NewRefreshToken,
  type NewRefreshUse,
  type RefreshFamily,
  type RefreshStore,
  type RefreshUse,
} from '../../../lambdas/sessions/refresh-tokens.ts';
import type { State } from './state.ts';

export interface StoredToken extends NewRefreshToken {
  readonly uses: number;
  readonly first: { readonly at: number; readonly useId: string } | null;
}

/** As a new token stands in the store. */
export function unused(token: NewRefreshToken): StoredToken {
  return { ...token, uses: 0, first: null };
}

export class MemoryRefreshStore implements RefreshStore {
  readonly #tokens: Map<string, StoredToken>;

  constructor({ refreshTokens }: Pick<State, 'refreshTokens'>) {
    this.#tokens = refreshTokens;
  }

  async create(token: NewRefreshToken): Promise<void> {
    this.#tokens.set(token.hash, unused(token));
  }

  async find(hash: string): Promise<RefreshFamily | undefined> {
    const token = this.#tokens.get(hash);
    return token && familyOf(token);
  }

  async use(hash: string, { useId, clientId, graceSeconds, now }: NewRefreshUse): Promise<RefreshUse> {
    const token = this.#tokens.get(hash);
    if (token === undefined || (token.grant?.clientId ?? null) !== clientId) return { kind: 'unknown' };
    if (token.expiresAt <= now) return { kind: 'expired' };
    const { first, uses } = token;
    const family = familyOf(token);
    const isWithinGrace = first !== null && graceSeconds > 0 && first.at > now - graceSeconds;
    const isUsable = first === null || first.useId === useId || isWithinGrace;
    if (!isUsable) return { kind: 'reused', family };
    if (uses >= MAX_USES) return isWithinGrace ? { kind: 'exhausted' } : { kind: 'reused', family };
    this.#tokens.set(hash, { ...token, uses: uses + 1, first: first ?? { at: now, useId } });
    return { kind: 'accepted', family };
  }
}

function familyOf({ sessionId, userId, tenantId, endsAt, grant }: StoredToken): RefreshFamily {
  return { sessionId, userId, tenantId, endsAt, ...(grant === undefined ? {} : { grant }) };
}
