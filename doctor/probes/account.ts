import type { Settings } from '../../lib/settings.ts';
import { reservedConcurrencyOf, wafLimitsOf } from '../../lib/settings.ts';
import { type Answer, AwsRefusal, json, listAll, region, rest } from '../aws.ts';
import { type Finding, notChecked, ok, type Probe, wrong } from '../finding.ts';

type Result = Omit<Finding, 'id'>;

/** What Lambda keeps for functions without a reservation (Lambda, "Configuring reserved concurrency"). */
const UNRESERVED = 100;
/** From this on nobody need think of it: the quota of an account that is not new. */
const USUAL_CONCURRENCY = 1_000;
/** Quotas of an account in a Region (API Gateway, "Quotas"; AWS WAF, "Quotas"; docs/aws-facts.md, 5). */
const API_KEYS = 10_000;
const USAGE_PLANS = 300;
const REGIONAL_APIS = 600;
const WEB_ACLS = 100;
/** The share of a quota at which to act before it is met. */
const NEAR = 0.8;
/** The stack's own keys and plans: two that tenants share, the sandbox and the exhausted plan. */
const OWN_KEYS = 4;
/** `requiresBootstrapStackVersion` of CDK's default synthesizer. */
const BOOTSTRAP_VERSION = 6;
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
/** Of a stack, by the names of AWS's public parameters (Systems Manager, "Calling AWS service, Region… parameters"). */
const SERVICES = [
  'apigateway',
  'cloudformation',
  'cloudwatch',
  'dynamodb',
  'events',
  'lambda',
  'secretsmanager',
  'sqs',
  'xray',
];
const RUNTIME = 'nodejs24.x';

/**
 * Looks at an account and Region before anything is deployed: whether the first deployment of these settings will go
 * through, and what to ask AWS for. Reads only.
 */
export function accountProbes({ config }: Pick<Settings, 'config'>): readonly Probe[] {
  const tiers = Object.values(config.tiers);
  return [
    {
      id: 'concurrency',
      subject: "Lambda's concurrency",
      run: asked('lambda:GetAccountSettings', async () => {
        const { AccountLimit } = await rest('lambda', '/2016-08-19/account-settings');
        const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: free } = AccountLimit;
        const reservations = reservedConcurrencyOf(config);
        // Started instances of a function with a reservation are of that; others are taken from all.
        const started = Object.entries(config.provisionedConcurrency).flatMap(([name, instances]) =>
          name in reservations ? [] : [instances],
        );
        const reserved = [...Object.values(reservations), ...started].reduce((sum, each) => sum + each, 0);
        if (reserved > 0 && free - reserved < UNRESERVED) {
          return wrong(
            `Lambda lets ${limit} instances run at once, ${free} of them unreserved. The configuration reserves ${reserved}, and ${UNRESERVED} must be left: the deployment would be rolled back.`,
            `Service Quotas, Lambda, "Concurrent executions" (L-B99A9384): ask for ${Math.max(USUAL_CONCURRENCY, reserved + UNRESERVED)}. Until then set reservedConcurrency: null, and no provisionedConcurrency.`,
          );
        }
        const hint =
          limit < USUAL_CONCURRENCY
            ? ` Enough to try it; for users ask for ${USUAL_CONCURRENCY} (Service Quotas, L-B99A9384).`
            : '';
        return ok(`Lambda lets ${limit} instances run at once; ${reserved} are to be reserved.${hint}`);
      }),
    },
    counted({
      id: 'api-keys',
      things: 'API keys',
      path: '/apikeys',
      quota: API_KEYS,
      more: OWN_KEYS,
      fix: 'AWS does not raise it: delete keys that nobody uses (docs/runbook/usage-keys.md), or take another Region or account.',
    }),
    counted({
      id: 'usage-plans',
      things: 'usage plans',
      path: '/usageplans',
      quota: USAGE_PLANS,
      more: tiers.length + OWN_KEYS,
      fix: 'Service Quotas, API Gateway, "Usage plans" (L-E8693075): ask for more.',
    }),
    counted({
      id: 'rest-apis',
      things: 'regional APIs',
      path: '/restapis',
      quota: REGIONAL_APIS,
      more: 1,
      fix: 'Service Quotas, API Gateway, "Regional APIs" (L-A966AB5D): ask for more, or delete what nobody uses.',
    }),
    {
      id: 'request-rate',
      subject: 'The requests a second of the account',
      run: asked('apigateway:GET', async () => {
        const { throttleSettings } = await rest('apigateway', '/account');
        const { rateLimit = 0, burstLimit = 0 } = throttleSettings ?? {};
        const [rate, burst] = [
          Math.max(config.sandbox.rate, ...tiers.map((tier) => tier.rate)),
          Math.max(config.sandbox.burst, ...tiers.map((tier) => tier.burst)),
        ];
        return rateLimit >= rate && burstLimit >= burst
          ? ok(`All APIs of the account together take ${rateLimit} requests a second, ${burstLimit} at once.`)
          : wrong(
              `All APIs of the account together take ${rateLimit} requests a second, ${burstLimit} at once; a tenant of the largest tier alone may send ${rate} and ${burst}.`,
              'Service Quotas, API Gateway, "Throttle rate" (L-8A5B8E43): ask for 10,000. Or lower the tiers.',
            );
      }),
    },
    {
      id: 'waf',
      subject: 'AWS WAF',
      run: asked('wafv2:ListWebACLs', async () => {
        if (wafLimitsOf(config) === null) return notChecked('AWS WAF is not to stand before the API.');
        const { WebACLs = [], NextMarker } = await json('wafv2', 'AWSWAF_20190729.ListWebACLs', {
          Scope: 'REGIONAL',
          Limit: WEB_ACLS,
        });
        // A full page has a marker, even when nothing follows.
        return WebACLs.length < WEB_ACLS
          ? ok(`AWS WAF answers, and has ${WebACLs.length} of ${WEB_ACLS} web ACLs.`)
          : wrong(
              `AWS WAF has ${WebACLs.length}${NextMarker ? ' or more' : ''} web ACLs, and an account may have ${WEB_ACLS}.`,
              'Service Quotas, AWS WAF, "Maximum number of web ACLs": ask for more, or set waf: false.',
            );
      }),
    },
    {
      id: 'bootstrap',
      subject: 'The bootstrap of the CDK',
      run: asked('ssm:GetParameter', async () => {
        const version = await parameter(BOOTSTRAP_PARAMETER);
        if (version === undefined) {
          return wrong(
            'The account and Region are not bootstrapped for the CDK.',
            'Run "npx cdk bootstrap".',
          );
        }
        return Number(version) >= BOOTSTRAP_VERSION
          ? ok(`The CDK's bootstrap stack has version ${version}.`)
          : wrong(
              `The CDK's bootstrap stack has version ${version}, and ${BOOTSTRAP_VERSION} is needed.`,
              'Run "npx cdk bootstrap" again.',
            );
      }),
    },
    {
      id: 'services',
      subject: "The Region's services",
      settles: [19],
      run: asked('ssm:GetParameters', services),
    },
    { id: 'runtime', subject: 'The runtime', settles: [18], run: asked('lambda:ListLayers', runtime) },
  ];
}

/** A probe that does not know is no fault: it names the right that it lacks. */
function asked(action: string, run: () => Promise<Result>): () => Promise<Result> {
  return async () => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof AwsRefusal && error.isDenied) return notChecked(`It takes the right ${action}.`);
      throw error;
    }
  };
}

/** How many of a thing of API Gateway there are, with those that the stack adds. */
function counted({
  id,
  things,
  path,
  quota,
  more,
  fix,
}: {
  readonly id: string;
  readonly things: string;
  readonly path: string;
  readonly quota: number;
  /** How many the stack makes. */
  readonly more: number;
  readonly fix: string;
}): Probe {
  return {
    id,
    subject: `The ${things}`,
    run: asked('apigateway:GET', async () => {
      const { length: count } = await listAll(path);
      const found = `There are ${count} ${things} of ${quota}, and the stack makes ${more}`;
      if (count + more > quota) return wrong(`${found}: the deployment would be rolled back.`, fix);
      return count + more > NEAR * quota ? wrong(`${found}: it will soon be full.`, fix) : ok(`${found}.`);
    }),
  };
}

/** The value of a parameter; undefined when there is none. */
async function parameter(Name: string): Promise<string | undefined> {
  try {
    return (await json('ssm', 'AmazonSSM.GetParameter', { Name })).Parameter.Value;
  } catch (error) {
    if (error instanceof AwsRefusal && error.message.includes('ParameterNotFound')) return undefined;
    throw error;
  }
}

/** AWS publishes which services a Region has; not in every partition. */
async function services(): Promise<Result> {
  const inRegion = await region();
  const path = `/aws/service/global-infrastructure/regions/${inRegion}/services/`;
  const { Parameters = [] } = await json('ssm', 'AmazonSSM.GetParameters', {
    Names: SERVICES.map((service) => path + service),
  });
  const there = Parameters.map(({ Name }: Answer) => String(Name).slice(path.length));
  if (there.length === 0) return notChecked(`AWS does not publish the services of ${inRegion}.`);
  const missing = SERVICES.filter((service) => !there.includes(service));
  return missing.length === 0
    ? ok(`${inRegion} has every service of the stack.`)
    : wrong(`${inRegion} lacks ${missing.join(', ')}.`, 'Take another Region (AWS_REGION).');
}

/** No call lists the runtimes of a Region; one that takes a runtime refuses a name that it does not know. */
async function runtime(): Promise<Result> {
  try {
    const filter = `CompatibleArchitecture=arm64&CompatibleRuntime=${RUNTIME}&MaxItems=1`;
    await rest('lambda', `/2018-10-31/layers?${filter}`);
    return ok(`Lambda has ${RUNTIME} on arm64.`);
  } catch (error) {
    if (!(error instanceof AwsRefusal) || error.status !== 400) throw error;
    return wrong(`Lambda does not have ${RUNTIME} on arm64 here.`, 'Take another Region (AWS_REGION).');
  }
}
