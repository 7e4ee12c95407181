import { stableId } from '../cloudformation/identities.ts';
import type { StackTemplate } from '../cloudformation/stack-template.ts';
import type { ApiDefinition, MethodDefinition } from './api-definition.ts';
import { GatewayFailure } from './failure.ts';
import { TokenBucket } from './token-bucket.ts';

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
export interface PlanKey {
  readonly apiKeyId: string;
  readonly value: string;
  readonly planId: string;
  readonly throttle?: Throttle;
  readonly methodThrottles: Readonly<Record<string, Throttle>>;
  readonly quota?: Quota;
}

/**
 * The API keys and usage plans of a stage. Limits hold for each key of a plan by itself; AWS calls its own
 * "best-effort", these are exact (developer guide, api-gateway-request-throttling, api-gateway-api-usage-plans).
 */
export class UsagePlans {
  readonly #keys = new Map<string, PlanKey>();
  readonly #api: ApiDefinition;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #used = new Map<string, number>();
  readonly #now: () => number;

  constructor(template: StackTemplate, api: ApiDefinition, now: () => number) {
    this.#api = api;
    this.#now = now;
    for (const key of readPlanKeys(template, api)) this.#keys.set(key.value, key);
  }

  /** The key of a value. Throws INVALID_API_KEY for a missing, unknown or disabled one, or one without a plan here. */
  find(value: string | undefined): PlanKey {
    const key = value === undefined ? undefined : this.#keys.get(value);
    if (key === undefined)
      throw new GatewayFailure('INVALID_API_KEY', value === undefined ? 'no key' : 'unknown key');
    return key;
  }

  /** Counts a request on its plan, on the method's own limit where it has one. Throws THROTTLED or QUOTA_EXCEEDED. */
  count(key: PlanKey, method: MethodDefinition): void {
    const name = `${method.resourcePath}/${method.httpMethod}`;
    const throttle = key.methodThrottles[name] ?? key.throttle;
    const scope = key.methodThrottles[name] === undefined ? '' : name;
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
    this.#take(`stage ${path} ${method.httpMethod}`, {
      ...(RateLimit === undefined ? {} : { RateLimit }),
      ...(BurstLimit === undefined ? {} : { BurstLimit }),
    });
  }

  #take(name: string, { RateLimit, BurstLimit }: Throttle): void {
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      const rate = Number(RateLimit ?? Number.POSITIVE_INFINITY);
      bucket = new TokenBucket(rate, Number(BurstLimit ?? rate), this.#now());
      this.#buckets.set(name, bucket);
    }
    if (!bucket.take(this.#now())) throw new GatewayFailure('THROTTLED', name);
  }

  #countQuota(key: PlanKey, quota: Quota, limit: number): void {
    const period = periodStart(quota.Period ?? 'DAY', new Date(this.#now()));
    const name = `${key.planId} ${key.apiKeyId} ${period}`;
    const used = this.#used.get(name) ?? Number(quota.Offset ?? 0);
    if (used >= Number(limit)) throw new GatewayFailure('QUOTA_EXCEEDED', name);
    this.#used.set(name, used + 1);
  }
}

/** Periods begin at midnight UTC of the day, of Sunday, or of the first. */
function periodStart(period: 'DAY' | 'WEEK' | 'MONTH', now: Date): string {
  const day = now.getUTCDate();
  const start = { DAY: day, WEEK: day - now.getUTCDay(), MONTH: 1 }[period];
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), start)).toISOString();
}

function readPlanKeys(template: StackTemplate, api: ApiDefinition): PlanKey[] {
  const plans = new Map(
    template.ofType<PlanProperties>('AWS::ApiGateway::UsagePlan').map((plan) => [plan.ref, plan.properties]),
  );
  const keys = new Map(
    template
      .ofType<{ Value?: string; Enabled?: boolean }>('AWS::ApiGateway::ApiKey')
      .filter(({ properties }) => properties.Enabled === true)
      // AWS generates the value of a key that has none in the template.
      .map(({ ref, logicalId, properties }) => [
        ref,
        properties.Value ?? stableId({ stackName: template.stackName, logicalId }, 40),
      ]),
  );
  const links = template.ofType<{ KeyId: string; UsagePlanId: string }>('AWS::ApiGateway::UsagePlanKey');
  return links.flatMap(({ properties: { KeyId, UsagePlanId } }) => {
    const plan = plans.get(UsagePlanId);
    const stage = plan?.ApiStages?.find(({ ApiId, Stage }) => ApiId === api.id && Stage === api.stage.name);
    const value = keys.get(KeyId);
    if (plan === undefined || stage === undefined || value === undefined) return [];
    return [
      {
        apiKeyId: KeyId,
        value,
        planId: UsagePlanId,
        methodThrottles: stage.Throttle ?? {},
        ...(plan.Throttle === undefined ? {} : { throttle: plan.Throttle }),
        ...(plan.Quota === undefined ? {} : { quota: plan.Quota }),
      },
    ];
  });
}
