/** The doctor on a local stack: nothing wrong with a good one, and each fault by its name on those that are broken. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { Finding } from '../../doctor/finding.ts';
import { type LocalStack, type LocalStackOptions, startStack } from '../../local/stack.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { type AnyTemplate, assemblyOf, editedAssembly } from '../support/assembly.ts';
import { Upstream } from '../support/upstream.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A test that ends what was started for it. The doctor mostly waits, so several tests run at a time. */
type Running = Pick<TestContext, 'onTestFinished'>;

async function serve(
  { onTestFinished }: Running,
  assemblyDir: string,
  options: Pick<LocalStackOptions, 'mapsAuthorizerToHeaders'> = {},
): Promise<LocalStack> {
  const stack = await startStack({ assemblyDir, log: null, warmsFunctions: false, ...options });
  onTestFinished(() => stack.stop());
  return stack;
}

interface Examination {
  readonly code: number;
  readonly output: string;
}

/** Runs `npm run doctor`, as somebody with rights on the stack's table. */
function doctor(stack: LocalStack, ...more: string[]): Promise<Examination> {
  const args = [
    join(ROOT, 'doctor/main.ts'),
    '--url',
    stack.url,
    '--table',
    stack.outputs.TableName ?? '',
    ...more,
  ];
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      AWS_REGION: stack.region,
      AWS_ACCESS_KEY_ID: stack.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: stack.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: stack.dynamodbEndpoint,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? -1, output })));
}

const faults = (output: string): Finding[] =>
  (JSON.parse(output).findings as Finding[]).filter(({ status }) => status === 'wrong');

describe.concurrent('on a stack as it should be', () => {
  test.for(PROFILES.map(({ name, title }) => [name, title] as const))(
    'everything is ok, and nothing is left behind (%s)',
    async ([profile, title], running) => {
      const stack = await serve(running, await assemblyOf({ profile }));
      const { code, output } = await doctor(stack, '--json');
      expect(faults(output)).toEqual([]);
      expect(code).toBe(0);
      const findings = JSON.parse(output).findings as Finding[];
      // Two contracts know live keys only.
      const unchecked = findings.filter(({ status }) => status === 'not checked').map(({ id }) => id);
      expect(unchecked.filter((id) => id !== 'sandbox')).toEqual(['certificate', 'context-headers']);
      for (const id of ['rate-headers', 'context-values', 'head', 'audit', 'usage'])
        expect(findings.find((finding) => finding.id === id)?.status, id).toBe('ok');
      expect(findings.find(({ id }) => id === 'health')?.found).toContain(`${title} is healthy`);
      expect(findings.at(-1)?.found).toMatch(/is removed: \d+ items/);
    },
  );

  test('everything is ok where our own routes are at a path of their own, and several origins may call', async (running) => {
    const cors = { allowedOrigins: ['https://a.example', 'https://b.example'] };
    const { output, found } = await examined(running, { managementPrefix: '/latchkey', cors }, true);
    expect(faults(output)).toEqual([]);
    expect(found('preflight')).toMatch(/for the origins of cors\.allowedOrigins/);
  });

  test('there is a line for each probe, for people; an argument that is none is said in one, with exit code 2', async (running) => {
    const stack = await serve(running, await assemblyOf({ profile: 'default' }));
    const { code, output } = await doctor(stack);
    expect(code).toBe(0);
    expect(output).toMatch(/^ok {5}health +Latchkey is healthy/m);
    expect(output).toContain('All is well.');
    expect(output).toMatch(/^ok {5}scope .+ \(settles docs\/aws-facts\.md, 3\)$/m);
    const reported = await doctor(stack, '--report', 'docs/aws-facts.md');
    expect([reported.code, reported.output.trim()]).toEqual([
      2,
      '--report is for a live account: what this machine does is no fact about AWS.',
    ]);
    const refused = await doctor(stack, '--nonsense');
    expect(refused.code).toBe(2);
    expect(refused.output.trim().split('\n')).toHaveLength(1);
  });

  test('who holds scopes and roles that are not declared any more is counted', async (running) => {
    const stack = await serve(running, await assemblyOf({ profile: 'default' }));
    const { dynamodbEndpoint: endpoint, region, credentials, outputs } = stack;
    const client = new DynamoDBClient({ endpoint, region, credentials });
    running.onTestFinished(() => client.destroy());
    const put = (Item: Record<string, { S: string } | { N: string }>) =>
      client.send(new PutItemCommand({ TableName: outputs.TableName, Item }));
    const key = (id: string, scp: string, st = 'active') =>
      put({
        PK: { S: `KEY#${id}` },
        SK: { S: 'KEY' },
        // What the stream's function reads of one: without it, the stream would stand still.
        ten: { S: 't' },
        id: { S: `key_${id}` },
        env: { S: 'live' },
        st: { S: st },
        xa: { N: '9999999999' },
        scp: { S: scp },
      });
    await key('aaaaaaaaaaaa', 'documents:read documents:write');
    await key('bbbbbbbbbbbb', 'read');
    await key('cccccccccccc', 'documents:read', 'revoked');
    await put({ PK: { S: 'TENANT#t' }, SK: { S: 'USER#u' }, role: { S: 'author' } });
    const { code, output } = await doctor(stack, '--json');
    expect(code).toBe(1);
    expect(faults(output)).toMatchObject([
      {
        id: 'rights',
        found:
          'API keys with a scope that is not declared: 1; people with such a role: 1. They have no right by author, documents:read, documents:write.',
      },
    ]);
  });

  test('when its store is down it says so, and stops what stands on it', async (running) => {
    const stack = await serve(running, await assemblyOf({ profile: 'default' }));
    stack.pauseDynamodb();
    const { code, output } = await doctor(stack, '--json');
    expect(code).toBe(1);
    expect(faults(output).map(({ id }) => id)).toEqual(expect.arrayContaining(['health', 'onboard']));
    expect(JSON.parse(output).findings.find(({ id }: Finding) => id === 'login').status).toBe('not checked');
  });
});

const ofType = (template: AnyTemplate, type: string) =>
  Object.entries(template.Resources).filter(([, { Type }]) => Type === type);

const withoutResponse = (responseType: string) => (template: AnyTemplate) => {
  for (const [id, { Properties }] of ofType(template, 'AWS::ApiGateway::GatewayResponse'))
    if (Properties.ResponseType === responseType) delete template.Resources[id];
};

const authorizerWith = (properties: object) => (template: AnyTemplate) => {
  for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::Authorizer'))
    Object.assign(Properties, properties);
};

/** What the doctor finds by a probe's name on a stack that was broken, each with a way to put it right. */
async function faultsOf(
  running: Running,
  edit: (template: AnyTemplate) => void,
): Promise<(id: string) => string> {
  const folder = await editedAssembly({ profile: 'default' }, edit);
  running.onTestFinished(() => rmSync(folder, { recursive: true }));
  const { code, output } = await doctor(await serve(running, folder), '--json');
  expect(code).toBe(1);
  const found = faults(output);
  for (const { fix } of found) expect(fix).toBeTruthy();
  return (id) => found.find((finding) => finding.id === id)?.found ?? output;
}

/** A name, how a template is broken, the probe that finds it, and what it says. */
type Fault = readonly [string, (template: AnyTemplate) => void, string, RegExp];

describe.concurrent('on a stack that is broken', () => {
  test('it names each of several faults', async (running) => {
    const responses = {
      'access-denied': 'ACCESS_DENIED',
      'unknown-path': 'MISSING_AUTHENTICATION_TOKEN',
      scope: 'INVALID_API_KEY',
      limit: 'THROTTLED',
    };
    const findings = await faultsOf(running, (template) => {
      for (const response of Object.values(responses)) withoutResponse(response)(template);
    });
    for (const [id, response] of Object.entries(responses))
      expect(findings(id)).toMatch(new RegExp(`${response} is missing`));
  });

  test.for<Fault>([
    [
      'a cache by one header',
      authorizerWith({
        AuthorizerResultTtlInSeconds: 300,
        IdentitySource: 'method.request.header.Authorization',
      }),
      'authorizer-asked',
      /the answer of the first: the authorizer's results are cached/,
    ],
    [
      'a cache without an identity',
      authorizerWith({ AuthorizerResultTtlInSeconds: 300 }),
      'authorizer-asked',
      /cached, so that a revoked key goes on working/,
    ],
    [
      'a wrong key source',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::RestApi'))
          Properties.ApiKeySourceType = 'HEADER';
      },
      'usage-key',
      /does not take usage keys from the authorizer/,
    ],
    [
      'no challenge',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::GatewayResponse'))
          delete Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate'];
      },
      'access-denied',
      /no WWW-Authenticate/,
    ],
    [
      'another issuer',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function'))
          if (Properties.Environment.Variables.ISSUER !== undefined)
            Properties.Environment.Variables.ISSUER = 'https://old.example.com';
      },
      'issuer',
      /The issuer is https:\/\/old\.example\.com, and this is http:/,
    ],
  ])('it names %s', async ([, edit, id, found], running) => {
    expect((await faultsOf(running, edit))(id)).toMatch(found);
  });
});

describe('on a stack that is broken in ways that do not touch each other', () => {
  const FAULTS: readonly Fault[] = [
    [
      'a catch-all missing',
      (template) => {
        for (const [id, { Properties }] of ofType(template, 'AWS::ApiGateway::Method'))
          if (/v1auth(proxy)?ANY/.test(id) && Properties.HttpMethod === 'ANY') delete template.Resources[id];
      },
      'catch-all',
      /goes to the upstream: .*PUT \/v1\/auth\/login/,
    ],
    [
      'a challenge that leads elsewhere',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::GatewayResponse'))
          if (Properties.StatusCode === '401')
            Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate'] = "'Bearer'";
      },
      'challenge',
      /A 401 names no metadata/,
    ],
    [
      'a header that the 403 lacks',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::GatewayResponse'))
          if (Properties.ResponseType === 'INVALID_API_KEY')
            delete Properties.ResponseParameters['gatewayresponse.header.X-RateLimit-Reset'];
      },
      'rate-headers',
      /missing: X-RateLimit-Reset on 403/,
    ],
    [
      'a value that is no value',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::GatewayResponse'))
          if (Properties.ResponseType === 'ACCESS_DENIED')
            Properties.ResponseParameters['gatewayresponse.header.X-Odd'] = "'$context.authorizer.nothing'";
      },
      'context-values',
      /no absent header: x-odd: \$context\.authorizer\.nothing \(401\)/,
    ],
    [
      'a sandbox that nobody can enter',
      (template) => {
        for (const [id, { Properties }] of ofType(template, 'AWS::ApiGateway::ApiKey'))
          if (/sandbox/i.test(id)) Properties.Enabled = false;
      },
      'sandbox',
      /A test key answers 403/,
    ],
    [
      'an exhausted plan that is not',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::UsagePlan'))
          if (Properties.Throttle?.RateLimit === 0)
            Properties.Throttle = { RateLimit: 1000, BurstLimit: 1000 };
      },
      'limit',
      /a plan of 0\/0 does not throttle/,
    ],
    [
      'a 403 without its challenge',
      (template) => {
        for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::GatewayResponse'))
          if (Properties.StatusCode === '403')
            delete Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate'];
      },
      'scope',
      /A 403 has no WWW-Authenticate/,
    ],
  ];
  let findings: (id: string) => string;
  beforeAll(async () => {
    const ends: (() => unknown)[] = [];
    const running: Running = { onTestFinished: (end) => void ends.push(end as () => unknown) };
    try {
      findings = await faultsOf(running, (template) => {
        for (const [, edit] of FAULTS) edit(template);
      });
    } finally {
      for (const end of ends.toReversed()) await end();
    }
  });
  test.for(FAULTS)('it names %s', ([, , id, found]) => {
    expect(findings(id)).toMatch(found);
  });
});

const examined = async (
  running: Running,
  config: Readonly<Record<string, unknown>>,
  mapsAuthorizerToHeaders: boolean,
) => {
  const stack = await serve(running, await assemblyOf({ profile: 'default', config }), {
    mapsAuthorizerToHeaders,
  });
  const { output } = await doctor(stack, '--json');
  const findings = JSON.parse(output).findings as Finding[];
  const found = (id: string) => findings.find((each) => each.id === id)?.found;
  return { output, found };
};

describe.concurrent('a path that --stream names', () => {
  test('is ok while it is passed on event by event, and wrong where it is gathered', async (running) => {
    const upstream = new Upstream();
    const url = `http://127.0.0.1:${await upstream.listen()}`;
    running.onTestFinished(() => upstream.stop());
    upstream.answer = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let index = 0; index < 6; index += 1) {
        response.write(`data: ${index}\n\n`);
        await sleep(250);
      }
      response.end();
    };
    const upstreams = {
      events: { path: '/v1/events', url, stream: {} },
      gathered: { path: '/v1/gathered', url },
    };
    const stack = await serve(running, await assemblyOf({ profile: 'default', config: { upstreams } }));
    const streamed = await doctor(stack, '--json', '--stream', '/v1/events');
    expect(faults(streamed.output)).toEqual([]);
    const { findings } = JSON.parse(streamed.output) as { findings: Finding[] };
    expect(findings.find(({ id }) => id === 'streaming')).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(
        /^6 events arrived in [3-6] parts, the first after \d+ ms, the last \d+ ms later/,
      ),
      settles: [21],
    });
    const gathered = await doctor(stack, '--json', '--stream', '/v1/gathered');
    expect(faults(gathered.output)).toMatchObject([
      {
        id: 'streaming',
        found: expect.stringMatching(/came in one piece/),
        fix: expect.stringMatching(/stream: \{\}/),
      },
    ]);
    const refused = await doctor(stack, '--stream', 'v1/events');
    expect([refused.code, refused.output.trim()]).toEqual([
      2,
      '--stream is a path of the API, such as /v1/events.',
    ]);
  });
});

describe.concurrent('where challenges come from the context', () => {
  test('nothing is wrong while API Gateway maps them, and that it does is told', async (running) => {
    const { output, found } = await examined(running, { challenges: 'context' }, true);
    expect(faults(output)).toEqual([]);
    expect(found('context-headers')).toMatch(/a 401 says why in WWW-Authenticate/);
    expect(found('challenge')).toMatch(
      /leads to .*oauth-protected-resource\/v1\/auth\/me, which is of this API/,
    );
  });

  test('the doctor names the setting that cures it where API Gateway maps none', async (running) => {
    const { output, found } = await examined(running, { challenges: 'context' }, false);
    const fault = faults(output).find(({ id }) => id === 'access-denied');
    expect(fault?.fix).toMatch(/^With challenges: 'context', set 'static'/);
    expect(found('context-headers')).toMatch(/Keep challenges: 'static'\.$/);
  });
});

describe.concurrent('where API Gateway maps no header from the context', () => {
  test('the doctor names the setting that cures it', async (running) => {
    const { output } = await examined(running, { gatewayContextHeaders: true }, false);
    expect(faults(output).map(({ id }) => id)).toEqual(['limit']);
    const [fault] = faults(output);
    expect(fault?.found).toMatch(/A 429 has no Retry-After/);
    expect(fault?.fix).toMatch(/^Set gatewayContextHeaders: false/);
  });

  test('nothing is wrong once it is set: the main flow, 401, 403, 429 with Retry-After, revocation', async (running) => {
    const { output, found } = await examined(running, { gatewayContextHeaders: false }, false);
    expect(faults(output)).toEqual([]);
    expect(found('context-headers')).toMatch(/Keep challenges: 'static'\.$/);
    expect(found('limit')).toMatch(/429, with Retry-After: 60\.$/);
    expect(found('authorizer-asked')).toMatch(/response bodies, and no headers/);
  });
});
