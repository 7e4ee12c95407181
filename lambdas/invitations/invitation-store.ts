import type { AuditVerb } from '../audit/actions.ts';
import { type AuditedState, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { completing } from '../idempotency/claim-store.ts';
import type { Completes } from '../kernel/claim.ts';
import { invitationKey } from '../kernel/item-keys.ts';
import { type Item, N } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import type { Table, TransactionWrite } from '../kernel/table.ts';
import { type Condition, joinedUpdate, type Update, updateExpression } from '../kernel/update.ts';
import { revokeLink, useLink } from '../mail/link-store.ts';
import type { LinkedMail } from '../mail/linked-mail.ts';
import { linkedMailWrites } from '../mail/outbox-store.ts';
import type { DynamoPeopleStore } from '../people/people-store.ts';
import { INVITATION, type Invitation, type InvitationChange } from './invitation.ts';
import type { Acceptance, InvitationStore } from './invitations.ts';

/** Seconds for which an administrator sees what has become of an invitation after its end. */
const MEMORY_SECONDS = 30 * 86_400;

/** Invitations in the table, among the rows of their tenants. */
export class DynamoInvitationStore implements InvitationStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;
  readonly #people: Pick<DynamoPeopleStore, 'create'>;

  constructor(table: Table, people: Pick<DynamoPeopleStore, 'create'>) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
    this.#people = people;
  }

  async page(tenantId: string, limit: number, after?: string) {
    const { items, more } = await this.#table.query(
      `TENANT#${tenantId}`,
      'INVITATION#',
      limit,
      after === undefined ? undefined : `INVITATION#${after}`,
    );
    const invitations = items.map((item) => INVITATION.read({ item }));
    return { invitations, next: more ? (invitations.at(-1)?.id ?? null) : null };
  }

  async find(tenantId: string, id: string): Promise<Invitation | undefined> {
    const item = await this.#table.get(invitationKey(tenantId, id));
    return item && INVITATION.read({ item });
  }

  async create(
    invitation: Invitation,
    sending: LinkedMail,
    origin: ChangeOrigin & Completes<Invitation>,
  ): Promise<void> {
    const Item = { ...invitationKey(invitation.tenantId, invitation.id), ...invitationItem(invitation) };
    const after = INVITATION.audited(invitation, INVITATION.lasting);
    await this.#audit.commit(
      invitation.tenantId,
      [entryOf('create', invitation, origin, { at: invitation.createdAt, before: null, after })],
      [
        ...completing(origin, invitation),
        { Put: { Item, ConditionExpression: 'attribute_not_exists(PK)' } },
        ...linkedMailWrites(sending),
      ],
    );
  }

  async resend(
    seen: Invitation,
    after: Invitation,
    sending: LinkedMail,
    origin: ChangeOrigin,
  ): Promise<void> {
    const { linkId, sentAt, expiresAt } = after;
    const forgetting = {
      set: ['#ttl = :ttl'],
      names: { '#ttl': 'ttl' },
      values: { ':ttl': N(expiresAt + MEMORY_SECONDS) },
    };
    const told = (state: Invitation) => INVITATION.audited(state, ['expiresAt']);
    const entry = { at: sentAt, before: told(seen), after: told(after) };
    await this.#audit.commit(
      seen.tenantId,
      [entryOf('resend', seen, origin, entry)],
      [
        { ...whilePending(seen, { linkId, sentAt, expiresAt }, forgetting), otherwise: ended() },
        revokeLink(seen.linkId),
        ...linkedMailWrites(sending),
      ],
    );
  }

  async revoke(seen: Invitation, origin: ChangeOrigin, now: number): Promise<void> {
    const before = INVITATION.audited(seen, INVITATION.lasting);
    await this.#audit.commit(
      seen.tenantId,
      [entryOf('revoke', seen, origin, { at: now, before, after: null })],
      [{ ...whilePending(seen, { state: 'revoked' }), otherwise: ended() }, revokeLink(seen.linkId)],
    );
  }

  async accept({ invitation, link, person }: Acceptance, origin: ChangeOrigin, now: number): Promise<void> {
    const { userId } = person.user;
    // DynamoDB deletes late, and the link's time begins with its mail: the invitation's own is compared.
    const inTime = { condition: 'xa > :now', values: { ':now': N(now) } };
    const ofLink = { ...invitation, linkId: link.id };
    const accepted: TransactionWrite = {
      ...whilePending(ofLink, { state: 'accepted', userId }, inTime),
      otherwise: new Problem('invalid_link'),
    };
    const before = INVITATION.audited(invitation, INVITATION.lasting);
    const entry = entryOf('accept', invitation, origin, { at: now, before, after: { user_id: userId } });
    await this.#people.create(person, origin, { writes: [accepted, useLink(link, now)], entries: [entry] });
  }
}

function invitationItem(invitation: Invitation): Item {
  return { ...INVITATION.item('item', invitation), ttl: N(invitation.expiresAt + MEMORY_SECONDS) };
}

/** Changes an invitation that is pending still, and of the same link. */
function whilePending(
  seen: Invitation,
  change: InvitationChange,
  { condition: also, ...more }: Partial<Update & Condition> = {},
): TransactionWrite {
  const { condition, ...asRead } = INVITATION.asRead('item', { ...seen, state: 'pending' }, [
    'state',
    'linkId',
  ]);
  return {
    Update: {
      Key: invitationKey(seen.tenantId, seen.id),
      ...updateExpression(joinedUpdate(INVITATION.update('item', change), asRead, more)),
      ConditionExpression: also === undefined ? condition : `${condition} AND ${also}`,
    },
  };
}

function entryOf(
  verb: AuditVerb<'invitation'>,
  { id, email }: Invitation,
  origin: ChangeOrigin,
  change: { readonly at: number; readonly before: AuditedState | null; readonly after: AuditedState | null },
) {
  const target = `invitation:${id}`;
  return auditEntry({ action: `invitation.${verb}`, target, targetName: email, origin, ...change });
}

function ended(): Problem {
  return new Problem('conflicting_state', {
    message: 'The invitation was accepted, taken back or sent anew.',
  });
}
