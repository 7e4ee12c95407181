import {
  type FactorChange,
  type FactorStore,
  type Factors,
  kindsOf,
  lastFactorStays,
  noFactors,
  otherRelyingParty,
} from '../../../lambdas/factors/factors.ts';
import type { Challenge, ChallengePurpose, Pending, PendingStore } from '../../../lambdas/factors/pending.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import { pair, type State } from './state.ts';

type Person = Pick<Factors, 'tenantId' | 'userId'>;

export class MemoryFactorStore implements FactorStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async find(person: Person): Promise<Factors> {
    return this.#state.factors.get(person.userId) ?? noFactors(person);
  }

  async change({ before, after, unlessRequired, relyingParty }: FactorChange): Promise<boolean> {
    const { tenantId, userId } = after;
    if ((this.#state.factors.get(userId)?.version ?? 0) !== before.version) return false;
    const [had, has] = [kindsOf(before), kindsOf(after)];
    const person = this.#state.people.get(pair(tenantId, userId));
    if (had.join() !== has.join()) {
      if (unlessRequired !== undefined && person?.role !== unlessRequired) throw lastFactorStays();
      if (person === undefined) throw new Problem('not_found');
    }
    if (unlessRequired !== undefined && (await this.isRequiredByTenant(tenantId))) throw lastFactorStays();
    if (relyingParty !== undefined && (this.#state.relyingParty ?? relyingParty) !== relyingParty)
      throw otherRelyingParty();
    const added = after.passkeys.filter(({ id }) => before.passkeys.every((each) => each.id !== id));
    if (added.some(({ id }) => this.#state.passkeys.has(id))) throw new Problem('conflicting_state');
    for (const { id } of before.passkeys) this.#state.passkeys.delete(id);
    for (const { id } of after.passkeys) this.#state.passkeys.set(id, { tenantId, userId });
    if (relyingParty !== undefined) this.#state.relyingParty = relyingParty;
    if (person !== undefined) this.#state.people.set(pair(tenantId, userId), { ...person, factors: has });
    this.#state.factors.set(userId, { ...after, version: before.version + 1 });
    return true;
  }

  async findPasskey(credentialId: string): Promise<Person | undefined> {
    return this.#state.passkeys.get(credentialId);
  }

  async isRequiredByTenant(tenantId: string): Promise<boolean> {
    return this.#state.tenants.get(tenantId)?.requiresFactor ?? false;
  }

  async relyingParty(): Promise<string | undefined> {
    return this.#state.relyingParty;
  }
}

export class MemoryPendingStore implements PendingStore {
  readonly #pending = new Map<string, Pending>();
  readonly #challenges = new Map<string, Challenge>();

  async create(hash: string, pending: Pending): Promise<void> {
    this.#pending.set(hash, pending);
  }

  async find(hash: string, now: number): Promise<Pending | undefined> {
    const pending = this.#pending.get(hash);
    return pending === undefined || pending.expiresAt <= now ? undefined : pending;
  }

  async end(hash: string): Promise<boolean> {
    return this.#pending.delete(hash);
  }

  async challenge(hash: string, challenge: Challenge): Promise<void> {
    this.#challenges.set(pair(hash, challenge.purpose), challenge);
  }

  async takeChallenge(hash: string, purpose: ChallengePurpose, now: number): Promise<string | undefined> {
    const challenge = this.#challenges.get(pair(hash, purpose));
    this.#challenges.delete(pair(hash, purpose));
    return challenge === undefined || challenge.expiresAt <= now ? undefined : challenge.value;
  }
}
