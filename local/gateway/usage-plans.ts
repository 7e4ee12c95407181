import type { StackTemplate } from '../cloudformation/stack-template.ts';
import type { ApiDefinition, MethodDefinition } from './api-definition.ts';
import { GatewayFailure } from './failure.ts';
import { TokenBucket } from './token-bucket.ts';
import type { UsageKeys } from './usage-keys.ts';

interface Throttle {
  readonly RateLimit?: number;
  readonly BurstLimit?: number;
}

interface Quota {
  readonly Limit?: number;
  readonly Period?: 'DAY' | 'WEEK' | 'MONTH';
  readonly Offset?: number;
}

interface PlanProperties {
  readonly ApiStages?: readonly {
    readonly ApiId: string;
    readonly Stage: string;
    /** By path and method, e.g. `/users/GET`. */
    readonly Throttle?: Readonly<Record<string, Throttle>>;
  }[];
  readonly Throttle?: Throttle;
  readonly Quota?: Quota;
}

/** A key that a request presented, with the plan that it is in on this stage. */
export interface PlanKey extends StagePlan {
  readonly apiKeyId: string;
  readonly value: string;
}

/** A plan as it holds for one stage. */
interface StagePlan {
  readonly planId: string;
  readonly throttle?: Throttle;
  readonly methodThrottles: Readonly<Record<string, Throttle>>;
  readonly quota?: Quota;
}

/** What has been used of plans: of a key's, by all stages of the plan together (developer guide, api-gateway-api-usage-plans). */
export class PlanCounters {
  readonly buckets = new Map<string, TokenBucket>();
  readonly used = new Map<string, number>();
}

export interface UsagePlansOptions {
  readonly now: () => number;
  readonly zeroPlansThrottle: boolean;
  /** Those of all stages of the account. */
  readonly counters: PlanCounters;
}

/**
 * The usage plans of a stage, and which API keys are in them. Limits hold for each key of a plan by itself; AWS calls
 * its own "best-effort", these are exact (developer guide, api-gateway-request-throttling, api-gateway-api-usage-plans).
 */
export class UsagePlans {
  readonly #keys: UsageKeys;
  readonly #plans: ReadonlyMap<string, StagePlan>;
  readonly #api: ApiDefinition;
  readonly #counters: PlanCounters;
  readonly #now: () => number;
  readonly #zeroPlansThrottle: boolean;

  constructor(
    template: StackTemplate,
    api: ApiDefinition,
    keys: UsageKeys,
    { now, zeroPlansThrottle, counters }: UsagePlansOptions,
  ) {
    this.#counters = counters;
    this.#api = api;
    this.#keys = keys;
    this.#now = now;
    this.#zeroPlansThrottle = zeroPlansThrottle;
    this.#plans = new Map(readPlans(template, api).map((plan) => [plan.planId, plan]));
  }

  /** The key of a value. Throws INVALID_API_KEY for a missing, unknown or disabled one, or one without a plan here. */
  find(value: string | undefined): PlanKey {
    const usable = value === undefined ? undefined : this.#keys.usablePlans(value);
    const plan = usable?.plans.map((planId) => this.#plans.get(planId)).find((each) => each !== undefined);
    if (usable === undefined || plan === undefined)
      throw new GatewayFailure('INVALID_API_KEY', value === undefined ? 'no key' : 'unknown key');
    return { apiKeyId: usable.key.id, value: usable.key.value, ...plan };
  }

  /** Counts a request on its plan, on the method's own limit where it has one. Throws THROTTLED or QUOTA_EXCEEDED. */
  count(key: PlanKey, method: MethodDefinition): void {
    const name = `${method.resourcePath}/${method.httpMethod}`;
    const throttle = key.methodThrottles[name] ?? key.throttle;
    const scope = key.methodThrottles[name] === undefined ? '' : `${this.#api.id} ${name}`;
    if (throttle !== undefined) this.#take(`${key.planId} ${key.apiKeyId} ${scope}`, throttle);
    if (key.quota?.Limit !== undefined) this.#countQuota(key, key.quota, key.quota.Limit);
  }

  /** Counts a request on the stage's settings for its method, whoever calls. Throws THROTTLED. */
  countStage(method: MethodDefinition): void {
    const path = `/${method.resourcePath.slice(1).replaceAll('/', '~1')}`;
    const settings = this.#api.stage.methodSettings.findLast(
      ({ ResourcePath, HttpMethod }) =>
        (ResourcePath === '/*' || ResourcePath === path || ResourcePath === method.resourcePath) &&
        (HttpMethod === '*' || HttpMethod === method.httpMethod),
    );
    if (settings?.ThrottlingRateLimit === undefined && settings?.ThrottlingBurstLimit === undefined) return;
    const { ThrottlingRateLimit: RateLimit, ThrottlingBurstLimit: BurstLimit } = settings;
    this.#take(`stage ${this.#api.id} ${path} ${method.httpMethod}`, {
      ...(RateLimit === undefined ? {} : { RateLimit }),
      ...(BurstLimit === undefined ? {} : { BurstLimit }),
    });
  }

  #take(name: string, { RateLimit, BurstLimit }: Throttle): void {
    if (!this.#zeroPlansThrottle && Number(RateLimit) === 0 && Number(BurstLimit) === 0) return;
    let bucket = this.#counters.buckets.get(name);
    if (bucket === undefined) {
      const rate = Number(RateLimit ?? Number.POSITIVE_INFINITY);
      bucket = new TokenBucket(rate, Number(BurstLimit ?? rate), this.#now());
      this.#counters.buckets.set(name, bucket);
    }
    if (!bucket.take(this.#now())) throw new GatewayFailure('THROTTLED', name);
  }

  #countQuota(key: PlanKey, quota: Quota, limit: number): void {
    const period = periodStart(quota.Period ?? 'DAY', new Date(this.#now()));
    const name = `${key.planId} ${key.apiKeyId} ${period}`;
    const used = this.#counters.used.get(name) ?? Number(quota.Offset ?? 0);
    if (used >= Number(limit)) throw new GatewayFailure('QUOTA_EXCEEDED', name);
    this.#counters.used.set(name, used + 1);
  }
}

/** Periods begin at midnight UTC of the day, of Sunday, or of the first. */
function periodStart(period: 'DAY' | 'WEEK' | 'MONTH', now: Date): string {
  const day = now.getUTCDate();
  const start = { DAY: day, WEEK: day - now.getUTCDay(), MONTH: 1 }[period];
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), start)).toISOString();
}

function readPlans(template: StackTemplate, api: ApiDefinition): StagePlan[] {
  return template.ofType<PlanProperties>('AWS::ApiGateway::UsagePlan').flatMap(({ ref, properties }) => {
    const { ApiStages, Throttle, Quota } = properties;
    const stage = ApiStages?.find(({ ApiId, Stage }) => ApiId === api.id && Stage === api.stage.name);
    if (stage === undefined) return [];
    return [
      {
        planId: ref,
        methodThrottles: stage.Throttle ?? {},
        ...(Throttle === undefined ? {} : { throttle: Throttle }),
        ...(Quota === undefined ? {} : { quota: Quota }),
      },
    ];
  });
}
