import { auditEntry } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { ERASURES, erasureKey } from '../kernel/item-keys.ts';
import { type Item, N, number, oneOf, S, text } from '../kernel/items.ts';
import { STREAM_SECONDS } from '../kernel/stream-records.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { joinedUpdate, type Update, updateExpression } from '../kernel/update.ts';
import { ErasingTable } from './erasing-table-store.ts';
import type { Erasure, ErasureStore } from './erasure.ts';

/** The write by which a person's erasure begins, in the transaction that removes them. */
export function erasePersonWrite(
  { userId, tenantId, email }: { readonly userId: string; readonly tenantId: string; readonly email: string },
  now: number,
): TransactionWrite {
  const erasure = { of: 'USER', id: userId, tenantId, dueAt: now, addresses: [email] } as const;
  return { Put: { Item: erasureItem({ ...erasure, phase: 'items', after: null }) } };
}

/** The write by which a tenant is to be erased at `dueAt`. */
export function eraseTenantWrite(tenantId: string, dueAt: number): TransactionWrite {
  const erasure = { of: 'TENANT', id: tenantId, tenantId, dueAt, addresses: [] } as const;
  return { Put: { Item: erasureItem({ ...erasure, phase: 'items', after: null }) } };
}

/** The write that takes a tenant's erasure back, which fails once it has begun. */
export function keepTenantWrite(tenantId: string): TransactionWrite {
  return {
    Delete: {
      Key: erasureKey('TENANT', tenantId),
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(begun)',
    },
  };
}

/** A reserved word. */
const AFTER = { '#after': 'after' };

/** The addresses that are known of a person: of a tenant there are none, and no set is empty. */
function known(addresses: readonly string[]): Partial<Update> {
  if (addresses.length === 0) return {};
  return { set: ['addresses = :addresses'], values: { ':addresses': { SS: addresses } } };
}

/** Erasures in the table: one partition, from which each goes when it is done. */
export class DynamoErasureStore implements ErasureStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;
  readonly #erasing: ErasingTable;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
    this.#erasing = new ErasingTable(table);
  }

  async due(now: number): Promise<Erasure[]> {
    const items = await this.#table.queryAll(ERASURES, '');
    return items.map(erasureOf).filter(({ dueAt }) => dueAt <= now);
  }

  begin({ of, id }: Erasure, now: number): Promise<boolean> {
    return this.#table.updateIf(erasureKey(of, id), {
      UpdateExpression: 'SET begun = :yes',
      ConditionExpression: 'attribute_exists(PK) AND due <= :now',
      ExpressionAttributeValues: { ':yes': { BOOL: true }, ':now': N(now) },
    });
  }

  async proceed(erasure: Erasure, now: number): Promise<Erasure | undefined> {
    if (erasure.phase === 'items') return this.#proceedItems(erasure, now);
    const after = await this.#erasing.retell(erasure);
    if (after !== null) return this.#note({ ...erasure, after });
    await this.#end(erasure, now);
    return undefined;
  }

  async #proceedItems(erasure: Erasure, now: number): Promise<Erasure | undefined> {
    if (erasure.of === 'TENANT') {
      if (!(await this.#erasing.eraseItems(erasure))) return erasure;
      await this.#endItems(erasure, now);
      return undefined;
    }
    if (erasure.after === null) await this.#erasing.erasePerson(erasure);
    const left = { ...erasure, ...(await this.#erasing.gatherAddresses(erasure)) };
    if (left.after !== null) return this.#note(left);
    await this.#endItems(left, now);
    return undefined;
  }

  /** The items are gone: the trail follows when the stream can bring no more of what was before. */
  async #endItems({ of, id, tenantId, addresses }: Erasure, now: number): Promise<void> {
    const trail = {
      set: ['phase = :trail', 'due = :due'],
      remove: ['#after'],
      names: AFTER,
      values: { ':items': S('items'), ':trail': S('trail'), ':due': N(now + STREAM_SECONDS) },
    };
    const next: TransactionWrite = {
      Update: {
        Key: erasureKey(of, id),
        ...updateExpression(joinedUpdate(trail, known(addresses))),
        // Of two runs at once the second finds it done.
        ConditionExpression: 'phase = :items',
      },
    };
    const entry = auditEntry({
      action: 'tenant.erase',
      target: `tenant:${tenantId}`,
      origin: { actor: 'system', requestId: `erasure-${id}` },
      at: now,
      before: null,
      after: null,
    });
    const committing =
      of === 'TENANT' ? this.#audit.commit(tenantId, [entry], [next]) : this.#table.transact([next]);
    await isCommitted(committing);
  }

  /** Notes where the phase goes on. */
  async #note(left: Erasure): Promise<Erasure> {
    const { of, id, after, addresses } = left;
    const walked = { set: ['#after = :after'], names: AFTER, values: { ':after': S(after ?? '') } };
    await this.#table.updateIf(erasureKey(of, id), {
      ...updateExpression(joinedUpdate(walked, known(addresses))),
      ConditionExpression: 'attribute_exists(PK)',
    });
    return left;
  }

  async #end({ of, id, tenantId }: Erasure, now: number): Promise<void> {
    if (of === 'TENANT') await this.#erasing.forgetTrail(tenantId, now);
    await this.#table.delete(erasureKey(of, id));
  }
}

function erasureItem({ of, id, tenantId, phase, dueAt, after, addresses }: Erasure): Item {
  return {
    ...erasureKey(of, id),
    tenantId: S(tenantId),
    phase: S(phase),
    due: N(dueAt),
    ...(after === null ? {} : { after: S(after) }),
    ...(addresses.length === 0 ? {} : { addresses: { SS: addresses } }),
  };
}

function erasureOf(item: Item): Erasure {
  const [of = '', id = ''] = text(item, 'SK').split('#');
  return {
    of: oneOf(['USER', 'TENANT'], of),
    id,
    tenantId: text(item, 'tenantId'),
    phase: oneOf(['items', 'trail'], text(item, 'phase')),
    dueAt: number(item, 'due'),
    after: item.after?.S ?? null,
    addresses: item.addresses?.SS ?? [],
  };
}
