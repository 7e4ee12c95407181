import { Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { type Cors, onlyOrigin } from '../lambdas/contract/cors.ts';
import { ERRORS } from '../lambdas/contract/errors.ts';
import { errorCodeOf, type Profile } from '../lambdas/contract/profile.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { retryHint } from '../lambdas/kernel/problem.ts';
import type { WafLimits } from './settings.ts';

export interface WafProps {
  readonly stage: Stage;
  readonly rows: readonly ApiRow[];
  readonly profile: Profile;
  readonly cors: Cors;
  readonly limits: WafLimits;
}

/** The shortest window that AWS WAF looks back: who stops is let in soonest (WAF, "Rate-based rule high-level settings"). */
const WINDOW_SECONDS = 60;
const TOO_MANY = 'too-many';

/**
 * Rate rules by source address before the stage: floods end here, before they cost an invocation. AWS WAF takes the
 * address of the connection, as `aggregateKeyType: IP` reads no header.
 */
export class Waf extends Construct {
  constructor(scope: Construct, id: string, props: WafProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      description: 'Floods from one source address',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(this, 'requests'),
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

  private rule(
    { cors }: WafProps,
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
      visibilityConfig: visibility(this, name),
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

/**
 * Metrics are named after the stack, so that two stacks' are apart; `All` and `Default_Action` are AWS WAF's own (API
 * reference, `VisibilityConfig`). Samples of requests are kept with their headers, credentials too: none are.
 */
function visibility(scope: Construct, name: string): CfnWebACL.VisibilityConfigProperty {
  const metricName = `${Stack.of(scope).stackName}-${name}`;
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
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
