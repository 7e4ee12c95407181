import { changeNote } from '../../lambdas/audit/change-note.ts';
import { erasePersonWrite, eraseTenantWrite } from '../../lambdas/erasure/erasure-store.ts';
import * as attribute from '../../lambdas/kernel/attributes.ts';
import { systemClock } from '../../lambdas/kernel/clock.ts';
import {
  type AttributeValue,
  type Item,
  type ItemKey,
  keyOf,
  N,
  number,
  S,
} from '../../lambdas/kernel/items.ts';
import { isCommitted, type Table, type TransactionWrite } from '../../lambdas/kernel/table.ts';
import { updateExpression } from '../../lambdas/kernel/update.ts';
import { type LedgerEntry, replayed } from '../../lambdas/ledger/entries.ts';
import {
  HOT_KINDS,
  type KindName,
  keptOf,
  kindOf,
  type Replacement,
  type ReplayRights,
} from '../../lambdas/ledger/kinds.ts';
import { userStanding } from '../../lambdas/people/people-store.ts';
import { DynamoSessionStore } from '../../lambdas/sessions/session-store.ts';
import { operator } from '../change.ts';
import { settleFactors } from './settle-factors.ts';

const ATTEMPTS = 10;

export interface ReplayOptions {
  readonly rights: ReplayRights;
  /** Kinds that the operator leaves as the restore has them. */
  readonly except: ReadonlySet<KindName>;
  /** Whether only to count what would change. */
  readonly dryRun: boolean;
  /** Whether the table serves: then its stream follows each change, as it does after any other. */
  readonly serves: boolean;
}

/** Ends in a table what has ended since it was as it is. Repeating it changes nothing. */
export class Replay {
  readonly #table: Table;
  readonly #options: ReplayOptions;
  readonly #sessions: DynamoSessionStore;
  /** Items that were changed, or would be, by kind. */
  readonly changed = new Map<KindName, number>();

  constructor(table: Table, options: ReplayOptions) {
    this.#table = table;
    this.#options = options;
    this.#sessions = new DynamoSessionStore(table);
  }

  /** Replays entries, of each item at most one. */
  async apply(entries: readonly LedgerEntry[]): Promise<void> {
    const meant = entries.filter(({ kind }) => !this.#options.except.has(kind));
    const items = await this.#table.getAll(meant.map(entryKey));
    const byKey = new Map(items.map((item) => [nameOf(item), item]));
    for (const entry of meant) {
      const item = byKey.get(nameOf(entryKey(entry)));
      if (item === undefined) continue;
      await this.#applyTo(item, entry);
      // Also of one that a run has replayed which was cut off after it.
      if (entry.kind === 'factors' && !entry.isGone && !this.#options.dryRun)
        await settleFactors(item, this.#table);
    }
  }

  async #applyTo(restored: Item, entry: LedgerEntry): Promise<void> {
    const { rights, dryRun, serves } = this.#options;
    let item: Item | undefined = restored;
    for (let attempt = 0; item !== undefined; attempt += 1) {
      const change = replayed(item, entry, rights);
      if (change === undefined) return;
      const replacement = serves && change !== 'delete' ? noted(item, entry.kind, change) : change;
      if (attempt === ATTEMPTS) throw new Error(`${entry.PK} changes all the time.`);
      if (dryRun || (await this.#write(item, replacement))) {
        this.changed.set(entry.kind, (this.changed.get(entry.kind) ?? 0) + 1);
        if (!dryRun && entry.kind === 'person') await this.#settleSessions(item);
        if (!dryRun && entry.isGone) await this.#eraseAgain(item);
        return;
      }
      item = await this.#table.get(entryKey(entry));
    }
  }

  /** Writes what an item becomes, unless one of the attributes has changed meanwhile: a table may serve already. */
  async #write(item: Item, replacement: Replacement | 'delete'): Promise<boolean> {
    const Key = keyOf(item);
    if (replacement === 'delete') {
      await this.#table.delete(Key);
      return true;
    }
    const { ConditionExpression, ...write } = unlessChanged(item, replacement);
    const erasure = erasureOf(item, replacement);
    if (erasure === undefined) return this.#table.updateIf(Key, { ...write, ConditionExpression });
    return isCommitted(this.#table.transact([{ Update: { Key, ...write, ConditionExpression } }, erasure]));
  }

  /** Of a person or a tenant that was erased the restore has brought everything back: it is erased once more. */
  async #eraseAgain(item: Item): Promise<void> {
    const tenantId = item.PK?.S?.slice('TENANT#'.length) ?? '';
    const now = systemClock();
    if (item.SK?.S === 'TENANT') await this.#table.transact([eraseTenantWrite(tenantId, now)]);
    const userId = /^USER#(.+)$/.exec(item.SK?.S ?? '')?.[1];
    if (userId === undefined || item.email?.S === undefined) return;
    await this.#table.transact([erasePersonWrite({ userId, tenantId, email: item.email.S }, now)]);
  }

  /** The sessions of a person follow them, as after any change. */
  async #settleSessions(person: Item): Promise<void> {
    const now = await this.#table.get(keyOf(person));
    const userId = person.SK?.S?.slice('USER#'.length) ?? '';
    await this.#sessions.settle(userId, now === undefined ? undefined : userStanding(now), operator());
  }
}

/**
 * What stands in the table before, as entries: it has what its stream has not brought to the ledger yet. Of what it does
 * not have it says nothing, as it may have been lost.
 */
export async function* entriesOfTable(table: Table): AsyncGenerator<LedgerEntry[]> {
  for await (const items of table.scanPages({ ConsistentRead: true })) {
    yield items.flatMap((item) => {
      const kind = kindOf(item);
      if (kind === undefined || kind.kept.length === 0) return [];
      return [
        {
          kind: kind.name,
          PK: item.PK?.S ?? '',
          SK: item.SK?.S ?? '',
          at: systemClock(),
          kept: keptOf(item, kind),
          isGone: false,
        },
      ];
    });
  }
}

/** The write by which a tenant that is closed again is to be erased, as when its administrator closed it. */
function erasureOf(item: Item, { erasesAt }: Replacement): TransactionWrite | undefined {
  if (item.SK?.S !== 'TENANT' || erasesAt?.N === undefined) return undefined;
  return eraseTenantWrite(item.PK?.S?.slice('TENANT#'.length) ?? '', Number(erasesAt.N));
}

/** The change of a hot record with its note, by which the stream brings it to the trail and to what hangs on the record. */
function noted(item: Item, kind: KindName, change: Replacement): Replacement {
  if (!HOT_KINDS.includes(kind)) return change;
  const state = change[attribute.STATE]?.S;
  const what = state === 'revoked' ? 'revoke' : state === 'disabled' ? 'disable' : 'update';
  const changes = Math.max(number(item, attribute.CHANGES) + 1, Number(change[attribute.CHANGES]?.N ?? 0));
  return {
    ...change,
    [attribute.CHANGES]: N(changes),
    [attribute.CHANGE]: changeNote(operator(), kind === 'session' ? 'end' : what),
  };
}

/** The write that gives an item these attributes, if they are still as they were read. */
function unlessChanged(item: Item, replacement: Replacement) {
  const fields = Object.entries(replacement).map(([name, value], index) => ({ name, value, index }));
  const isSet = (value: AttributeValue | undefined) => value !== undefined;
  const write = updateExpression({
    set: fields.flatMap(({ value, index }) => (isSet(value) ? [`#a${index} = :to${index}`] : [])),
    remove: fields.flatMap(({ value, index }) => (isSet(value) ? [] : [`#a${index}`])),
    names: Object.fromEntries(fields.map(({ name, index }) => [`#a${index}`, name])),
    values: Object.fromEntries(
      fields.flatMap(({ name, value, index }) => [
        ...(value === undefined ? [] : [[`:to${index}`, value]]),
        ...(item[name] === undefined ? [] : [[`:was${index}`, item[name]]]),
      ]),
    ),
  });
  const asRead = fields.map(({ name, index }) =>
    item[name] === undefined ? `attribute_not_exists(#a${index})` : `#a${index} = :was${index}`,
  );
  return { ...write, ConditionExpression: ['attribute_exists(PK)', ...asRead].join(' AND ') };
}

function entryKey({ PK, SK }: Pick<LedgerEntry, 'PK' | 'SK'>): ItemKey {
  return { PK: S(PK), SK: S(SK) };
}

/** An item's key as one text, to find it by. */
export function nameOf({ PK, SK }: Item): string {
  return `${PK?.S}\0${SK?.S}`;
}
