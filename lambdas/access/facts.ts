import { BoundedMap } from '../kernel/bounded-map.ts';
import { FACTS_SECONDS } from '../kernel/freshness.ts';
import { CONTROL_KEY, tenantKey } from '../kernel/item-keys.ts';
import type { Item } from '../kernel/items.ts';
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

  async tenant(tenantId: string): Promise<TenantFacts | undefined> {
    if (!this.#isFresh(this.#tenants.get(tenantId))) await this.#readOnce(tenantId);
    return this.#tenants.get(tenantId)?.facts;
  }

  /** `tenantId` of whom the facts will be asked for next: a read that is due brings both. */
  async control(tenantId = ''): Promise<ControlFacts> {
    if (!this.#isFresh(this.#control)) await this.#readOnce(tenantId);
    if (this.#control === undefined)
      throw new Error('The facts of the deployment were read and are not there.');
    return this.#control.facts;
  }

  #isFresh(copy: Copy<unknown> | undefined): boolean {
    return copy !== undefined && this.#monotonic() - copy.readAt < FACTS_SECONDS * 1000;
  }

  #readOnce(tenantId: string): Promise<void> {
    const running = this.#reading.get(tenantId);
    if (running !== undefined) return running;
    const reading = this.#read(tenantId).finally(() => this.#reading.delete(tenantId));
    this.#reading.set(tenantId, reading);
    return reading;
  }

  /** One read brings the tenant and the deployment: they are stale together more often than not. */
  async #read(tenantId: string): Promise<void> {
    const readAt = this.#monotonic();
    const Keys = tenantId === '' ? [CONTROL_KEY] : [CONTROL_KEY, tenantKey(tenantId)];
    const { Responses } = await this.#client.batchGetItem({
      RequestItems: { [this.#table]: { Keys, ConsistentRead: true } },
    });
    const items = Responses?.[this.#table] ?? [];
    const found = (partition: string): Item | undefined => items.find((item) => item.PK?.S === partition);
    this.#control = { facts: controlFacts(found('CONTROL')), readAt };
    if (tenantId === '') return;
    const item = found(`TENANT#${tenantId}`);
    this.#tenants.set(tenantId, { facts: item === undefined ? undefined : tenantFacts(item), readAt });
  }
}
