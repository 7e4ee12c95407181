/** The doctor's look at a stack's resources, on stand-ins for AWS's control planes: each as it should be, and each fault. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployedProbes } from '../../doctor/probes/deployed.ts';
import { type AwsCall, AwsEndpoint, AwsError } from '../../local/aws-endpoint.ts';

/** What the control planes know. */
interface Deployed {
  readonly hasWaf: boolean;
  readonly associated: string | null;
  readonly serving: string;
  readonly mappings: readonly string[];
  readonly keysEnabled: boolean;
  readonly members: boolean;
  readonly concurrency: number;
  readonly driftLooks: number;
  /** What API Gateway does with the answers of the function that streams. */
  readonly transferMode: 'STREAM' | 'BUFFERED' | null;
  readonly drift: 'IN_SYNC' | 'DRIFTED' | 'UNKNOWN';
}

const USUAL: Deployed = {
  hasWaf: true,
  associated: 'acl-id',
  serving: 'deployment',
  mappings: ['Enabled', 'Enabled'],
  keysEnabled: true,
  members: true,
  concurrency: 1000,
  driftLooks: 2,
  transferMode: 'STREAM',
  drift: 'IN_SYNC',
};

let deployed: Deployed;
let looks = 0;
let endpoint: AwsEndpoint;
let environment: Record<string, string>;

const member = (type: string, id: string) =>
  `<member><ResourceType>AWS::${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId></member>`;
const RESOURCES = (): string[] => [
  // The team's own, which come first.
  member('ApiGateway::RestApi', 'theirs'),
  member('ApiGateway::Stage', 'live'),
  member('ApiGateway::Deployment', 'theirs-deployed'),
  member('ApiGateway::RestApi', 'api'),
  member('ApiGateway::Stage', 'prod'),
  member('ApiGateway::Deployment', 'deployment'),
  ...deployed.mappings.map((_, index) => member('Lambda::EventSourceMapping', `mapping-${index}`)),
  member('ApiGateway::ApiKey', 'key'),
  member('ApiGateway::UsagePlanKey', 'key:plan'),
  ...(deployed.hasWaf ? [member('WAFv2::WebACL', 'name|acl-id|REGIONAL')] : []),
];

/** Answers of CloudFormation; the listing comes in two pages. */
function cloudFormation(text: string): string {
  const [, action] = /Action=(\w+)/.exec(text) ?? [];
  switch (action) {
    case 'ListStackResources': {
      const half = 3;
      return text.includes('NextToken=more')
        ? RESOURCES().slice(half).join('')
        : `${RESOURCES().slice(0, half).join('')}<NextToken>more</NextToken>`;
    }
    case 'DescribeStacks':
      return '<member><OutputKey>ApiId</OutputKey><OutputValue>api</OutputValue></member>';
    case 'DetectStackDrift':
      return '<StackDriftDetectionId>drift-id</StackDriftDetectionId>';
    case 'DescribeStackDriftDetectionStatus':
      looks += 1;
      return looks < deployed.driftLooks
        ? '<DetectionStatus>DETECTION_IN_PROGRESS</DetectionStatus>'
        : `<DetectionStatus>DETECTION_COMPLETE</DetectionStatus><StackDriftStatus>${deployed.drift}</StackDriftStatus>`;
    default:
      return '<member><LogicalResourceId>Table</LogicalResourceId></member>';
  }
}

const invocations = (kind: string) => `arn:aws:apigateway:x:lambda:path/2021-11-15/functions/f/${kind}`;

/** The resources of the API with their methods, one a page. */
function resources(query: URLSearchParams): object {
  expect([query.get('embed'), query.get('limit')]).toEqual(['methods', '500']);
  if (query.get('position') === null)
    return {
      item: [
        { path: '/' },
        {
          path: '/v1/stats',
          resourceMethods: { GET: { methodIntegration: { uri: invocations('invocations') } } },
        },
      ],
      position: 'more',
    };
  const { transferMode } = deployed;
  const methodIntegration = {
    uri: invocations('response-streaming-invocations'),
    responseTransferMode: transferMode,
  };
  return {
    item: [
      { path: '/v1/events', resourceMethods: transferMode === null ? {} : { ANY: { methodIntegration } } },
    ],
  };
}

function answerOf({ service, path, body }: AwsCall): object {
  const { pathname } = new URL(path, 'http://aws');
  const [, mapping] = /event-source-mappings\/mapping-(\d)$/.exec(pathname) ?? [];
  if (mapping !== undefined)
    return {
      UUID: `mapping-${mapping}`,
      State: deployed.mappings[Number(mapping)],
      StateTransitionReason: 'User',
    };
  if (service === 'AWSWAF_20190729') {
    expect(JSON.parse(String(body))).toEqual({
      ResourceArn: 'arn:aws-cn:apigateway:cn-north-1::/restapis/api/stages/prod',
    });
    return deployed.associated === null ? {} : { WebACL: { Id: deployed.associated, Name: 'theirs' } };
  }
  switch (pathname) {
    case '/restapis/api/stages':
      return {
        item: [
          { stageName: 'by-hand', deploymentId: 'another' },
          { stageName: 'prod', deploymentId: deployed.serving },
        ],
      };
    case '/restapis/api/resources':
      return resources(new URL(path, 'http://aws').searchParams);
    case '/apikeys/key':
      return { name: 'sandbox', enabled: deployed.keysEnabled };
    case '/usageplans/plan/keys/key':
      if (deployed.members) return { id: 'key' };
      throw new AwsError('NotFoundException', 'Invalid Usage Plan key', 404);
    case '/2016-08-19/account-settings':
      return { AccountLimit: { ConcurrentExecutions: deployed.concurrency } };
    case '/account':
      return { throttleSettings: { rateLimit: 10_000, burstLimit: 5000 } };
    default:
      throw new AwsError('UnknownOperationException', `${service} ${pathname}`, 400);
  }
}

beforeEach(async () => {
  looks = 0;
  deployed = USUAL;
  endpoint = await AwsEndpoint.start(async (call) =>
    call.service === 'cloudformation'
      ? { status: 200, contentType: 'text/xml', body: cloudFormation(String(call.body)) }
      : { status: 200, contentType: 'application/json', body: JSON.stringify(answerOf(call)) },
  );
  environment = {
    AWS_REGION: 'cn-north-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: endpoint.url,
  };
  Object.assign(process.env, environment);
});
afterEach(async () => {
  for (const name of Object.keys(environment)) delete process.env[name];
  await endpoint.stop();
});

const find = (id: string) => {
  const probe = deployedProbes('Latchkey', 1).find((each) => each.id === id);
  if (probe === undefined) throw new Error(`There is no probe ${id}.`);
  return probe.run();
};

describe('a stack as it was deployed', () => {
  test.each(deployedProbes('Latchkey').map(({ id }) => id))('is well: %s', async (id) => {
    expect(await find(id)).toMatchObject({ status: 'ok' });
  });
});

describe('a stack that is not as it was deployed', () => {
  test.each<[string, Partial<Deployed>, RegExp, RegExp]>([
    ['mappings', { mappings: ['Enabled', 'Disabled'] }, /mapping-1 \(Disabled, User\)/, /stream-stopped/],
    ['mappings', { mappings: [] }, /there are none at all/, /stream-stopped/],
    [
      'newest-deployment',
      { serving: 'older' },
      /serves the deployment older, and the template's is theirs-deployed or deployment/,
      /update-stage/,
    ],
    [
      'response-transfer',
      { transferMode: 'BUFFERED' },
      /gathers what is to be streamed: ANY \/v1\/events/,
      /responseTransferMode/,
    ],
    ['shared-keys', { keysEnabled: false }, /disabled: sandbox/, /reconciler/],
    ['waf-association', { associated: null }, /No WAF stands before/, /associate/],
    ['waf-association', { associated: 'another' }, /Another WAF, theirs/, /associate/],
    ['account-limits', { concurrency: 10 }, /Lambda runs 10 at once/, /Service Quotas/],
    ['drift', { drift: 'DRIFTED' }, /Changed past the template: Table/, /deploy/],
  ])('has the fault by its name: %s, %o', async (id, given, found, fix) => {
    deployed = { ...USUAL, ...given };
    expect(await find(id)).toEqual({
      status: 'wrong',
      found: expect.stringMatching(found),
      fix: expect.stringMatching(fix),
    });
  });

  test('a usage key that is in no plan is an error of the probe', async () => {
    deployed = { ...USUAL, members: false };
    await expect(find('shared-keys')).rejects.toThrow(/Invalid Usage Plan key/);
  });

  test('what cannot be told is not checked', async () => {
    deployed = { ...USUAL, hasWaf: false, transferMode: null, drift: 'UNKNOWN' };
    expect(await find('waf-association')).toMatchObject({ status: 'not checked' });
    expect(await find('response-transfer')).toMatchObject({ status: 'not checked' });
    expect(await find('drift')).toMatchObject({ status: 'not checked' });
  });
});
