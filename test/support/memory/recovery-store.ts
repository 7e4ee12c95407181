import { Problem } from '../../../lambdas/kernel/problem.ts';
import type { Mail } from '../../../lambdas/mail/mail.ts';
import type { PersonFacts } from '../../../lambdas/people/verification.ts';
import {
  type AddressAsk,
  type AddressChange,
  type AddressUndo,
  type AskedMail,
  type LinkUse,
  type PasswordReset,
  type PasswordSetting,
  type RecoveryStore,
  UNDO_SECONDS,
} from '../../../lambdas/recovery/store.ts';
import { addLink, addLinkedMail, goodLink, useLink } from './mail-stores.ts';
import { pair, type State, type StoredLogin, type StoredPerson } from './state.ts';

export class MemoryRecoveryStore implements RecoveryStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async linkMail({ mail, link }: AskedMail): Promise<Mail | undefined> {
    const queued = this.#state.outbox.get(mail.id);
    if (queued === undefined || queued.linkId !== null) return undefined;
    const linked = { ...queued, linkId: link.id };
    this.#state.outbox.set(mail.id, linked);
    addLink(this.#state, link);
    return linked;
  }

  async verify({ use, person }: LinkUse, _origin: unknown, now: number): Promise<void> {
    const present = this.#present(person);
    useLink(this.#state, use, now);
    this.#write({ ...present, emailVerified: true });
  }

  async setPassword(setting: PasswordSetting, _origin: unknown, now: number): Promise<void> {
    const { use, person, passwordVersion, passwordHash, notice } = setting;
    const present = this.#present(person);
    if (present.passwordVersion !== passwordVersion) throw new Problem('invalid_link');
    useLink(this.#state, use, now);
    this.#setPassword(present, passwordHash, { emailVerified: true });
    this.#state.outbox.set(notice.id, notice);
  }

  async reset({ person, passwordHash, link, mail }: PasswordReset): Promise<void> {
    this.#setPassword(this.#present(person), passwordHash);
    addLink(this.#state, link);
    if (mail !== null) this.#state.outbox.set(mail.id, mail);
  }

  async askForAddress({ person, change, notice }: AddressAsk, _origin: unknown, now: number): Promise<void> {
    const present = this.#state.people.get(pair(person.tenantId, person.userId));
    if (present?.email !== person.email || !mayMove(present, now)) throw new Problem('conflicting_state');
    addLinkedMail(this.#state, change);
    this.#state.outbox.set(notice.id, notice);
  }

  async changeAddress(change: AddressChange, _origin: unknown, now: number): Promise<void> {
    const { use, person, to, passwordVersion, undo } = change;
    const [present, login] = [this.#present(person), this.#login(person)];
    if (!mayMove(present, now) || present.passwordVersion !== passwordVersion)
      throw new Problem('invalid_link');
    if (goodLink(this.#state, use, now) === undefined) throw new Problem('invalid_link');
    this.#take(to, login, now);
    useLink(this.#state, use, now);
    this.#write({ ...present, email: to, emailVerified: true, movedAt: now });
    const left = {
      ...login,
      passwordHash: undefined,
      hasLeft: true,
      heldUntil: now + UNDO_SECONDS + 259_200,
    };
    this.#state.logins.set(person.email, left);
    addLinkedMail(this.#state, undo);
  }

  async undoAddress(undo: AddressUndo, _origin: unknown, now: number): Promise<void> {
    const { use, person, to, passwordHash, reset } = undo;
    const [present, login] = [this.#present(person), this.#login(person)];
    if (goodLink(this.#state, use, now) === undefined) throw new Problem('invalid_link');
    this.#take(to, login, now);
    useLink(this.#state, use, now);
    this.#state.logins.delete(person.email);
    const { movedAt: _, ...back } = present;
    this.#setPassword({ ...back, email: to }, passwordHash, { emailVerified: true });
    addLinkedMail(this.#state, reset);
  }

  /** The person, while they have the address. */
  #present({ tenantId, userId, email }: PersonFacts): StoredPerson {
    const present = this.#state.people.get(pair(tenantId, userId));
    if (present?.email !== email) throw new Problem('invalid_link');
    return present;
  }

  #login({ email, userId }: Pick<PersonFacts, 'email' | 'userId'>): StoredLogin {
    const login = this.#state.logins.get(email);
    if (login?.userId !== userId) throw new Problem('invalid_link');
    return login;
  }

  #take(email: string, login: StoredLogin, now: number): void {
    const holder = this.#state.logins.get(email);
    const isFree =
      holder === undefined ||
      (holder.heldUntil !== null && holder.heldUntil <= now) ||
      (holder.hasLeft === true && holder.userId === login.userId);
    if (!isFree) throw new Problem('email_taken');
    this.#state.logins.set(email, { ...login, heldUntil: null });
  }

  #setPassword(present: StoredPerson, passwordHash: string, more: Partial<StoredPerson> = {}): void {
    const login = this.#login(present);
    this.#state.logins.set(present.email, { ...login, passwordHash });
    const version = present.version + 1;
    this.#write({ ...present, ...more, version, passwordVersion: version, keptSession: null });
  }

  #write(person: StoredPerson): void {
    this.#state.people.set(pair(person.tenantId, person.userId), person);
  }
}

function mayMove({ movedAt }: StoredPerson, now: number): boolean {
  return movedAt === undefined || movedAt <= now - UNDO_SECONDS;
}
