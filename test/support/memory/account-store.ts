import { Problem } from '../../../lambdas/kernel/problem.ts';
import type {
  AccountStore,
  Login,
  LoginStart,
  LoginStartStore,
  NewAccount,
} from '../../../lambdas/people/accounts.ts';
import type { User } from '../../../lambdas/sessions/user.ts';
import type { MemoryBackoffStore, MemorySourceStore } from './attempt-stores.ts';
import { storedKey } from './key-store.ts';
import { addLinkedMail } from './mail-stores.ts';
import { pair, type State, type StoredLogin } from './state.ts';

export class MemoryAccountStore implements AccountStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async createAccount(account: NewAccount): Promise<void> {
    const { user, workspaceId, workspaceName, heldUntil, createdAt, key } = account;
    const { tenantId, userId, email } = user;
    claimAddress(this.#state, email, createdAt, {
      userId,
      tenantId,
      workspaceId,
      passwordHash: account.passwordHash ?? undefined,
      heldUntil,
    });
    this.#state.tenants.set(tenantId, {
      id: tenantId,
      name: account.tenantName,
      sector: account.sector,
      state: 'active',
      tier: account.tier,
      keyDefaults: { expiresInDays: null, scopes: null, allowedBlocks: null },
      erasesAt: null,
      requiresFactor: false,
      embedOrigins: [],
      createdAt,
      heldUntil,
      defaultWorkspace: workspaceId,
      suspendedWorkspaces: new Set(),
    });
    this.#state.people.set(pair(tenantId, userId), {
      ...user,
      factors: [],
      emailVerified: user.emailVerified ?? false,
      version: 0,
      createdAt,
      createdBy: null,
      passwordVersion: 0,
      keptSession: null,
    });
    const workspace = { id: workspaceId, tenantId, name: workspaceName, createdAt };
    this.#state.workspaces.set(pair(tenantId, workspaceId), { ...workspace, state: 'active' });
    this.#state.keys.set(key.key.locator, storedKey(key));
    if (account.verification !== undefined) addLinkedMail(this.#state, account.verification);
  }

  async findLogin(email: string): Promise<Login | undefined> {
    const login = this.#state.logins.get(email);
    if (login === undefined || login.hasLeft === true) return undefined;
    const { heldUntil: _, ...known } = login;
    return known;
  }

  async keepAddress(tenantId: string, usedAt: number): Promise<void> {
    const tenant = this.#state.tenants.get(tenantId);
    if (tenant === undefined || tenant.heldUntil === null || tenant.heldUntil <= usedAt) return;
    this.#state.tenants.set(tenantId, { ...tenant, heldUntil: null });
    for (const [email, login] of this.#state.logins)
      if (login.tenantId === tenantId && login.heldUntil === tenant.heldUntil)
        this.#state.logins.set(email, { ...login, heldUntil: null });
  }

  async findUser(tenantId: string, id: string): Promise<User | undefined> {
    const person = this.#state.people.get(pair(tenantId, id));
    if (person === undefined) return undefined;
    const { userId, email, emailVerified, fullName, role, factors, version } = person;
    return { userId, tenantId, email, emailVerified, fullName, role, factors, version };
  }
}

/** Takes an address that nobody has, or whose holder let the time pass. Throws `email_taken`. */
export function claimAddress(state: State, email: string, now: number, login: StoredLogin): void {
  const holder = state.logins.get(email);
  const isFree = holder === undefined || (holder.heldUntil !== null && holder.heldUntil <= now);
  if (!isFree) throw new Problem('email_taken');
  state.logins.set(email, login);
}

interface Stores {
  readonly accounts: AccountStore;
  readonly backoff: MemoryBackoffStore;
  readonly sources: MemorySourceStore;
}

/** Reads one after the other what the table gives at once. */
export class MemoryLoginStartStore implements LoginStartStore {
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  async read(email: string, place: string, subjects: readonly string[], now: number): Promise<LoginStart> {
    const { accounts, backoff, sources } = this.#stores;
    return {
      login: await accounts.findLogin(email),
      isKnown: await sources.knows(place, now),
      attempts: await Promise.all(subjects.map((subject) => backoff.read(subject, now))),
    };
  }
}
