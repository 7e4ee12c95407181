import { Problem } from '../../../lambdas/kernel/problem.ts';
import type { Link, LinkStore, NewLink, PresentedLink } from '../../../lambdas/mail/link.ts';
import type { LinkedMail } from '../../../lambdas/mail/linked-mail.ts';
import type { Mail, OutboxStore } from '../../../lambdas/mail/mail.ts';
import type { State, StoredLink } from './state.ts';

export class MemoryOutboxStore implements OutboxStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async add(mail: Mail): Promise<void> {
    this.#state.outbox.set(mail.id, mail);
  }

  async find(id: string): Promise<Mail | undefined> {
    return this.#state.outbox.get(id);
  }

  async *waiting(): AsyncGenerator<Mail> {
    yield* [...this.#state.outbox.values()];
  }

  async take({ id, attempts }: Pick<Mail, 'id' | 'attempts'>, dueAt: number): Promise<Mail | undefined> {
    const mail = this.#state.outbox.get(id);
    if (mail === undefined || mail.attempts !== attempts) return undefined;
    const taken = { ...mail, dueAt, attempts: attempts + 1 };
    this.#state.outbox.set(id, taken);
    return taken;
  }

  async remove(id: string): Promise<void> {
    this.#state.outbox.delete(id);
  }
}

export class MemoryLinkStore implements LinkStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async add(link: NewLink): Promise<void> {
    addLink(this.#state, link);
  }

  async arm(id: string, hash: string, now: number): Promise<Link | undefined> {
    const link = this.#state.links.get(id);
    if (link === undefined || link.isUsed || link.forgottenAt <= now) return undefined;
    const expiresAt = now + link.lifetimeSeconds;
    const armed = { ...link, expiresAt, hashes: [...link.hashes, hash] };
    this.#state.links.set(id, armed);
    return linkOf(armed);
  }

  async read(presented: PresentedLink, now: number): Promise<Link | undefined> {
    const link = goodLink(this.#state, presented, now);
    return link && linkOf(link);
  }

  async use(presented: PresentedLink, now: number): Promise<void> {
    useLink(this.#state, presented, now);
  }
}

/** As `linkWrite`, within another store's change. */
export function addLink(state: State, link: NewLink): void {
  state.links.set(link.id, { ...link, expiresAt: 0, hashes: [], isUsed: false });
}

/** As `linkedMailWrites`, within another store's change. */
export function addLinkedMail(state: State, { link, mail }: LinkedMail): void {
  addLink(state, link);
  state.outbox.set(mail.id, mail);
}

/** As `useLink`, within another store's change. Throws `invalid_link`. */
export function useLink(state: State, presented: PresentedLink, now: number): void {
  const link = goodLink(state, presented, now);
  if (link === undefined) throw new Problem('invalid_link');
  state.links.set(link.id, { ...link, isUsed: true });
}

export function goodLink(state: State, { id, hash }: PresentedLink, now: number): StoredLink | undefined {
  const link = state.links.get(id);
  const isGood = link !== undefined && !link.isUsed && link.expiresAt > now && link.hashes.includes(hash);
  return isGood ? link : undefined;
}

function linkOf({ hashes: _, isUsed: __, forgottenAt: ___, ...link }: StoredLink): Link {
  return link;
}
