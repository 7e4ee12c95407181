import { auditEntry } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { ERASURES, erasureKey } from '../kernel/item-keys.ts';
import { type Item, N, number, oneOf, S, text } from '../kernel/items.ts';
import { isCommitted, type Table, type TransactionWrite } from '../kernel/table.ts';
import { ErasingTable } from './erasing-table-store.ts';
import { type Erasure, type ErasureStore, STREAM_SECONDS } from './erasure.ts';

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
    const { phase, of } = erasure;
    if (phase === 'items') {
      const isDone = await (of === 'USER'
        ? this.#erasing.erasePerson(erasure)
        : this.#erasing.eraseItems(erasure));
      if (!isDone) return erasure;
      await this.#endItems(erasure, now);
      return undefined;
    }
    const walked = await this.#erasing.retell(erasure);
    const left = { ...erasure, ...walked };
    if (walked.after === null) await this.#end(left, now);
    else await this.#note(left);
    return walked.after === null ? undefined : left;
  }

  /** The items are gone: a day later the trail follows. */
  async #endItems({ of, id, tenantId }: Erasure, now: number): Promise<void> {
    const next: TransactionWrite = {
      Update: {
        Key: erasureKey(of, id),
        UpdateExpression: 'SET phase = :trail, due = :due',
        // Of two runs at once the second finds it done.
        ConditionExpression: 'phase = :items',
        ExpressionAttributeValues: {
          ':items': S('items'),
          ':trail': S('trail'),
          ':due': N(now + STREAM_SECONDS),
        },
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

  async #note({ of, id, after, addresses }: Erasure): Promise<void> {
    await this.#table.updateIf(erasureKey(of, id), {
      UpdateExpression: `SET #after = :after${addresses.length === 0 ? '' : ', addresses = :addresses'}`,
      ConditionExpression: 'attribute_exists(PK)',
      ExpressionAttributeNames: { '#after': 'after' },
      ExpressionAttributeValues: {
        ':after': S(after ?? ''),
        ...(addresses.length === 0 ? {} : { ':addresses': { SS: addresses } }),
      },
    });
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
