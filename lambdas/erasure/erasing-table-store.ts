import { AUDIT_RETENTION_SECONDS } from '../audit/entries.ts';
import { auditRow, retelling } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { auditHeadKey, keyRecordKey, sessionKey, tenantKey } from '../kernel/item-keys.ts';
import { type Item, type ItemKey, N, S, text } from '../kernel/items.ts';
import type { Table } from '../kernel/table.ts';
import type { Erasure } from './erasure.ts';
import { kindOf, ledTo } from './led-to.ts';
import { addressesIn, NOTHING_TOLD, withoutPerson } from './redaction.ts';

/** Rows of one step: what is done twice where a run is cut off. */
const ROWS_A_STEP = 50;

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

  /** Deletes a person's own partition, and what its rows lead to. True: it is one step. */
  async erasePerson({ id, tenantId }: Pick<Erasure, 'id' | 'tenantId'>): Promise<true> {
    const rows = await this.#table.queryAll(`USER#${id}`, '');
    await Promise.all(rows.map((row) => this.#eraseRow(row, tenantId)));
    return true;
  }

  /** Deletes rows of a tenant but for its trail, with what they lead to. Whether none is left. */
  async eraseItems({ tenantId }: Pick<Erasure, 'tenantId'>): Promise<boolean> {
    // First, so that nothing is added while the rest goes: every creation takes it.
    await this.#table.delete(tenantKey(tenantId));
    for (const [from, until] of [
      [undefined, 'AUDIT#'],
      // Digits end below a colon: after every row of the trail.
      ['AUDIT#:', undefined],
    ] as const) {
      const { items } = await this.#table.query(`TENANT#${tenantId}`, '', ROWS_A_STEP, from);
      const rows = items.filter(
        (row) => !OF_THE_TRAIL.includes(kindOf(row)[0]) && (until === undefined || text(row, 'SK') < until),
      );
      for (const row of rows) await this.#erasePersonOf(row, tenantId);
      await Promise.all(rows.map((row) => this.#eraseRow(row, tenantId)));
      if (rows.length > 0) return false;
    }
    return true;
  }

  /** Rows of the trail and what hangs on them, as they may be told from now on, after where the erasure stopped. */
  async retell(erasure: Erasure): Promise<Pick<Erasure, 'after' | 'addresses'>> {
    const { tenantId, of, id } = erasure;
    const start = erasure.after ?? undefined;
    const { items, more } = await this.#table.query(`TENANT#${tenantId}`, '', ROWS_A_STEP, start);
    const addresses = new Set(erasure.addresses);
    const trail = items.filter((item) => kindOf(item)[0] === 'AUDIT');
    if (of === 'USER')
      for (const address of trail.flatMap((item) => addressesIn(auditRow(item), id))) addresses.add(address);
    for (const item of trail) {
      const row = auditRow(item);
      const telling = of === 'TENANT' ? NOTHING_TOLD : withoutPerson(row, { userId: id, addresses });
      await this.#table.updateIf(keyOf(item), retelling(telling));
      const [kind, named = ''] = row.target.split(':');
      if (kind === 'session') await this.#eraseSession(named, erasure);
      // Somebody who was removed before: what they had connected stays for a year.
      if (of === 'TENANT' && kind === 'user') await this.erasePerson({ id: named, tenantId });
    }
    if (of === 'USER') await this.#eraseNotes(items, id);
    const after = more ? (items.at(-1)?.SK?.S ?? null) : null;
    return { after, addresses: [...addresses] };
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
    const records = await this.#table.getAll([
      ...rows.flatMap((row) => (kindOf(row)[0] === 'APIKEY' ? [keyRecordKey(text(row, 'locator'))] : [])),
      ...sessionsChangedBy(actor, rows),
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

/** Sessions of others that somebody has changed, by the trail: with a role that they gave. */
function sessionsChangedBy(actor: string, rows: readonly Item[]): ItemKey[] {
  const targets = rows.flatMap((row) => (row.actor?.S === actor ? [row.target?.S ?? ''] : []));
  const ids = new Set(targets.flatMap((target) => /^session:(.+)$/.exec(target)?.[1] ?? []));
  return [...ids].map(sessionKey);
}

function keyOf({ PK, SK }: Item): ItemKey {
  if (PK === undefined || SK === undefined) throw new Error('An item has no key.');
  return { PK, SK };
}
