import { OUTBOX, outboxKey } from '../kernel/item-keys.ts';
import { type Item, N, number, oneOf, S, text } from '../kernel/items.ts';
import type { Table, TransactionWrite } from '../kernel/table.ts';
import { LANGUAGE_NAMES } from '../pages/languages.ts';
import { linkWrite } from './link-store.ts';
import type { LinkedMail } from './linked-mail.ts';
import type { Mail, MailTemplate, OutboxStore } from './mail.ts';
import { MAIL_TEXTS } from './texts/index.ts';

/** Mails of one query. */
const PAGE_MAILS = 100;

/** DynamoDB deletes what nobody gave up: later than a mail is given up, so that one that is tells so. */
const MEMORY_SECONDS = 86_400;

const TEMPLATES = Object.keys(MAIL_TEXTS.en.mails) as MailTemplate[];

/** The write that queues a mail, for the transaction of the change that it tells. */
export function mailWrite(mail: Mail): TransactionWrite {
  return { Put: { Item: mailItem(mail), ConditionExpression: 'attribute_not_exists(PK)' } };
}

/** The writes of a mail with its link. */
export function linkedMailWrites({ link, mail }: LinkedMail): readonly TransactionWrite[] {
  return [linkWrite(link), mailWrite(mail)];
}

/** The write that gives a mail the link that was made for it, once. */
export function linkMail(mailId: string, linkId: string): TransactionWrite {
  return {
    Update: {
      Key: outboxKey(mailId),
      UpdateExpression: 'SET lnk = :link',
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(lnk)',
      ExpressionAttributeValues: { ':link': S(linkId) },
    },
  };
}

/** The outbox in the table: one partition, in the order in which mails were queued. */
export class DynamoOutboxStore implements OutboxStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async add(mail: Mail): Promise<void> {
    await this.#table.transact([mailWrite(mail)]);
  }

  async find(id: string): Promise<Mail | undefined> {
    const item = await this.#table.get(outboxKey(id));
    return item && mailOf(item);
  }

  async *waiting(): AsyncGenerator<Mail> {
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await this.#table.query(OUTBOX, 'MAIL#', PAGE_MAILS, after);
      yield* page.items.map(mailOf);
      after = page.items.at(-1)?.SK?.S;
      more = page.more;
    }
  }

  async take({ id, attempts }: Pick<Mail, 'id' | 'attempts'>, dueAt: number): Promise<Mail | undefined> {
    const item = await this.#table.updatedIf(outboxKey(id), {
      UpdateExpression: 'SET due = :due ADD n :one',
      ConditionExpression: 'attribute_exists(PK) AND n = :seen',
      ExpressionAttributeValues: { ':due': N(dueAt), ':one': N(1), ':seen': N(attempts) },
    });
    return item && mailOf(item);
  }

  remove(id: string): Promise<void> {
    return this.#table.delete(outboxKey(id));
  }
}

function mailItem(mail: Mail): Item {
  return {
    ...outboxKey(mail.id),
    to: S(mail.to),
    tpl: S(mail.template),
    lng: S(mail.language),
    facts: S(JSON.stringify(mail.facts)),
    ...(mail.linkId === null ? {} : { lnk: S(mail.linkId) }),
    ...(mail.askedBy === null ? {} : { ask: S(JSON.stringify(mail.askedBy)) }),
    at: N(mail.queuedAt),
    due: N(mail.dueAt),
    n: N(mail.attempts),
    xa: N(mail.expiresAt),
    ttl: N(mail.expiresAt + MEMORY_SECONDS),
  };
}

function mailOf(item: Item): Mail {
  return {
    id: text(item, 'SK').slice('MAIL#'.length),
    to: text(item, 'to'),
    template: oneOf(TEMPLATES, text(item, 'tpl')),
    language: oneOf(LANGUAGE_NAMES, text(item, 'lng')),
    facts: JSON.parse(text(item, 'facts')),
    linkId: item.lnk?.S ?? null,
    askedBy: item.ask?.S === undefined ? null : JSON.parse(item.ask.S),
    queuedAt: number(item, 'at'),
    dueAt: number(item, 'due'),
    attempts: number(item, 'n'),
    expiresAt: number(item, 'xa'),
  };
}
