import type { PresentPerson, SignInRecord, SignInStore } from '../../../lambdas/signin/sign-ins.ts';
import { pair, type State } from './state.ts';

export class MemorySignInStore implements SignInStore {
  readonly #state: State;
  readonly #signIns = new Map<string, SignInRecord>();

  constructor(state: State) {
    this.#state = state;
  }

  async create(hash: string, signIn: SignInRecord): Promise<void> {
    this.#signIns.set(hash, signIn);
  }

  async find(hash: string, now: number): Promise<SignInRecord | undefined> {
    const signIn = this.#signIns.get(hash);
    return signIn === undefined || signIn.expiresAt <= now ? undefined : signIn;
  }

  async end(hash: string): Promise<void> {
    this.#signIns.delete(hash);
  }

  async person(tenantId: string, userId: string): Promise<PresentPerson | undefined> {
    const person = this.#state.people.get(pair(tenantId, userId));
    const tenant = this.#state.tenants.get(tenantId);
    if (person === undefined || tenant === undefined) return undefined;
    const { passwordVersion, keptSession: _, createdAt: __, createdBy: ___, movedAt: ____, ...user } = person;
    return { user, passwordVersion, tenantState: tenant.state };
  }
}
