import type { ChangeOrigin } from '../../../lambdas/audit/entries.ts';
import type { Completes } from '../../../lambdas/kernel/claim.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import {
  MAX_USERS,
  type NewPerson,
  noPerson,
  type PasswordChange,
  type PeoplePage,
  type PeopleStore,
} from '../../../lambdas/people/people.ts';
import type { Person, PersonChange } from '../../../lambdas/people/person.ts';
import type { UserStanding } from '../../../lambdas/sessions/sessions.ts';
import { claimAddress } from './account-store.ts';
import { completing } from './claim-store.ts';
import { addLinkedMail } from './mail-stores.ts';
import { pair, type State, type StoredPerson } from './state.ts';

export class MemoryPeopleStore implements PeopleStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async page(tenantId: string, limit: number, after = ''): Promise<PeoplePage> {
    const rest = this.#state
      .peopleOf(tenantId)
      .filter(({ userId }) => userId > after)
      .sort((one, other) => (one.userId < other.userId ? -1 : 1));
    const people = rest.slice(0, limit).map(person);
    return { people, next: rest.length > limit ? (people.at(-1)?.userId ?? null) : null };
  }

  async find(tenantId: string, userId: string): Promise<Person | undefined> {
    const stored = this.#state.people.get(pair(tenantId, userId));
    return stored && person(stored);
  }

  async create(
    { user, passwordHash, identity, verification, createdAt }: NewPerson,
    origin: ChangeOrigin & Completes<Person>,
  ): Promise<void> {
    const complete = completing(this.#state, origin);
    const { tenantId, userId, email } = user;
    const tenant = this.#state.tenants.get(tenantId);
    if (tenant === undefined) throw noPerson();
    if (identity !== undefined && this.#state.identities.has(identity))
      throw new Problem('conflicting_state');
    const isFull = this.#state.peopleOf(tenantId).length >= MAX_USERS;
    if (isFull && !this.#state.logins.has(email)) throw new Problem('limit_reached');
    claimAddress(this.#state, email, createdAt, {
      userId,
      tenantId,
      workspaceId: tenant.defaultWorkspace,
      passwordHash: passwordHash ?? undefined,
      heldUntil: null,
    });
    const created = {
      ...user,
      emailVerified: user.emailVerified ?? false,
      factors: [],
      version: 0,
      createdAt,
      createdBy: origin.actor,
    };
    this.#state.people.set(pair(tenantId, userId), { ...created, passwordVersion: 0, keptSession: null });
    complete(created);
    if (verification !== undefined) addLinkedMail(this.#state, verification);
    if (identity !== undefined)
      this.#state.identities.set(identity, { userId, isManaged: true, decidedAt: null });
  }

  async change(seen: Person, change: PersonChange): Promise<Person> {
    const before = this.#present(seen);
    const isNewRole = change.role !== undefined && change.role !== before.role;
    if (isNewRole) this.#requireOther(before);
    const after = { ...before, ...change, version: before.version + (isNewRole ? 1 : 0) };
    this.#state.people.set(pair(before.tenantId, before.userId), after);
    return person(after);
  }

  async remove(seen: Person): Promise<void> {
    const before = this.#present(seen);
    this.#requireOther(before);
    this.#state.people.delete(pair(before.tenantId, before.userId));
    for (const { id } of this.#state.factors.get(before.userId)?.passkeys ?? [])
      this.#state.passkeys.delete(id);
    this.#state.factors.delete(before.userId);
    this.#state.logins.delete(before.email);
  }

  erase(seen: Person): Promise<void> {
    return this.remove(seen);
  }

  async changePassword(seen: Person, change: PasswordChange): Promise<void> {
    const before = this.#present(seen);
    const login = this.#state.logins.get(before.email);
    if (login?.passwordHash !== change.before) throw new Problem('wrong_password');
    const version = before.version + 1;
    this.#state.logins.set(before.email, { ...login, passwordHash: change.after });
    this.#state.people.set(pair(before.tenantId, before.userId), {
      ...before,
      version,
      passwordVersion: version,
      keptSession: change.keptSession,
    });
    this.#state.outbox.set(change.notice.id, change.notice);
  }

  async standing(tenantId: string, userId: string): Promise<UserStanding | undefined> {
    const stored = this.#state.people.get(pair(tenantId, userId));
    if (stored === undefined) return undefined;
    const { role, version, passwordVersion, keptSession } = stored;
    return { role, version, passwordVersion, keptSession };
  }

  #present({ tenantId, userId }: Person): StoredPerson {
    const stored = this.#state.people.get(pair(tenantId, userId));
    if (stored === undefined) throw noPerson();
    return stored;
  }

  /** One administrator always stays. */
  #requireOther({ tenantId, role }: Person): void {
    const admins = this.#state.peopleOf(tenantId).filter((each) => each.role === 'admin');
    if (role === 'admin' && admins.length === 1) throw new Problem('conflicting_state');
  }
}

function person({ passwordVersion: _, keptSession: __, movedAt: ___, ...seen }: StoredPerson): Person {
  return seen;
}
