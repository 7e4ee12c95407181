import type { AuditVerb } from '../audit/actions.ts';
import { changeNote } from '../audit/change-note.ts';
import { type AuditedChange, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { emailKey, userKey } from '../kernel/item-keys.ts';
import { type Item, N, S } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { ConditionsFailed, type Table, type TransactionWrite, type WriteCondition } from '../kernel/table.ts';
import { updateExpression } from '../kernel/update.ts';
import { linkWrite, useLink } from '../mail/link-store.ts';
import type { Mail } from '../mail/mail.ts';
import { linkedMailWrites, linkMail, mailWrite } from '../mail/outbox-store.ts';
import { claimAddress, LEFT } from '../people/account-store.ts';
import type { PersonFacts } from '../people/verification.ts';
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
} from './store.ts';

/** When a person's address was changed: until the change can be taken back no more, it is not changed again. */
const MOVED_AT = 'movedAt';

const MAY_MOVE = `attribute_not_exists(${MOVED_AT}) OR ${MOVED_AT} <= :settled`;

/** How often a change of an address begins anew because the password was changed meanwhile. */
const ATTEMPTS = 3;

/** What follows from links, in the table: each with the use of its link, its row of the trail and its mails. */
export class DynamoRecoveryStore implements RecoveryStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async linkMail({ mail, person, link }: AskedMail, now: number): Promise<Mail | undefined> {
    const { askedBy } = mail;
    if (askedBy === null) return mail;
    const origin = { actor: 'anonymous', ...askedBy };
    const entry = change('link', person, { origin, at: now, after: { kind: link.kind } });
    try {
      await this.#audit.commit(person.tenantId, [entry], [linkMail(mail.id, link.id), linkWrite(link)]);
      return { ...mail, linkId: link.id };
    } catch (error) {
      // Another try has linked it meanwhile.
      if (error instanceof ConditionsFailed) return undefined;
      throw error;
    }
  }

  async verify({ use, person }: LinkUse, origin: ChangeOrigin, now: number): Promise<void> {
    const entry = change('verify', person, { origin, at: now, after: { email: person.email } });
    const verified = personUpdate(person, { set: [`${attribute.EMAIL_VERIFIED} = :true`], values: TRUE });
    await this.#audit.commit(person.tenantId, [entry], [useLink(use, now), verified]);
  }

  async setPassword(setting: PasswordSetting, origin: ChangeOrigin, now: number): Promise<void> {
    const { use, person, passwordVersion, passwordHash, notice } = setting;
    const { set, remove, values } = newPassword(origin);
    const entry = change('password', person, { origin, at: now, before: {}, after: {} });
    await this.#audit.commit(
      person.tenantId,
      [entry],
      [
        useLink(use, now),
        passwordWrite(person, passwordHash),
        personUpdate(person, {
          set: [...set, `${attribute.EMAIL_VERIFIED} = :true`],
          remove,
          values: { ...values, ...TRUE, ':seen': N(passwordVersion) },
          condition: ofPassword(passwordVersion),
        }),
        mailWrite(notice),
      ],
    );
  }

  async reset(
    { person, passwordHash, link, mail }: PasswordReset,
    origin: ChangeOrigin,
    now: number,
  ): Promise<void> {
    const entry = change('reset', person, { origin, at: now, before: {}, after: {} });
    const writes = [
      passwordWrite(person, passwordHash),
      personUpdate(person, newPassword(origin)),
      linkWrite(link),
      ...(mail === null ? [] : [mailWrite(mail)]),
    ];
    await this.#audit.commit(person.tenantId, [entry], writes);
  }

  async askForAddress(
    { person, change: mail, notice }: AddressAsk,
    origin: ChangeOrigin,
    now: number,
  ): Promise<void> {
    const entry = change('link', person, {
      origin,
      at: now,
      after: { kind: 'address', email: mail.mail.to },
    });
    const mayMove: TransactionWrite = {
      ConditionCheck: {
        Key: userKey(person.tenantId, person.userId),
        ConditionExpression: `email = :email AND (${MAY_MOVE})`,
        ExpressionAttributeValues: { ':email': S(person.email), ':settled': N(now - UNDO_SECONDS) },
      },
      otherwise: new Problem('conflicting_state', {
        message: 'The address was changed less than 7 days ago: until then the change can be taken back.',
      }),
    };
    await this.#audit.commit(
      person.tenantId,
      [entry],
      [mayMove, ...linkedMailWrites(mail), mailWrite(notice)],
    );
  }

  changeAddress(wanted: AddressChange, origin: ChangeOrigin, now: number): Promise<void> {
    const { use, person, to, passwordVersion, undo } = wanted;
    return this.#onPresentLogin(person, async (login) => {
      const heldUntil = now + UNDO_SECONDS + HOLD_MARGIN_SECONDS;
      const left: TransactionWrite = {
        Update: {
          Key: emailKey(person.email),
          UpdateExpression: `SET heldUntil = :until, #ttl = :until, ${LEFT} = :true REMOVE passwordHash`,
          ...asRead(login),
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: {
            ...asRead(login).ExpressionAttributeValues,
            ...TRUE,
            ':until': N(heldUntil),
          },
        },
      };
      const moved = personUpdate(person, {
        set: ['email = :to', `${attribute.EMAIL_VERIFIED} = :true`, `${MOVED_AT} = :now`],
        values: {
          ':to': S(to),
          ...TRUE,
          ':now': N(now),
          ':settled': N(now - UNDO_SECONDS),
          ':seen': N(passwordVersion),
        },
        condition: `(${MAY_MOVE}) AND ${ofPassword(passwordVersion)}`,
      });
      const told = { before: { email: person.email }, after: { email: to } };
      await this.#audit.commit(
        person.tenantId,
        [change('email', person, { origin, at: now, ...told })],
        [useLink(use, now), takeAddress(to, login, now), moved, left, ...linkedMailWrites(undo)],
      );
    });
  }

  undoAddress(undo: AddressUndo, origin: ChangeOrigin, now: number): Promise<void> {
    const { use, person, to, passwordHash, reset } = undo;
    return this.#onPresentLogin(person, async (login) => {
      const { set, remove, values } = newPassword(origin);
      const back = personUpdate(person, {
        set: [...set, 'email = :to', `${attribute.EMAIL_VERIFIED} = :true`],
        remove: [...remove, MOVED_AT],
        values: { ...values, ...TRUE, ':to': S(to) },
      });
      const told = { before: { email: person.email }, after: { email: to } };
      await this.#audit.commit(
        person.tenantId,
        [change('email-undo', person, { origin, at: now, ...told })],
        [
          useLink(use, now),
          takeAddress(to, { ...login, passwordHash: S(passwordHash) }, now),
          back,
          { Delete: { Key: emailKey(person.email), ...asRead(login) } },
          ...linkedMailWrites(reset),
        ],
      );
    });
  }

  /** Runs a change on the login of an address as it is, again when the password was changed meanwhile. */
  async #onPresentLogin(person: PersonFacts, run: (login: Item) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const login = await this.#table.get(emailKey(person.email));
      if (login?.userId?.S !== person.userId) throw new Problem('invalid_link');
      try {
        return await run(login);
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        if (attempt === ATTEMPTS) throw new Problem('conflicting_state');
      }
    }
  }
}

const TRUE = { ':true': { BOOL: true } };

/** Seconds for which an address is held beyond the link's time, which begins when the mail is sent. */
const HOLD_MARGIN_SECONDS = 3 * 86_400;

/** That the password is still the one for which a link was made (`:seen`). */
function ofPassword(version: number): string {
  return version === 0 ? '(attribute_not_exists(pwv) OR pwv = :seen)' : 'pwv = :seen';
}

/** Another password: all that was opened for the former ends (`UserStanding`), in no session it goes on. */
function newPassword(origin: ChangeOrigin) {
  const next = `if_not_exists(${attribute.PERSON_VERSION}, :zero) + :one`;
  return {
    set: [`${attribute.PERSON_VERSION} = ${next}`, `pwv = ${next}`, `${attribute.CHANGE} = :change`],
    remove: ['kept'],
    values: { ':zero': N(0), ':one': N(1), ':change': changeNote(origin, 'password') },
  };
}

/** A change of the person's row, while they have the address that a link is for. */
function personUpdate(
  { tenantId, userId, email }: PersonFacts,
  {
    set,
    remove = [],
    values,
    condition,
  }: {
    readonly set: readonly string[];
    readonly remove?: readonly string[];
    readonly values: Item;
    readonly condition?: string;
  },
): TransactionWrite {
  return {
    Update: {
      Key: userKey(tenantId, userId),
      ...updateExpression({ set, remove, names: {}, values: { ...values, ':email': S(email) } }),
      ConditionExpression: `email = :email${condition === undefined ? '' : ` AND ${condition}`}`,
    },
    otherwise: new Problem('invalid_link'),
  };
}

function passwordWrite({ email, userId }: PersonFacts, passwordHash: string): TransactionWrite {
  return {
    Update: {
      Key: emailKey(email),
      UpdateExpression: 'SET passwordHash = :hash',
      ConditionExpression: `userId = :user AND attribute_not_exists(${LEFT})`,
      ExpressionAttributeValues: { ':hash': S(passwordHash), ':user': S(userId) },
    },
    otherwise: new Problem('invalid_link'),
  };
}

/** The condition that a login still says what was read of it. */
function asRead({ userId, passwordHash }: Item) {
  return {
    ConditionExpression:
      passwordHash === undefined
        ? 'userId = :user AND attribute_not_exists(passwordHash)'
        : 'userId = :user AND passwordHash = :hash',
    ExpressionAttributeValues: {
      ':user': userId ?? S(''),
      ...(passwordHash === undefined ? {} : { ':hash': passwordHash }),
    },
  } satisfies WriteCondition;
}

/** Takes an address for a login as it was read of another address. */
function takeAddress(
  email: string,
  { userId = S(''), tenantId = S(''), workspaceId = S(''), passwordHash }: Item,
  now: number,
): TransactionWrite {
  const login = { userId, tenantId, workspaceId, ...(passwordHash === undefined ? {} : { passwordHash }) };
  return claimAddress({ ...emailKey(email), ...login }, now);
}

function change(
  verb: AuditVerb<'user'>,
  { userId }: Pick<PersonFacts, 'userId'>,
  {
    before = null,
    ...told
  }: Pick<AuditedChange, 'origin' | 'at' | 'after'> & Partial<Pick<AuditedChange, 'before'>>,
) {
  return auditEntry({ action: `user.${verb}`, target: `user:${userId}`, before, ...told });
}
