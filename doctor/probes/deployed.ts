import { setTimeout as delay } from 'node:timers/promises';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { type Answer, elements, json, listAll, query, region, rest } from '../aws.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';
import { stackOutputs } from './stack.ts';

const CLOUDFORMATION = '2010-05-15';

/** Below this a burst of logins or a slow upstream takes all (docs/scale.md); new accounts have 10 or 50. */
const MIN_CONCURRENCY = 100;
/** The least that API Gateway gives an account in any Region (docs/aws-facts.md, 5). */
const MIN_REQUESTS_A_SECOND = 2500;

/** How long CloudFormation may look for drift. */
const DRIFT_SECONDS = 300;

/** A resource of a stack: its type, and the id that its service knows. */
interface DeployedResource {
  readonly type: string;
  readonly id: string;
}

/** Probes of whether the resources of a stack are as the template made them. `pauseMilliseconds`: between two looks. */
export function deployedProbes(stack: string, pauseMilliseconds = 5000): readonly Probe[] {
  let listed: Promise<DeployedResource[]> | undefined;
  const ofType = async (type: string) => {
    listed ??= resourcesOf(stack);
    return (await listed).filter((resource) => resource.type === type).map(({ id }) => id);
  };
  /** The API of Latchkey's own: the stack may have others, of the team's. */
  const ownApi = async () =>
    (await stackOutputs(stack)).ApiId ?? (await ofType('AWS::ApiGateway::RestApi'))[0] ?? '';
  const ownStage = async (api: string): Promise<Answer> => {
    const { item = [] } = await rest('apigateway', `/restapis/${api}/stages`);
    const names = await ofType('AWS::ApiGateway::Stage');
    return item.find(({ stageName }: Answer) => names.includes(stageName)) ?? { stageName: '' };
  };
  return [
    {
      id: 'mappings',
      subject: 'The event source mappings',
      async run() {
        const states = await Promise.all(
          (await ofType('AWS::Lambda::EventSourceMapping')).map((id) =>
            rest('lambda', `/2015-03-31/event-source-mappings/${id}`),
          ),
        );
        const off = states.filter(({ State }) => State !== 'Enabled');
        if (states.length > 0 && off.length === 0)
          return ok(`All ${states.length} event source mappings are enabled.`);
        return wrong(
          `Event source mappings that are not enabled: ${off.map(({ UUID, State, StateTransitionReason }) => `${UUID} (${State}, ${StateTransitionReason})`).join(', ') || 'there are none at all'}.`,
          'docs/runbook/stream-stopped.md says what to do.',
        );
      },
    },
    {
      id: 'newest-deployment',
      subject: 'The stage',
      settles: [15],
      async run() {
        const api = await ownApi();
        const { stageName: stage, deploymentId } = await ownStage(api);
        const newest = await ofType('AWS::ApiGateway::Deployment');
        return newest.includes(deploymentId)
          ? ok(`The stage serves the template's deployment, ${deploymentId}.`)
          : wrong(
              `The stage serves the deployment ${deploymentId}, and the template's is ${newest.join(' or ')}: somebody deployed by hand, or an update did not come through.`,
              `aws apigateway update-stage --rest-api-id ${api} --stage-name ${stage} --patch-operations op=replace,path=/deploymentId,value=${newest.length === 1 ? newest[0] : 'ID'}`,
            );
      },
    },
    {
      id: 'response-transfer',
      subject: 'Streamed answers',
      async run() {
        const api = await ownApi();
        const methods = await integrationsOf(api);
        const streaming = methods.filter(({ uri }) => uri.endsWith('/response-streaming-invocations'));
        if (streaming.length === 0) return notChecked('No upstream is streamed.');
        const gathered = streaming.filter(({ transferMode }) => transferMode !== 'STREAM');
        return gathered.length === 0
          ? ok(`API Gateway passes the answers of ${streaming.length} methods on while they come.`)
          : wrong(
              `API Gateway gathers what is to be streamed: ${gathered.map(({ name }) => name).join(', ')}.`,
              "Deploy the template again: the integration's responseTransferMode is STREAM (lib/front-door.ts).",
            );
      },
    },
    {
      id: 'shared-keys',
      subject: "The stack's usage keys",
      async run() {
        const keys = await ofType('AWS::ApiGateway::ApiKey');
        const disabled: string[] = [];
        for (const id of keys) {
          const { name, enabled } = await rest('apigateway', `/apikeys/${id}`);
          if (enabled !== true) disabled.push(String(name));
        }
        // The id of a membership is that of its key and that of its plan.
        const members = await ofType('AWS::ApiGateway::UsagePlanKey');
        for (const member of members) {
          const [key = '', plan = ''] = member.split(':');
          await rest('apigateway', `/usageplans/${plan}/keys/${key}`);
        }
        return disabled.length === 0
          ? ok(
              `The ${keys.length} usage keys of all tiers, the sandbox and the exhausted are enabled, each in its plan.`,
            )
          : wrong(
              `Usage keys are disabled: ${disabled.join(', ')}. Everybody who shares one gets a 403.`,
              'docs/runbook/reconciler.md, 5, says how to enable them.',
            );
      },
    },
    {
      id: 'waf-association',
      subject: 'AWS WAF',
      async run() {
        const [acl] = await ofType('AWS::WAFv2::WebACL');
        if (acl === undefined) return notChecked('The configuration has no WAF.');
        const api = await ownApi();
        const { stageName: stage } = await ownStage(api);
        const inRegion = await region();
        const { partition = 'aws' } = RegionInfo.get(inRegion);
        const ResourceArn = `arn:${partition}:apigateway:${inRegion}::/restapis/${api}/stages/${stage}`;
        const { WebACL } = await json('wafv2', 'AWSWAF_20190729.GetWebACLForResource', { ResourceArn });
        // `name|id|scope`
        return WebACL !== undefined && acl.split('|').includes(WebACL.Id)
          ? ok("The stack's WAF stands before its stage.")
          : wrong(
              `${WebACL === undefined ? 'No WAF' : `Another WAF, ${WebACL.Name},`} stands before the stage.`,
              'Deploy the template again (lib/waf.ts), or associate the stage with the stack’s web ACL.',
            );
      },
    },
    {
      id: 'account-limits',
      subject: "The account's limits",
      async run() {
        const { AccountLimit } = await rest('lambda', '/2016-08-19/account-settings');
        const { throttleSettings } = await rest('apigateway', '/account');
        const concurrency = Number(AccountLimit?.ConcurrentExecutions);
        const rate = Number(throttleSettings?.rateLimit);
        return concurrency >= MIN_CONCURRENCY && rate >= MIN_REQUESTS_A_SECOND
          ? ok(`Lambda runs ${concurrency} at once, API Gateway takes ${rate} requests a second.`)
          : wrong(
              `The account is small: Lambda runs ${concurrency} at once, API Gateway takes ${rate} requests a second.`,
              'Raise them in Service Quotas (docs/scale.md).',
            );
      },
    },
    {
      id: 'drift',
      subject: 'The drift of the stack',
      run: () => drift(stack, pauseMilliseconds),
    },
  ];
}

async function resourcesOf(StackName: string): Promise<DeployedResource[]> {
  const found: DeployedResource[] = [];
  for (let token = ''; ; ) {
    const input = { StackName, ...(token === '' ? {} : { NextToken: token }) };
    const xml = await query('cloudformation', CLOUDFORMATION, 'ListStackResources', input);
    const [types, ids] = ['ResourceType', 'PhysicalResourceId'].map((name) => elements(xml, name));
    found.push(...(types ?? []).map((type, index) => ({ type, id: ids?.[index] ?? '' })));
    [token = ''] = elements(xml, 'NextToken');
    if (token === '') return found;
  }
}

/** The integration behind a method of an API. */
interface Integration {
  /** Of its method, such as `GET /v1/events`. */
  readonly name: string;
  readonly uri: string;
  readonly transferMode: string;
}

async function integrationsOf(api: string): Promise<Integration[]> {
  const resources = await listAll(`/restapis/${api}/resources?embed=methods`);
  return resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.entries<Answer>(resourceMethods).map(([method, { methodIntegration = {} }]) => ({
      name: `${method} ${path}`,
      uri: methodIntegration.uri ?? '',
      transferMode: methodIntegration.responseTransferMode ?? 'BUFFERED',
    })),
  );
}

/** What somebody has changed past the template. */
async function drift(StackName: string, pauseMilliseconds: number): Promise<Result> {
  const [id = ''] = elements(
    await query('cloudformation', CLOUDFORMATION, 'DetectStackDrift', { StackName }),
    'StackDriftDetectionId',
  );
  const until = Date.now() + DRIFT_SECONDS * 1000;
  for (;;) {
    const input = { StackDriftDetectionId: id };
    const xml = await query('cloudformation', CLOUDFORMATION, 'DescribeStackDriftDetectionStatus', input);
    const [status] = elements(xml, 'DetectionStatus');
    const [drifted] = elements(xml, 'StackDriftStatus');
    if (status === 'DETECTION_IN_PROGRESS' && Date.now() < until) {
      await delay(pauseMilliseconds);
      continue;
    }
    if (drifted === 'IN_SYNC') return ok('Nothing in the stack was changed past its template.');
    if (drifted !== 'DRIFTED')
      return notChecked(
        `CloudFormation could not tell (${elements(xml, 'DetectionStatusReason')[0] ?? status}).`,
      );
    const changed = await query('cloudformation', CLOUDFORMATION, 'DescribeStackResourceDrifts', {
      StackName,
      'StackResourceDriftStatusFilters.member.1': 'MODIFIED',
      'StackResourceDriftStatusFilters.member.2': 'DELETED',
    });
    return wrong(
      `Changed past the template: ${elements(changed, 'LogicalResourceId').join(', ')}.`,
      'Look who did it and why (CloudTrail), put it into the configuration, and deploy the template again.',
    );
  }
}
