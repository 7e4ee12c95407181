import type { ChangeOrigin } from '../../../lambdas/audit/entries.ts';
import type { BrowserSignIn } from '../../../lambdas/sessions/browser-sign-ins.ts';
import type { User } from '../../../lambdas/sessions/user.ts';
import type { PresentPerson, SignInRecord, SignInStore } from '../../../lambdas/signin/sign-ins.ts';
import { pair, type State } from './state.ts';

export class MemorySignInStore implements SignInStore {
  readonly #state: State;
  readonly #signIns = new Map<string, SignInRecord & Pick<BrowserSignIn, 'userAgent' | 'address'>>();

  constructor(state: State) {
    this.#state = state;
  }

  async create(hash: string, signIn: SignInRecord, origin: ChangeOrigin): Promise<void> {
    const { userAgent = null, address = null } = origin;
    this.#signIns.set(hash, { ...signIn, userAgent, address });
  }

  async find(hash: string, now: number): Promise<SignInRecord | undefined> {
    const signIn = this.#signIns.get(hash);
    if (signIn === undefined || signIn.expiresAt <= now) return undefined;
    const { userAgent: _, address: __, ...record } = signIn;
    return record;
  }

  async end(hash: string): Promise<void> {
    this.#signIns.delete(hash);
  }

  async ofPerson(userId: string, now: number): Promise<BrowserSignIn[]> {
    return [...this.#signIns.values()]
      .filter((signIn) => signIn.userId === userId && signIn.expiresAt > now)
      .map(({ signInId, authTime, expiresAt, userAgent, address }) => ({
        signInId,
        authTime,
        expiresAt,
        userAgent,
        address,
      }));
  }

  async endOf(
    { userId }: Pick<User, 'tenantId' | 'userId'>,
    signInId: string,
    _origin: ChangeOrigin,
    now: number,
  ) {
    const found = [...this.#signIns].find(
      ([, one]) => one.signInId === signInId && one.userId === userId && one.expiresAt > now,
    );
    return found !== undefined && this.#signIns.delete(found[0]);
  }

  async person(tenantId: string, userId: string): Promise<PresentPerson | undefined> {
    const person = this.#state.people.get(pair(tenantId, userId));
    const tenant = this.#state.tenants.get(tenantId);
    if (person === undefined || tenant === undefined) return undefined;
    const { passwordVersion, keptSession: _, createdAt: __, createdBy: ___, movedAt: ____, ...user } = person;
    return { user, passwordVersion, tenantState: tenant.state, erasesAt: tenant.erasesAt };
  }
}
