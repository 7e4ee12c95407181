import { isDeepStrictEqual } from 'node:util';
import { AUDIT_RETENTION_SECONDS } from '../audit/entries.ts';
import { auditRow, retelling } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { auditHeadKey, keyRecordKey, sessionKey, tenantKey } from '../kernel/item-keys.ts';
import { type Item, type ItemKey, keyOf, N, S, text } from '../kernel/items.ts';
import type { Page, Table } from '../kernel/table.ts';
import type { Erasure } from './erasure.ts';
import { kindOf, ledTo } from './led-to.ts';
import { addressesIn, NOTHING_TOLD, withoutPerson } from './redaction.ts';

/** Rows of one step: what is done twice where a run is cut off. */
const ROWS_A_STEP = 50;

/** Rows of a step that only reads. */
const ROWS_READ_A_STEP = 500;

/** The trail, and its head, which numbers what is yet to come. */
const OF_THE_TRAIL = ['AUDIT', 'AUDITHEAD'];

/** Never what another tenant has meanwhile: an address that is free is anybody's. */
const OF_TENANT = ['ten', 'tenantId', 'tenant']
  .map((name) => `(attribute_not_exists(${name}) OR ${name} = :tenant)`)
  .join(' AND ');

/** The work of erasures on the table, in steps that can be repeated. */
export class ErasingTable {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Deletes a person's own partition, and what its rows lead to. */
  async erasePerson({ id, tenantId }: Pick<Erasure, 'id' | 'tenantId'>): Promise<void> {
    const rows = await this.#table.queryAll(`USER#${id}`, '');
    await Promise.all(rows.map((row) => this.#eraseRow(row, tenantId)));
  }

  /**
   * Adds the addresses that the trail tells of a person, after where the erasure stopped. All are known before a row is
   * retold: one may be in a row that is older than any that says whose it is, as an invitation is.
   */
  async gatherAddresses({
    tenantId,
    id,
    after,
    addresses,
  }: Erasure): Promise<Pick<Erasure, 'after' | 'addresses'>> {
    const start = after ?? undefined;
    const page = await this.#table.query(`TENANT#${tenantId}`, 'AUDIT#', ROWS_READ_A_STEP, start);
    const told = page.items.flatMap((item) => addressesIn(auditRow(item), id));
    return { after: nextAfter(page), addresses: [...new Set([...addresses, ...told])] };
  }

  /** Deletes rows of a tenant but for its trail, with what they lead to. Whether none is left. */
  async eraseItems({ tenantId }: Pick<Erasure, 'tenantId'>): Promise<boolean> {
    // First, so that nothing is added while the rest goes: every creation takes it.
    await this.#table.delete(tenantKey(tenantId));
    // Digits end below a colon: after every row of the trail.
    for (const after of [undefined, 'AUDIT#:']) {
      const { items } = await this.#table.query(`TENANT#${tenantId}`, '', ROWS_A_STEP, after);
      const rows = items.filter((row) => !OF_THE_TRAIL.includes(kindOf(row)[0]));
      for (const row of rows) await this.#erasePersonOf(row, tenantId);
      await Promise.all(rows.map((row) => this.#eraseRow(row, tenantId)));
      if (rows.length > 0) return false;
    }
    return true;
  }

  /**
   * Rows of the trail and what hangs on them, as they may be told from now on, after where the erasure stopped. Gives
   * where that goes on; null where all is done.
   */
  async retell(erasure: Erasure): Promise<string | null> {
    const { tenantId, of, id } = erasure;
    const start = erasure.after ?? undefined;
    const page = await this.#table.query(`TENANT#${tenantId}`, '', ROWS_A_STEP, start);
    const addresses = new Set(erasure.addresses);
    const trail = page.items.filter((item) => kindOf(item)[0] === 'AUDIT');
    for (const item of trail) {
      const row = auditRow(item);
      const telling = of === 'TENANT' ? NOTHING_TOLD : withoutPerson(row, { userId: id, addresses });
      // Most rows of a tenant tell nothing of one person.
      if (!isDeepStrictEqual({ ...row, ...telling }, row))
        await this.#table.updateIf(keyOf(item), retelling(telling));
    }
    for (const sessionId of targetsOf('session', trail)) await this.#eraseSession(sessionId, erasure);
    // Somebody who was removed before: what they had connected stays for a year.
    if (of === 'TENANT')
      for (const userId of targetsOf('user', trail)) await this.erasePerson({ id: userId, tenantId });
    else await this.#eraseNotes(page.items, id);
    return nextAfter(page);
  }

  /** Lets a trail end with its last row: nothing is added to it any more. */
  async forgetTrail(tenantId: string, now: number): Promise<void> {
    await this.#table.updateIf(auditHeadKey(tenantId), {
      UpdateExpression: 'SET #ttl = :end',
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':end': N(now + AUDIT_RETENTION_SECONDS) },
    });
  }

  async #erasePersonOf(row: Item, tenantId: string): Promise<void> {
    const [kind, id] = kindOf(row);
    if (kind === 'USER') await this.erasePerson({ id, tenantId });
  }

  /** What a row leads to goes before the row, by which it is found. */
  async #eraseRow(row: Item, tenantId: string): Promise<void> {
    for (const key of ledTo(row)) await this.#eraseOwn(key, tenantId);
    await this.#table.delete(keyOf(row));
  }

  #eraseOwn(key: ItemKey, tenantId: string): Promise<void> {
    return this.#table.delete(key, {
      ConditionExpression: OF_TENANT,
      ExpressionAttributeValues: { ':tenant': S(tenantId) },
    });
  }

  /** The record of a session that has ended stays as long as it could have lasted, and no row leads to it. */
  async #eraseSession(sessionId: string, { of, id, tenantId }: Erasure): Promise<void> {
    if (of === 'TENANT') return this.#eraseOwn(sessionKey(sessionId), tenantId);
    await this.#table.delete(sessionKey(sessionId), {
      ConditionExpression: `${attribute.USER} = :user`,
      ExpressionAttributeValues: { ':user': S(id) },
    });
  }

  /** Notes of a last change, on keys and people, by a person who is erased: the address from which they made it. */
  async #eraseNotes(rows: readonly Item[], userId: string): Promise<void> {
    const actor = `user:${userId}`;
    const theirs = rows.filter((row) => row.actor?.S === actor);
    const records = await this.#table.getAll([
      ...rows.flatMap((row) => (kindOf(row)[0] === 'APIKEY' ? [keyRecordKey(text(row, 'locator'))] : [])),
      // Sessions of others with a role that they gave, by the trail.
      ...[...targetsOf('session', theirs)].map(sessionKey),
    ]);
    for (const item of [...rows, ...records]) {
      if (item[attribute.CHANGE]?.M?.actor?.S !== actor) continue;
      await this.#table.updateIf(keyOf(item), {
        UpdateExpression: `REMOVE ${attribute.CHANGE}.ip, ${attribute.CHANGE}.own_id`,
        ConditionExpression: `${attribute.CHANGE}.actor = :actor`,
        ExpressionAttributeValues: { ':actor': S(actor) },
      });
    }
  }
}

/** Ids of what rows of the trail are about, of one kind, each once. */
function targetsOf(kind: 'session' | 'user', rows: readonly Item[]): ReadonlySet<string> {
  const prefix = `${kind}:`;
  return new Set(
    rows.flatMap(({ target }) => (target?.S?.startsWith(prefix) ? [target.S.slice(prefix.length)] : [])),
  );
}

/** The sort key after which the next page begins; null after the last. */
function nextAfter({ items, more }: Page): string | null {
  return more ? (items.at(-1)?.SK?.S ?? null) : null;
}
