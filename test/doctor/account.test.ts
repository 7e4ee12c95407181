/** The doctor before a deployment: each quota within and beyond, on stand-ins for AWS's control planes. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostOf } from '../../doctor/aws.ts';
import { examine, type Finding } from '../../doctor/finding.ts';
import { accountProbes } from '../../doctor/probes/account.ts';
import { loadSettings } from '../../lib/settings.ts';
import { type AwsCall, AwsEndpoint, AwsError } from '../../local/aws-endpoint.ts';

const ROOT = join(import.meta.dirname, '../..');
const SERVICES = ['apigateway', 'cloudwatch', 'dynamodb', 'events', 'secretsmanager', 'sqs', 'xray'];

/** An account; the fields are what the control planes answer. */
interface Account {
  readonly concurrency: readonly [limit: number, unreserved: number];
  readonly keys: number;
  readonly plans: number;
  readonly apis: number;
  readonly throttle: readonly [rate: number, burst: number];
  readonly acls: number;
  readonly bootstrap: string | null;
  readonly services: readonly string[];
  readonly runtimes: readonly string[];
  /** Services that refuse whoever asks. */
  readonly denied: readonly string[];
}

const USUAL: Account = {
  concurrency: [1_000, 1_000],
  keys: 10,
  plans: 3,
  apis: 2,
  throttle: [10_000, 5_000],
  acls: 1,
  bootstrap: '30',
  services: ['lambda', 'cloudformation', ...SERVICES],
  runtimes: ['nodejs22.x', 'nodejs24.x'],
  denied: [],
};

/** The answer of a control plane, as its API reference has it. */
function answerOf(account: Account, { service, action, path, body }: AwsCall): object {
  if (account.denied.includes(service)) throw new AwsError('AccessDeniedException', 'not authorized', 403);
  const { pathname, searchParams } = new URL(path, 'http://aws');
  const page = (count: number) => {
    const [start, limit] = [Number(searchParams.get('position') ?? 0), Number(searchParams.get('limit'))];
    const item = Array.from({ length: Math.min(limit, count - start) }, (_, index) => ({
      id: start + index,
    }));
    return { item, ...(start + limit < count ? { position: `${start + limit}` } : {}) };
  };
  switch (`${service} ${action} ${pathname}`) {
    case 'lambda GET /2016-08-19/account-settings': {
      const [limit, unreserved] = account.concurrency;
      return { AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } };
    }
    case 'lambda GET /2018-10-31/layers':
      if (account.runtimes.includes(searchParams.get('CompatibleRuntime') ?? '')) return { Layers: [] };
      throw new AwsError('ValidationException', "1 validation error detected: Value at 'compatibleRuntime'");
    case 'apigateway GET /apikeys':
      return page(account.keys);
    case 'apigateway GET /usageplans':
      return page(account.plans);
    case 'apigateway GET /restapis':
      return page(account.apis);
    case 'apigateway GET /account': {
      const [rateLimit, burstLimit] = account.throttle;
      return { throttleSettings: { rateLimit, burstLimit } };
    }
    case 'AWSWAF_20190729 ListWebACLs /':
      return { WebACLs: Array.from({ length: Math.min(100, account.acls) }, () => ({})), NextMarker: 'next' };
    case 'AmazonSSM GetParameter /':
      expect(JSON.parse(String(body))).toEqual({ Name: '/cdk-bootstrap/hnb659fds/version' });
      if (account.bootstrap === null) throw new AwsError('ParameterNotFound', 'There is none.');
      return { Parameter: { Value: account.bootstrap } };
    case 'AmazonSSM GetParameters /': {
      const { Names }: { Names: string[] } = JSON.parse(String(body));
      const there = Names.filter((name) => account.services.includes(name.split('/').at(-1) ?? ''));
      return { Parameters: there.map((Name) => ({ Name, Value: '' })) };
    }
    default:
      throw new AwsError('UnknownOperationException', `${service} ${action} ${pathname}`, 501);
  }
}

let account: Account;
let endpoint: AwsEndpoint;
const environment: Record<string, string> = {};

beforeEach(async () => {
  account = USUAL;
  endpoint = await AwsEndpoint.start(async (call) => ({
    status: 200,
    body: JSON.stringify(answerOf(account, call)),
  }));
  Object.assign(environment, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    ...Object.fromEntries(
      ['API_GATEWAY', 'LAMBDA', 'SSM', 'WAFV2'].map((name) => [`AWS_ENDPOINT_URL_${name}`, endpoint.url]),
    ),
  });
  Object.assign(process.env, environment);
});
afterEach(async () => {
  for (const name of Object.keys(environment)) delete process.env[name];
  await endpoint.stop();
});

async function findingsOf(change: Partial<Account>, config: object = {}): Promise<readonly Finding[]> {
  account = { ...USUAL, ...change };
  const settings = await loadSettings({ environment: 'production', config }, undefined);
  return examine(accountProbes(settings), () => undefined);
}

const RAISED = 'L-B99A9384';

describe('before a deployment in production the doctor finds', () => {
  test('nothing in an account that is not new', async () => {
    const findings = await findingsOf({});
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(findings.map(({ id }) => id)).toEqual([
      'concurrency',
      'api-keys',
      'usage-plans',
      'rest-apis',
      'request-rate',
      'waf',
      'bootstrap',
      'services',
      'runtime',
    ]);
  });

  const many = {
    tiers: Object.fromEntries('abcdefghij'.split('').map((name) => [name, tier()])),
    initialTier: 'a',
  };
  test.each<[string, Partial<Account>, string, 'ok' | 'wrong' | 'not checked', RegExp, object?]>([
    [
      'a concurrency of 10',
      { concurrency: [10, 10] },
      'concurrency',
      'wrong',
      /reserves 215, and 100 must be left/,
    ],
    [
      '100 less than is reserved',
      { concurrency: [400, 314] },
      'concurrency',
      'wrong',
      /would be rolled back/,
    ],
    ['just enough', { concurrency: [400, 315] }, 'concurrency', 'ok', /400 instances .* ask for 1000/],
    [
      '10, nothing reserved',
      { concurrency: [10, 10] },
      'concurrency',
      'ok',
      /0 are to be reserved/,
      { reservedConcurrency: null },
    ],
    [
      'started instances beside what is reserved',
      { concurrency: [400, 315] },
      'concurrency',
      'wrong',
      /reserves 216, and 100 must be left/,
      { provisionedConcurrency: { tokens: 1 } },
    ],
    [
      'started instances of what is reserved',
      { concurrency: [400, 315] },
      'concurrency',
      'ok',
      /215 are to be reserved/,
      { provisionedConcurrency: { authorizer: 100 } },
    ],
    ['few keys left', { keys: 9_997 }, 'api-keys', 'wrong', /9997 API keys of 10000.* rolled back/],
    ['most keys taken', { keys: 8_500 }, 'api-keys', 'wrong', /soon be full/],
    ['room for keys', { keys: 7_900 }, 'api-keys', 'ok', /7900 API keys/],
    ['all plans taken', { plans: 294 }, 'usage-plans', 'wrong', /makes 7: the deployment/],
    ['room for plans', { plans: 233 }, 'usage-plans', 'ok', /233 usage plans/],
    ['many tiers', { plans: 230 }, 'usage-plans', 'wrong', /makes 14: it will soon/, many],
    ['all APIs taken', { apis: 600 }, 'rest-apis', 'wrong', /600 regional APIs of 600/],
    ['a small rate', { throttle: [500, 250] }, 'request-rate', 'wrong', /may send 1000 and 1250/],
    ['a newer Region', { throttle: [2_500, 1_250] }, 'request-rate', 'ok', /take 2500 requests/],
    ['all web ACLs taken', { acls: 100 }, 'waf', 'wrong', /100 or more web ACLs/],
    ['room for a web ACL', { acls: 99 }, 'waf', 'ok', /99 of 100/],
    ['no wish for WAF', { acls: 100 }, 'waf', 'not checked', /not to stand/, { waf: false }],
    ['no bootstrap', { bootstrap: null }, 'bootstrap', 'wrong', /not bootstrapped/],
    ['an old bootstrap', { bootstrap: '5' }, 'bootstrap', 'wrong', /version 5, and 6 is needed/],
    ['the oldest that will do', { bootstrap: '6' }, 'bootstrap', 'ok', /version 6/],
    [
      'a Region without X-Ray',
      { services: USUAL.services.filter((each) => each !== 'xray') },
      'services',
      'wrong',
      /eu-central-1 lacks xray\./,
    ],
    ['a partition that says nothing', { services: [] }, 'services', 'not checked', /does not publish/],
    ['a Region without Node 24', { runtimes: ['nodejs22.x'] }, 'runtime', 'wrong', /does not have nodejs24/],
    ['no right to ask', { denied: ['lambda'] }, 'concurrency', 'not checked', /lambda:GetAccountSettings/],
  ])('%s', async (_, change, id, status, found, config = {}) => {
    const findings = await findingsOf(change, config);
    const finding = findings.find((each) => each.id === id);
    expect(finding).toMatchObject({ status, found: expect.stringMatching(found) });
    expect(finding?.fix === undefined).toBe(status !== 'wrong');
    // One fault is not another's.
    expect(findings.filter((each) => each.status === 'wrong' && each.id !== id)).toEqual([]);
  });
});

function tier() {
  return {
    rate: 1,
    burst: 2,
    monthlyQuota: null,
    keyRequestsPerMinute: 1,
    sessionRequestsPerMinute: 1,
    keys: 1,
  };
}

test('npm run doctor -- --account takes no URL, prints what to raise, and ends with 1 when something is wrong', async () => {
  account = { ...USUAL, concurrency: [10, 10] };
  const config = '{"environment":"production"}';
  const run = async (...more: string[]) => {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'doctor/main.ts'), '--account', '--config', config, ...more],
      {
        env: { ...process.env, ...environment },
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const code = await new Promise((resolve) => child.on('close', resolve));
    return { code, output };
  };
  const { code, output } = await run();
  expect(output).toMatch(/^WRONG {2}concurrency +Lambda lets 10 instances/m);
  expect(output).toContain(RAISED);
  expect(output).toContain('1 wrong.');
  expect(code).toBe(1);
  account = USUAL;
  const well = await run('--json');
  expect(JSON.parse(well.output)).toMatchObject({ region: 'eu-central-1', ok: true });
  expect(well.code).toBe(0);
});

test.each([
  ['eu-central-1', 'lambda.eu-central-1.amazonaws.com'],
  ['us-gov-west-1', 'lambda.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'lambda.cn-north-1.amazonaws.com.cn'],
  ['us-iso-east-1', 'lambda.us-iso-east-1.c2s.ic.gov'],
])('in %s AWS is asked at %s', (region, host) => {
  expect(hostOf('lambda', region)).toBe(host);
});
