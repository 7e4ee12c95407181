import type { ExchangeStore } from '../../../lambdas/people/exchange.ts';
import type { LinkedIdentity } from '../../../lambdas/people/identities.ts';
import type { User } from '../../../lambdas/sessions/user.ts';
import type { State } from './state.ts';

export class MemoryExchangeStore implements ExchangeStore {
  readonly #state: State;
  /** The uses of tokens, by the tokens' hashes. */
  readonly #used = new Map<string, string>();

  constructor(state: State) {
    this.#state = state;
  }

  async useToken(hash: string, useId: string): Promise<boolean> {
    const first = this.#used.get(hash) ?? useId;
    this.#used.set(hash, first);
    return first === useId;
  }

  async findIdentity(hash: string): Promise<LinkedIdentity | undefined> {
    const identity = this.#state.identities.get(hash);
    return identity && { userId: identity.userId, isManaged: identity.isManaged };
  }

  async decide(hash: string, issuedAt: number): Promise<boolean> {
    const identity = this.#state.identities.get(hash);
    if (identity === undefined || (identity.decidedAt ?? issuedAt) > issuedAt) return false;
    this.#state.identities.set(hash, { ...identity, decidedAt: issuedAt });
    return true;
  }

  async link(hash: string, { userId }: User, _now: number, gone?: string): Promise<boolean> {
    if (this.#state.identities.get(hash)?.userId !== gone) return false;
    this.#state.identities.set(hash, { userId, isManaged: false, decidedAt: null });
    return true;
  }
}
