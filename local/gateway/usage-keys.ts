import { randomBytes } from 'node:crypto';
import { stableId } from '../cloudformation/identities.ts';
import type { StackTemplate } from '../cloudformation/stack-template.ts';
import type { StoredValue } from '../data-directory.ts';

/** An API key of API Gateway. */
export interface UsageKey {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly description?: string;
  readonly enabled: boolean;
  readonly createdEpochMilliseconds: number;
  /** From when the gateway knows it. */
  readonly worksFromEpochMilliseconds: number;
}

/** The usage plans of a key. */
interface Membership {
  readonly planId: string;
  readonly keyId: string;
  readonly worksFromEpochMilliseconds: number;
}

/** Everything that outlives a process. */
export interface UsageKeysState {
  readonly keys: Readonly<Record<string, UsageKey>>;
  readonly memberships: Readonly<Record<string, Membership>>;
  /** Plans that were deleted by a call; the template may still name them. */
  readonly deletedPlans: readonly string[];
  /** Keys made from the template, by id: they are not made again when somebody has deleted them. */
  readonly deployed: readonly string[];
}

export const NO_USAGE_KEYS: UsageKeysState = { keys: {}, memberships: {}, deletedPlans: [], deployed: [] };

/** The API keys of the account and the usage plans that they are in, of the template and made by calls. */
export class UsageKeys {
  readonly now: () => number;
  readonly #stored: StoredValue<UsageKeysState>;
  readonly #byValue = new Map<string, UsageKey>();
  readonly #plans: readonly string[];
  readonly #propagationMilliseconds: number;

  /** @param propagationMilliseconds how long a change takes until the gateway knows it */
  constructor(
    template: StackTemplate,
    stored: StoredValue<UsageKeysState>,
    propagationMilliseconds: number,
    now: () => number,
  ) {
    this.#stored = stored;
    this.#propagationMilliseconds = propagationMilliseconds;
    this.now = now;
    this.#plans = template.ofType('AWS::ApiGateway::UsagePlan').map(({ ref }) => ref);
    this.#deploy(template);
    for (const key of this.all()) this.#byValue.set(key.value, key);
  }

  /** By id, as the listing's pages go. */
  all(): readonly UsageKey[] {
    return Object.values(this.#state.keys).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  get(id: string): UsageKey | undefined {
    return Object.hasOwn(this.#state.keys, id) ? this.#state.keys[id] : undefined;
  }

  withValue(value: string): UsageKey | undefined {
    return this.#byValue.get(value);
  }

  plans(): readonly string[] {
    return this.#plans.filter((id) => !this.#state.deletedPlans.includes(id));
  }

  /** The keys in a plan, by id. */
  in(planId: string): readonly UsageKey[] {
    return this.all().filter(({ id }) => this.#state.memberships[membershipId(planId, id)] !== undefined);
  }

  plansOf(keyId: string): readonly string[] {
    return Object.values(this.#state.memberships)
      .filter((membership) => membership.keyId === keyId)
      .map(({ planId }) => planId);
  }

  /** The plans through which a value lets a request pass now: those of a key that is there, enabled and known. */
  usablePlans(value: string): { readonly key: UsageKey; readonly plans: readonly string[] } | undefined {
    const key = this.#byValue.get(value);
    if (key === undefined || !key.enabled || key.worksFromEpochMilliseconds > this.now()) return undefined;
    const plans = this.plans().filter((planId) => {
      const membership = this.#state.memberships[membershipId(planId, key.id)];
      return membership !== undefined && membership.worksFromEpochMilliseconds <= this.now();
    });
    return { key, plans };
  }

  create({ name, value, description, enabled }: Omit<Partial<UsageKey>, 'id'>): UsageKey {
    const key: UsageKey = {
      id: randomBytes(5).toString('hex'),
      name: name ?? '',
      value: value ?? randomBytes(20).toString('hex'),
      enabled: enabled ?? false,
      createdEpochMilliseconds: this.now(),
      worksFromEpochMilliseconds: this.now() + this.#propagationMilliseconds,
      ...(description === undefined ? {} : { description }),
    };
    this.#byValue.set(key.value, key);
    this.#set({ keys: { ...this.#state.keys, [key.id]: key } });
    return key;
  }

  join(planId: string, keyId: string): void {
    const worksFromEpochMilliseconds = this.now() + this.#propagationMilliseconds;
    const membership = { planId, keyId, worksFromEpochMilliseconds };
    const memberships = { ...this.#state.memberships, [membershipId(planId, keyId)]: membership };
    this.#set({ memberships });
  }

  leave(planId: string, keyId: string): void {
    this.#set({ memberships: without(this.#state.memberships, [membershipId(planId, keyId)]) });
  }

  setEnabled(keyId: string, enabled: boolean): void {
    const key = this.get(keyId);
    if (key === undefined) return;
    const changed = { ...key, enabled };
    this.#byValue.set(key.value, changed);
    this.#set({ keys: { ...this.#state.keys, [keyId]: changed } });
  }

  /** Deletes a key, which takes it out of its plans. */
  delete(id: string): void {
    const key = this.get(id);
    if (key === undefined) return;
    this.#byValue.delete(key.value);
    this.#set({
      keys: without(this.#state.keys, [id]),
      memberships: without(
        this.#state.memberships,
        this.plansOf(id).map((planId) => membershipId(planId, id)),
      ),
    });
  }

  deletePlan(planId: string): void {
    const keyIds = this.in(planId).map(({ id }) => membershipId(planId, id));
    this.#set({
      deletedPlans: [...this.#state.deletedPlans, planId],
      memberships: without(this.#state.memberships, keyIds),
    });
  }

  get #state(): UsageKeysState {
    return this.#stored.get();
  }

  #set(change: Partial<UsageKeysState>): void {
    this.#stored.set({ ...this.#state, ...change });
  }

  /** Makes the keys that are new in the template, which work at once, and deletes those that it no longer has. */
  #deploy(template: StackTemplate): void {
    const keys = templateKeys(template, this.now());
    const memberships = templateMemberships(template);
    const named = [...Object.keys(keys), ...Object.keys(memberships)];
    const gone = this.#state.deployed.filter((id) => !named.includes(id));
    const isNew = ([id]: readonly [string, unknown]) => !this.#state.deployed.includes(id);
    const isLeft = ([, { planId }]: readonly [string, Membership]) => this.#plans.includes(planId);
    this.#set({
      keys: { ...without(this.#state.keys, gone), ...Object.fromEntries(Object.entries(keys).filter(isNew)) },
      memberships: Object.fromEntries(
        Object.entries({
          ...without(this.#state.memberships, gone),
          ...Object.fromEntries(Object.entries(memberships).filter(isNew)),
        }).filter(isLeft),
      ),
      deployed: named,
    });
  }
}

const membershipId = (planId: string, keyId: string): string => `${planId} ${keyId}`;

function without<Value>(
  record: Readonly<Record<string, Value>>,
  ids: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([id]) => !ids.includes(id)));
}

function templateKeys(template: StackTemplate, now: number): Record<string, UsageKey> {
  const resources = template.ofType<{ Name?: string; Value?: string; Enabled?: boolean }>(
    'AWS::ApiGateway::ApiKey',
  );
  return Object.fromEntries(
    resources.map(({ ref: id, logicalId, properties: { Name, Value, Enabled } }) => [
      id,
      {
        id,
        name: Name ?? `${template.stackName.slice(0, 5)}-${logicalId.slice(0, 5)}-${id}`,
        // AWS generates the value of a key that has none in the template.
        value: Value ?? stableId({ stackName: id, logicalId }, 40),
        enabled: Enabled === true,
        createdEpochMilliseconds: now,
        worksFromEpochMilliseconds: 0,
      },
    ]),
  );
}

function templateMemberships(template: StackTemplate): Record<string, Membership> {
  const links = template.ofType<{ KeyId: string; UsagePlanId: string }>('AWS::ApiGateway::UsagePlanKey');
  return Object.fromEntries(
    links.map(({ properties: { KeyId: keyId, UsagePlanId: planId } }) => [
      membershipId(planId, keyId),
      { planId, keyId, worksFromEpochMilliseconds: 0 },
    ]),
  );
}
