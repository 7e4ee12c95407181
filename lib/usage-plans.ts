import { Aws, Fn, Lazy, Stack, Token, Validations } from 'aws-cdk-lib';
import {
  CfnApiKey,
  CfnUsagePlan,
  CfnUsagePlanKey,
  type CfnUsagePlanProps,
  type IStage,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { UsageKeys } from '../lambdas/contract/deployment.ts';
import { ConfigError, type Plan, type Tier } from './config.ts';
import type { UsageKeyRight } from './function-spec.ts';
import type { LatchkeyFunction } from './latchkey-function.ts';

export interface UsagePlansProps {
  /** The stage that counts in every plan. @default - none yet; `addStage` adds one */
  readonly stage?: IStage;
  /** Begins the descriptions of tenants' usage keys. */
  readonly name: string;
  /** What sets the usage keys apart from those of others in the stack: letters and digits, or nothing. */
  readonly keyScope: string;
  readonly tiers: Readonly<Record<string, Tier>>;
  /** The plan that the `test` keys of all tenants share. */
  readonly sandbox: Plan;
}

/**
 * Tenants that have no key of their own yet share one of two: those of the initial tier, where anybody can make himself
 * a tenant, and all others. Their names have no tier in them, so that the keys that the authorizer names are there and
 * have long worked, whatever becomes of the tiers (ADR 0081).
 */
const SHARED = {
  initial: 'Tenants of the initial tier without a key of their own',
  other: 'Tenants of all other tiers without a key of their own',
} as const;

/** Answers every call with 429: the authorizer sends here who is over a limit of its own. */
const EXHAUSTED = 'exhausted';
const EXHAUSTED_THROTTLE = { rateLimit: 0, burstLimit: 0 };
const SANDBOX = 'sandbox';

/** A plan for each tier, what tenants share until they have a key of their own, the sandbox and the exhausted plan. */
export class UsagePlans extends Construct {
  /** What the values and names of all usage keys of the Latchkey begin with. */
  readonly prefix: string;
  /** The keys that there are, whatever the configuration, as JSON: the variable `USAGE_KEYS`. */
  readonly keys: string;
  private readonly name: string;
  private readonly keyScope: string;
  private readonly stages: IStage[];
  /** The plan of tenants with a key of their own, by tier. */
  private readonly own: Record<string, string> = {};
  private readonly shared: { readonly value: string; readonly planId: string }[] = [];

  constructor(scope: Construct, id: string, props: UsagePlansProps) {
    super(scope, id);
    this.name = props.name;
    this.keyScope = props.keyScope;
    this.prefix = withStackUuid(this.template(''));
    this.keys = withStackUuid(JSON.stringify(this.templates()));
    this.stages = props.stage === undefined ? [] : [props.stage];
    for (const [name, tier] of Object.entries(props.tiers)) {
      const own = this.plan(name, `A tenant of the tier ${name}, by a key of its own`, limitsOf(tier));
      this.own[name] = own.ref;
    }
    for (const [name, description] of Object.entries(SHARED)) {
      // No limits: a throttle would bound its tenants by each other, so that only the account's own may (ADR 0084).
      this.key(sharedName(name), this.plan(`shared-${name}`, description));
    }
    this.key(SANDBOX, this.plan(SANDBOX, 'The test keys of all tenants', limitsOf(props.sandbox)));
    const exhausted = this.plan(EXHAUSTED, 'Who is over its limit of requests a minute', {
      throttle: EXHAUSTED_THROTTLE,
    });
    this.key(EXHAUSTED, exhausted);
  }

  /** Lets a function do exactly this to API keys, and tells it which plans there are. */
  grant(grantee: LatchkeyFunction, rights: readonly UsageKeyRight[]): void {
    const { partition, region } = Stack.of(this);
    // As the rule names the Region of a stack for any.
    const named = Token.isUnresolved(region) ? '<AWS::Region>' : region;
    const plans = { stackName: this.name, prefix: this.prefix, own: this.own, shared: this.shared };
    const paths: Readonly<Record<UsageKeyRight['on'], readonly string[]>> = {
      keys: ['/apikeys'],
      key: ['/apikeys/*'],
      members: [...Object.values(this.own), ...this.shared.map(({ planId }) => planId)].map(
        (planId) => `/usageplans/${planId}/keys`,
      ),
    };
    for (const { actions, on } of rights) {
      const statement = new PolicyStatement({
        actions: actions.map((action) => `apigateway:${action}`),
        resources: paths[on].map((path) => `arn:${partition}:apigateway:${region}::${path}`),
      });
      grantee.allow(statement, 'USAGE_PLANS', Stack.of(this).toJsonString(plans));
      if (on !== 'key') continue;
      Validations.of(grantee).acknowledge({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:apigateway:${named}::/apikeys/*]`,
        reason:
          "The ids of keys that it makes are not known before; it deletes only those with the stack's prefix.",
      });
    }
  }

  /** Has a stage of the same stack count in every plan. Throws a `ConfigError` for one of another. */
  addStage(stage: IStage): void {
    if (Stack.of(stage) !== Stack.of(this)) {
      throw new ConfigError(
        `${stage.node.path}: the stage is of another stack than the usage plans, and each stack would wait for the other; put the API and the Latchkey into one stack`,
      );
    }
    this.stages.push(stage);
  }

  // L1, as CDK's own plan drops a limit of zero.
  private plan(
    id: string,
    description: string,
    limits: Pick<CfnUsagePlanProps, 'throttle' | 'quota'> = {},
  ): CfnUsagePlan {
    return new CfnUsagePlan(this, id, {
      description,
      apiStages: Lazy.any({
        produce: () =>
          this.stages.map(({ restApi, stageName }) => ({ apiId: restApi.restApiId, stage: stageName })),
      }),
      ...limits,
    });
  }

  private templates(): UsageKeys {
    return {
      initial: this.template(sharedName('initial')),
      other: this.template(sharedName('other')),
      sandbox: this.template(SANDBOX),
      exhausted: this.template(EXHAUSTED),
    };
  }

  /**
   * A key's value: what is set apart by, the UUID that ends the stack's id, so that no two share a key, and the plan's name.
   * It is no credential: with the key source AUTHORIZER only the authorizer can present it.
   */
  private template(name: string): string {
    return `${this.keyScope}\${StackUuid}${name}`;
  }

  private key(name: string, plan: CfnUsagePlan): void {
    const value = withStackUuid(this.template(name));
    // By its name the reconciler finds it in a listing, which would show others' values beside its own.
    const key = new CfnApiKey(this, `${name}-key`, { enabled: true, name: value, value });
    this.shared.push({ value, planId: plan.ref });
    new CfnUsagePlanKey(this, `${name}-plan-key`, {
      keyId: key.ref,
      keyType: 'API_KEY',
      usagePlanId: plan.ref,
    });
  }
}

function limitsOf({ rate, burst, monthlyQuota }: Plan) {
  return {
    throttle: { rateLimit: rate, burstLimit: burst },
    ...(monthlyQuota === null ? {} : { quota: { limit: monthlyQuota, period: 'MONTH' } }),
  };
}

function sharedName(name: string): string {
  return `shared${name}`;
}

function withStackUuid(text: string): string {
  const uuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return Fn.sub(text, { StackUuid: Fn.join('', Fn.split('-', uuid)) });
}
