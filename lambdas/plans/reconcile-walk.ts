import type { ListedKey } from './control-plane-client.ts';
import { type UsageKeyRow, type UsageKeyStep, usageKeyOwner } from './usage-keys.ts';

/** More keys than a run has time for. */
const MOST_A_RUN = 1_000;

/** A key that nobody is to use any more. */
export interface Outgrown {
  readonly tenantId: string;
  readonly key: ListedKey;
}

/** The findings of a run on its way through the tenants' rows. */
export class Walk {
  pointed = 0;
  unpointed = 0;
  /** The tenant after whom the next run goes on; null when all were seen. */
  next: string | null = null;
  readonly suspects: UsageKeyRow[] = [];
  readonly wanting: { readonly row: UsageKeyRow; readonly step: UsageKeyStep }[] = [];
  readonly outgrown: Outgrown[] = [];
  /** Rows of tenants that are gone and have no key left. */
  readonly forgettable: UsageKeyRow[] = [];
  /** The tenants' keys; under undefined those that are no tenant's. */
  readonly #keysOf: Map<string | undefined, ListedKey[]>;

  constructor(keys: readonly ListedKey[], prefix: string) {
    this.#keysOf = Map.groupBy(keys, ({ name }) => usageKeyOwner(prefix, name));
  }

  /** Notes what is to be made, as far as a run can come. */
  want(row: UsageKeyRow, step: UsageKeyStep): void {
    if (step === 'rest' || step === 'await' || this.wanting.length >= MOST_A_RUN) return;
    this.wanting.push({ row, step });
  }

  /** Notes which keys of a tenant nobody has used since `before`. */
  outgrow(row: UsageKeyRow, present: string, before: number): void {
    const keys = this.#keysOf.get(row.tenantId) ?? [];
    this.#keysOf.delete(row.tenantId);
    const old = keys.filter(({ name }) => row.tier === null || name !== present);
    if (row.since <= before) this.outgrown.push(...old.map((key) => ({ tenantId: row.tenantId, key })));
    if (row.tier === null && keys.length === 0) this.forgettable.push(row);
  }

  /** Notes the keys that no row knows. */
  orphan(before: number): void {
    for (const [tenantId, keys] of this.#keysOf) {
      if (tenantId === undefined) continue;
      for (const key of keys) if (key.createdAt <= before) this.outgrown.push({ tenantId, key });
    }
  }
}
