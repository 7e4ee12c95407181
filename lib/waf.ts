import { type Duration, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { type Cors, onlyOrigin } from '../lambdas/contract/cors.ts';
import { ERRORS } from '../lambdas/contract/errors.ts';
import { errorCodeOf, type Profile } from '../lambdas/contract/profile.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { retryHint } from '../lambdas/kernel/problem.ts';
import type { WafLimits } from './settings.ts';

export interface WafProps {
  /** Begins the names of its metrics, so that those of two are apart. */
  readonly name: string;
  readonly stage: Stage;
  readonly rows: readonly ApiRow[];
  readonly profile: Profile;
  readonly cors: Cors;
  readonly limits: WafLimits;
}

/** The shortest window that AWS WAF looks back: who stops is let in soonest (WAF, "Rate-based rule high-level settings"). */
const WINDOW_SECONDS = 60;
const TOO_MANY = 'too-many';
const REQUESTS = 'requests';

/** Blocked requests in a period of which an alarm takes notice. */
const MANY_BLOCKED = 1000;

/**
 * Rate rules by source address before the stage: floods end here, before they cost an invocation. AWS WAF takes the
 * address of the connection, as `aggregateKeyType: IP` reads no header.
 */
export class Waf extends Construct {
  private readonly name: string;

  constructor(scope: Construct, id: string, props: WafProps) {
    super(scope, id);
    this.name = props.name;
    const acl = new CfnWebACL(this, 'Acl', {
      description: 'Floods from one source address',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(metricNameOf(props.name, REQUESTS)),
      customResponseBodies: {
        [TOO_MANY]: { contentType: 'APPLICATION_JSON', content: JSON.stringify(body(props.profile)) },
      },
      rules: [
        this.rule(props, {
          name: 'public-routes',
          priority: 0,
          limit: props.limits.publicRequestsPerMinute,
          scopeDownStatement: publicWrites(props.rows),
        }),
        this.rule(props, { name: 'all-routes', priority: 1, limit: props.limits.requestsPerMinute }),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: props.stage.stageArn,
      webAclArn: acl.attrArn,
    });
  }

  /**
   * Blocked requests in a hundred, where there are enough to speak of (CloudWatch metrics of AWS WAF: the dimensions
   * hold the names of metrics, and `ALL` all rules).
   */
  blockedPercent(period: Duration): MathExpression {
    const of = (metricName: string) =>
      new Metric({
        namespace: 'AWS/WAFV2',
        metricName,
        dimensionsMap: {
          WebACL: metricNameOf(this.name, REQUESTS),
          Region: Stack.of(this).region,
          Rule: 'ALL',
        },
        statistic: 'Sum',
        period,
      });
    return new MathExpression({
      expression: `IF(blocked >= ${MANY_BLOCKED}, 100 * blocked / (blocked + FILL(allowed, 0)), 0)`,
      usingMetrics: { blocked: of('BlockedRequests'), allowed: of('AllowedRequests') },
      label: 'blocked, in percent',
      period,
    });
  }

  private rule(
    { cors, name: owner }: WafProps,
    {
      name,
      priority,
      limit,
      scopeDownStatement,
    }: {
      readonly name: string;
      readonly priority: number;
      /** Requests in a window. */
      readonly limit: number;
      readonly scopeDownStatement?: CfnWebACL.StatementProperty;
    },
  ): CfnWebACL.RuleProperty {
    return {
      name,
      priority,
      statement: {
        rateBasedStatement: {
          aggregateKeyType: 'IP',
          evaluationWindowSec: WINDOW_SECONDS,
          limit,
          ...(scopeDownStatement === undefined ? {} : { scopeDownStatement }),
        },
      },
      action: {
        block: {
          customResponse: {
            responseCode: ERRORS.rate_limited.status,
            customResponseBodyKey: TOO_MANY,
            responseHeaders: [
              { name: 'Retry-After', value: String(WINDOW_SECONDS) },
              // A fixed text: where several may call, all may read that there were too many.
              { name: 'Access-Control-Allow-Origin', value: onlyOrigin(cors) ?? '*' },
              { name: 'Access-Control-Expose-Headers', value: cors.exposedHeaders.join(', ') },
            ],
          },
        },
      },
      visibilityConfig: visibility(metricNameOf(owner, name)),
    };
  }
}

/** The public routes that do work: onboarding, login, tokens. Behind any stage or base path, and with slashes at the end. */
function publicWrites(rows: readonly ApiRow[]): CfnWebACL.StatementProperty {
  const paths = rows.flatMap((row) =>
    row.kind === 'route' && row.access.kind === 'public' && row.method === 'POST' ? [row.path] : [],
  );
  return {
    regexMatchStatement: {
      fieldToMatch: { uriPath: {} },
      regexString: `(${paths.map((path) => path.replaceAll('.', '\\.')).join('|')})/*$`,
      // An encoded path is decoded first, or it would pass by the rule.
      textTransformations: [{ priority: 0, type: 'URL_DECODE' }],
    },
  };
}

/** Samples of requests are kept with their headers, credentials too: none are. */
function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}

/** `All` and `Default_Action` are names of AWS WAF's own (API reference, `VisibilityConfig`). */
function metricNameOf(owner: string, name: string): string {
  return `${owner}-${name}`;
}

/** The profile's error. It is static: it has no request id. */
function body(profile: Profile): unknown {
  const { status, type, title } = ERRORS.rate_limited;
  return profile.errorBody({
    status,
    type,
    title,
    code: errorCodeOf(profile, 'rate_limited'),
    message: `Too many requests from your address.${retryHint(WINDOW_SECONDS)}`,
    requestId: '',
    fields: [],
  });
}
