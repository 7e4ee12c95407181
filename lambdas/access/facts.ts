import { BoundedMap } from '../kernel/bounded-map.ts';
import { FACTS_SECONDS } from '../kernel/freshness.ts';
import { CONTROL_KEY, tenantKey } from '../kernel/item-keys.ts';
import type { Item, ItemKey } from '../kernel/items.ts';
import type { RecordClient } from '../kernel/record-client.ts';
import { type ControlFacts, controlFacts } from '../signing/control-facts.ts';
import { type TenantFacts, tenantFacts } from '../tenancy/tenant-facts.ts';

/** Tenants that an instance remembers; the one that was read longest ago goes first. */
const MAX_TENANTS = 10_000;

interface Copy<Facts> {
  readonly facts: Facts;
  /** Milliseconds of the monotonic clock at which the read began: a copy's age never looks younger than it is. */
  readonly readAt: number;
}

/**
 * An instance's copies of the tenants' and the deployment's facts: strongly consistent, at most
 * {@link FACTS_SECONDS} old, and read once however many decisions wait for them.
 * A copy that is too old and cannot be read anew is an error, never an answer.
 */
export class Facts {
  readonly #client: RecordClient;
  readonly #table: string;
  /** Milliseconds; monotonic, so that a corrected wall clock makes no copy young. */
  readonly #monotonic: () => number;
  readonly #tenants = new BoundedMap<string, Copy<TenantFacts | undefined>>(MAX_TENANTS);
  readonly #reading = new Map<string, Promise<void>>();
  #control: Copy<ControlFacts> | undefined;

  constructor(client: RecordClient, table: string, monotonic: () => number = () => performance.now()) {
    this.#client = client;
    this.#table = table;
    this.#monotonic = monotonic;
  }

  /**
   * The deployment's facts are not read along: they are one item, which would be read as often as those of all tenants
   * together, and its partition carries 3,000 reads a second (docs/scale.md).
   */
  async tenant(tenantId: string): Promise<TenantFacts | undefined> {
    if (!this.#isFresh(this.#tenants.get(tenantId))) await this.#readOnce(tenantId);
    return this.#tenants.get(tenantId)?.facts;
  }

  /** `tenantId` of whom the facts will be asked for next: a read that is due brings both. */
  async control(tenantId = ''): Promise<ControlFacts> {
    if (!this.#isFresh(this.#control)) await this.#readOnce(tenantId, [CONTROL_KEY]);
    return (this.#control as Copy<ControlFacts>).facts;
  }

  #isFresh(copy: Copy<unknown> | undefined): boolean {
    return copy !== undefined && this.#monotonic() - copy.readAt < FACTS_SECONDS * 1000;
  }

  #readOnce(tenantId: string, control: readonly ItemKey[] = []): Promise<void> {
    const name = control.length + tenantId;
    const running = this.#reading.get(name);
    if (running !== undefined) return running;
    const reading = this.#read(tenantId, control).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  async #read(tenantId: string, control: readonly ItemKey[]): Promise<void> {
    const readAt = this.#monotonic();
    const Keys = tenantId === '' ? control : [...control, tenantKey(tenantId)];
    const { Responses } = await this.#client.batchGetItem({
      RequestItems: { [this.#table]: { Keys, ConsistentRead: true } },
    });
    const items = Responses?.[this.#table] ?? [];
    const found = (partition: string): Item | undefined => items.find((item) => item.PK?.S === partition);
    if (control.length) this.#control = { facts: controlFacts(found('CONTROL')), readAt };
    if (tenantId === '') return;
    const item = found(`TENANT#${tenantId}`);
    this.#tenants.set(tenantId, { facts: item === undefined ? undefined : tenantFacts(item), readAt });
  }
}
