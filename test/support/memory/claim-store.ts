import { HONOURED_SECONDS, IN_FLIGHT_SECONDS } from '../../../lambdas/idempotency/idempotency.ts';
import type {
  Claim,
  ClaimOutcome,
  ClaimRequest,
  ClaimStore,
  Completes,
} from '../../../lambdas/kernel/claim.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import type { State } from './state.ts';

export class MemoryClaimStore implements ClaimStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async claim({ id, token, fingerprint }: ClaimRequest, now: number): Promise<ClaimOutcome> {
    const stored = this.#state.claims.get(id);
    const isTaken =
      stored !== undefined && stored.endsAt > now && (stored.answer !== null || stored.busyUntil > now);
    if (!isTaken) {
      const ends = { busyUntil: now + IN_FLIGHT_SECONDS, endsAt: now + HONOURED_SECONDS };
      this.#state.claims.set(id, { token, fingerprint, answer: null, ...ends });
      return { kind: 'claimed' };
    }
    return stored.answer === null || stored.busyUntil > now
      ? { kind: 'in flight', fingerprint: stored.fingerprint }
      : { kind: 'answered', fingerprint: stored.fingerprint, answer: JSON.parse(stored.answer) };
  }

  async release({ id, token }: Claim): Promise<void> {
    const stored = this.#state.claims.get(id);
    if (stored?.token !== token || stored.answer !== null) return;
    this.#state.claims.set(id, { ...stored, busyUntil: 0 });
  }
}

/** The completion of a claim, to be called with what is written. Throws `request_in_flight` where another has it. */
export function completing<Made extends { readonly createdAt: number }>(
  state: State,
  { completes }: Completes<Made>,
): (made: Made) => void {
  if (completes === undefined) return () => undefined;
  const stored = state.claims.get(completes.id);
  if (stored?.token !== completes.token) throw new Problem('request_in_flight');
  return (made) => {
    const busyUntil = made.createdAt + completes.settlingSeconds;
    const answer = JSON.stringify(completes.answer(made));
    state.claims.set(completes.id, { ...stored, answer, busyUntil });
  };
}
