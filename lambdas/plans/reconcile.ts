import type { OwnUsageKeys } from '../contract/deployment.ts';
import type { Clock } from '../kernel/clock.ts';
import { type ControlPlane, ControlPlaneUnavailable, type ListedKey } from './control-plane-client.ts';
import { type Outgrown, Walk } from './reconcile-walk.ts';
import type { DynamoUsageKeyStore } from './usage-key-store.ts';
import { hasRoom, nextStep, type UsageKeyRow, type UsageKeyStep, usageKeyValue } from './usage-keys.ts';

/** The usage plans of the stack, as the template tells them (`USAGE_PLANS`). */
export interface UsagePlans {
  readonly stackName: string;
  /** The prefix of the values of all usage keys of the stack. */
  readonly prefix: string;
  /** The plan of tenants with a key of their own, by tier. */
  readonly own: Readonly<Record<string, string>>;
  /** The keys that the stack itself has, each in a plan. */
  readonly shared: readonly { readonly value: string; readonly planId: string }[];
}

export interface ReconcilerContext {
  readonly controlPlane: ControlPlane;
  readonly store: DynamoUsageKeyStore;
  readonly plans: UsagePlans;
  readonly settings: OwnUsageKeys;
  readonly initialTier: string;
  readonly clock: Clock;
  /** The holder of the lease: another for each run. */
  readonly holder: string;
  /** How long the lease holds when the run is killed: as long as a run can last. */
  readonly leaseSeconds: number;
  /** Says that the time of the run is over. */
  readonly deadline: AbortSignal;
}

/**
 * How a run ended. `done`: everything that could be done was. `interrupted`: its time was over, the next goes on.
 * `busy`: another runs. `failed`: something does not answer, or is not as it must be; `faults` says what.
 */
export interface Report {
  readonly outcome: 'done' | 'interrupted' | 'busy' | 'failed';
  /** API keys of the account in the Region, others' too; absent when they could not be counted. */
  readonly total?: number;
  /** Tenants with a key of their own, and those who wait for one; absent when not all were looked at. */
  readonly own?: number;
  readonly waiting?: number;
  readonly made: number;
  readonly deleted: number;
  /** Keys that somebody else had deleted, disabled or taken out of their plan. */
  readonly repaired: number;
  readonly faults: readonly string[];
}

/** Deletions that go before new keys: both are made at the same pace, and neither shall wait for all of the other. */
const DELETIONS_FIRST = 40;

/** One run: looks at what there is, and brings it closer to what there should be. Never rejects. */
export async function reconcile(context: ReconcilerContext): Promise<Report> {
  const { store, holder, leaseSeconds, clock } = context;
  const run = new Run(context);
  try {
    const stoppedAfter = await store.takeLease(holder, clock(), leaseSeconds);
    if (stoppedAfter === undefined) return run.report('busy');
    let next: string | null = stoppedAfter;
    try {
      next = await run.through(stoppedAfter);
    } finally {
      await store.returnLease(holder, next);
    }
    return run.report(run.faults.length > 0 ? 'failed' : next === null ? 'done' : 'interrupted');
  } catch (error) {
    // A run that has used up its time is no fault: the next one goes on.
    const isOver = error instanceof ControlPlaneUnavailable && context.deadline.aborted;
    if (!isOver) run.faults.push(describe(error));
    return run.report(run.faults.length > 0 ? 'failed' : 'interrupted');
  }
}

/** The keys and plan members of API Gateway. */
interface Survey {
  readonly keys: ReadonlyMap<string, ListedKey>;
  /** The ids in each plan, by the plan's id; a plan that is gone has none. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
}

class Run {
  readonly faults: string[] = [];
  readonly #context: ReconcilerContext;
  #total: number | undefined;
  #own: number | undefined;
  #waiting: number | undefined;
  #made = 0;
  #deleted = 0;
  #repaired = 0;

  constructor(context: ReconcilerContext) {
    this.#context = context;
  }

  report(outcome: Report['outcome']): Report {
    return {
      outcome,
      ...(this.#total === undefined ? {} : { total: this.#total }),
      ...(this.#own === undefined ? {} : { own: this.#own }),
      ...(this.#waiting === undefined ? {} : { waiting: this.#waiting }),
      made: this.#made,
      deleted: this.#deleted,
      repaired: this.#repaired,
      faults: this.faults,
    };
  }

  /** Goes through all tenants after `stoppedAfter`. Gives the tenant after whom to go on; null at the end. */
  async through(stoppedAfter: string | null): Promise<string | null> {
    const survey = await this.#survey();
    await this.#mendShared(survey);
    const walk = await this.#walk(survey, stoppedAfter);
    if (walk.suspects.length > 0) await this.#replace(walk.suspects);
    if (stoppedAfter === null && walk.next === null) {
      this.#own = walk.pointed;
      this.#waiting = walk.unpointed;
    }
    await this.#settle(walk, survey);
    return walk.next;
  }

  async #survey(): Promise<Survey> {
    const { controlPlane, plans } = this.#context;
    const listed = await controlPlane.keys();
    this.#total = listed.length;
    const members = new Map<string, ReadonlySet<string>>();
    for (const planId of [...Object.values(plans.own), ...plans.shared.map((each) => each.planId)]) {
      const ids = await controlPlane.keysIn(planId);
      if (ids !== undefined) members.set(planId, ids);
    }
    const ours = listed.filter(({ name }) => name.startsWith(plans.prefix));
    return { keys: new Map(ours.map((key) => [key.name, key])), members };
  }

  /** The stack's own keys serve everybody who has none: one that was deleted by hand is made again, as it was. */
  async #mendShared({ keys, members }: Survey): Promise<void> {
    const { controlPlane, plans } = this.#context;
    for (const [tier, planId] of Object.entries(plans.own)) {
      if (!members.has(planId)) this.faults.push(`The usage plan ${planId} of the tier ${tier} is gone.`);
    }
    for (const { value, planId } of plans.shared) {
      const plan = value.slice(plans.prefix.length);
      const found = keys.get(value);
      if (!members.has(planId)) {
        this.faults.push(`The usage plan ${planId} of the shared key ${plan} is gone.`);
      } else if (found?.enabled === false) {
        this.faults.push(`The shared usage key ${plan} is disabled.`);
      } else if (found === undefined || members.get(planId)?.has(found.id) !== true) {
        const made = found ?? (await controlPlane.create(value, `${plans.stackName}: shared, ${plan}`));
        const isMended = typeof made === 'object' && (await controlPlane.attach(planId, made.id));
        if (isMended) this.#repaired += 1;
        else this.faults.push(`The shared usage key ${plan} cannot be made again.`);
      }
    }
  }

  async #walk(survey: Survey, stoppedAfter: string | null): Promise<Walk> {
    const { store, deadline, plans, clock, settings } = this.#context;
    const walk = new Walk([...survey.keys.values()], plans.prefix);
    let after = stoppedAfter ?? undefined;
    do {
      const page = await store.rows(after);
      for (const row of page.rows) {
        const step = this.#stepOf(row, survey);
        if (row.pointed) walk.pointed += 1;
        else if (row.tier !== null) walk.unpointed += 1;
        if (step === 'replace') walk.suspects.push(row);
        else if (step === 'point') await this.#point(row, walk);
        else walk.want(row, step);
        walk.outgrow(row, usageKeyValue(plans.prefix, row), clock() - settings.retireSeconds);
      }
      after = page.next;
      if (after !== undefined && deadline.aborted) walk.next = after;
    } while (after !== undefined && walk.next === null);
    // Only who has seen all rows knows whose keys belong to none.
    if (stoppedAfter === null && walk.next === null) walk.orphan(clock() - settings.retireSeconds);
    return walk;
  }

  #stepOf(row: UsageKeyRow, { keys, members }: Survey): UsageKeyStep {
    const { plans, clock, settings } = this.#context;
    const inPlan = members.get(plans.own[row.tier ?? ''] ?? '');
    const key = keys.get(usageKeyValue(plans.prefix, row));
    const found = key && { enabled: key.enabled, inPlan: inPlan?.has(key.id) === true };
    return nextStep(row, found, inPlan !== undefined, { ...settings, now: clock() });
  }

  async #point(row: UsageKeyRow, walk: Walk): Promise<void> {
    const { store, plans } = this.#context;
    if (!(await store.point(row, usageKeyValue(plans.prefix, row)))) return;
    walk.pointed += 1;
    walk.unpointed -= 1;
  }

  /** A listing may lag behind: a key is given up only when a second one does not have it either. */
  async #replace(suspects: readonly UsageKeyRow[]): Promise<void> {
    const { store, clock } = this.#context;
    const again = await this.#survey();
    for (const row of suspects) {
      if (this.#stepOf(row, again) !== 'replace') continue;
      if (await store.replace(row, clock())) this.#repaired += 1;
    }
  }

  /** Makes and deletes keys, as long as there is time. */
  async #settle(walk: Walk, survey: Survey): Promise<void> {
    const outgrown = walk.outgrown;
    for (const key of outgrown.slice(0, DELETIONS_FIRST)) await this.#attempt(() => this.#retire(key));
    for (const { row, step } of walk.wanting) await this.#attempt(() => this.#advance(row, step, survey));
    for (const key of outgrown.slice(DELETIONS_FIRST)) await this.#attempt(() => this.#retire(key));
    for (const row of walk.forgettable) await this.#context.store.forget(row);
  }

  /** One tenant's fault is not another's. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof ControlPlaneUnavailable) throw error;
      this.faults.push(describe(error));
    }
  }

  /** Brings a key into its plan. What another run does at the same time is seen by the next. */
  async #advance(row: UsageKeyRow, step: UsageKeyStep, { keys }: Survey): Promise<void> {
    const { controlPlane, store, plans, settings, initialTier, clock } = this.#context;
    const value = usageKeyValue(plans.prefix, row);
    const tier = row.tier ?? '';
    let id = keys.get(value)?.id;
    if (step === 'create') {
      if (!hasRoom(this.#total ?? 0, tier, initialTier, settings)) return;
      const made = await controlPlane.create(value, `${plans.stackName}: tenant ${row.tenantId}, ${tier}`);
      if (made === 'full') this.#total = Number.POSITIVE_INFINITY;
      if (typeof made !== 'object') return;
      id = made.id;
      this.#made += 1;
      this.#total = (this.#total ?? 0) + 1;
    }
    if (step !== 'warm' && !(await controlPlane.attach(plans.own[tier] ?? '', id ?? ''))) return;
    await store.warm(row, clock());
  }

  /** Deletes a key that nobody is to use any more, unless its tenant is pointed at it after all. */
  async #retire({ tenantId, key }: Outgrown): Promise<void> {
    const { controlPlane, store } = this.#context;
    if ((await store.pointedAt(tenantId)) === key.name) return;
    await controlPlane.delete(key.id);
    this.#deleted += 1;
    this.#total = (this.#total ?? 1) - 1;
  }
}

/** An error with what caused it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (${describe(error.cause)})`;
  return `${error.name}: ${error.message}${cause}`;
}
