import type { ChangeOrigin } from '../../../lambdas/audit/entries.ts';
import type { Invitation } from '../../../lambdas/invitations/invitation.ts';
import type { Acceptance, InvitationStore } from '../../../lambdas/invitations/invitations.ts';
import { Problem } from '../../../lambdas/kernel/problem.ts';
import type { LinkStore } from '../../../lambdas/mail/link.ts';
import type { LinkedMail } from '../../../lambdas/mail/linked-mail.ts';
import type { OutboxStore } from '../../../lambdas/mail/mail.ts';
import type { PeopleStore } from '../../../lambdas/people/people.ts';
import { pair } from './state.ts';

export class MemoryInvitationStore implements InvitationStore {
  readonly #invitations = new Map<string, Invitation>();
  readonly #people: PeopleStore;
  readonly #links: LinkStore;
  readonly #outbox: OutboxStore;

  constructor(people: PeopleStore, links: LinkStore, outbox: OutboxStore) {
    [this.#people, this.#links, this.#outbox] = [people, links, outbox];
  }

  async page(tenantId: string, limit: number, after = '') {
    const all = [...this.#invitations.values()].filter(
      (each) => each.tenantId === tenantId && each.id > after,
    );
    const invitations = all.sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit);
    return { invitations, next: all.length > limit ? (invitations.at(-1)?.id ?? null) : null };
  }

  async find(tenantId: string, id: string): Promise<Invitation | undefined> {
    return this.#invitations.get(pair(tenantId, id));
  }

  async create(invitation: Invitation, sending: LinkedMail): Promise<void> {
    this.#set(invitation);
    await this.#send(sending);
  }

  async resend(seen: Invitation, after: Invitation, sending: LinkedMail): Promise<void> {
    this.#requirePending(seen, 'conflicting_state');
    this.#set(after);
    await this.#send(sending);
  }

  async revoke(seen: Invitation): Promise<void> {
    this.#requirePending(seen, 'conflicting_state');
    this.#set({ ...seen, state: 'revoked' });
  }

  async accept({ invitation, link, person }: Acceptance, origin: ChangeOrigin, now: number): Promise<void> {
    const present = this.#requirePending(invitation, 'invalid_link');
    if (present.expiresAt <= now || link.id !== present.linkId) throw new Problem('invalid_link');
    this.#set({ ...present, state: 'accepted', userId: person.user.userId });
    try {
      if ((await this.#links.read(link, now)) === undefined) throw new Problem('invalid_link');
      await this.#people.create(person, origin);
    } catch (error) {
      this.#set(present);
      throw error;
    }
    await this.#links.use(link, now);
  }

  #set(invitation: Invitation): void {
    this.#invitations.set(pair(invitation.tenantId, invitation.id), invitation);
  }

  #requirePending(seen: Invitation, code: Problem['code']): Invitation {
    const present = this.#invitations.get(pair(seen.tenantId, seen.id));
    if (present?.state !== 'pending' || present.linkId !== seen.linkId) throw new Problem(code);
    return present;
  }

  async #send({ link, mail }: LinkedMail): Promise<void> {
    await this.#links.add(link);
    await this.#outbox.add(mail);
  }
}
