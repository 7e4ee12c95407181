// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test } from 'vitest';
import { appCommand, synthesizeApp } from '../../local/app-synth.ts';
import { readAssembly } from '../../local/cloudformation/assembly.ts';
import { StackGroup } from '../../local/cloudformation/stack-group.ts';
import type { Resource, Template } from '../../local/cloudformation/template.ts';
import { dev, introduction } from '../../local/dev.ts';
import { readDevOptions } from '../../local/dev-options.ts';
import { startStack } from '../../local/stack.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-dev-'));
  folders.push(folder);
  return folder;
}

interface StackGiven {
  readonly template: Partial<Template>;
  readonly dependencies?: readonly string[];
  readonly environment?: string;
}

/** Writes an assembly as the CDK does. */
function writeAssembly(folder: string, stacks: Readonly<Record<string, StackGiven>>): string {
  mkdirSync(folder, { recursive: true });
  const artifacts = Object.entries(stacks).map(([name, { template, ...more }]) => {
    writeFileSync(join(folder, `${name}.template.json`), JSON.stringify({ Resources: {}, ...template }));
    return [
      name,
      { type: 'aws:cloudformation:stack', properties: { templateFile: `${name}.template.json` }, ...more },
    ];
  });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts: Object.fromEntries(artifacts) }));
  return folder;
}

const assemblyOf = (stacks: Readonly<Record<string, StackGiven>>) => writeAssembly(newFolder(), stacks);

/** The template as `latchkey dev` reads it, and what it says. */
function lenient(
  stacks: Readonly<Record<string, StackGiven>>,
  names: readonly string[] = Object.keys(stacks),
) {
  const said: string[] = [];
  const template = new StackGroup(readAssembly(assemblyOf(stacks), names), {
    unserved: (what) => said.push(what),
  });
  return { template, said };
}

const it = (value: unknown): Resource => ({ Type: 'AWS::IAM::Role', Properties: { value } });

describe('stacks that are served together', () => {
  const Door = {
    template: {
      Resources: { Keys: { Type: 'AWS::DynamoDB::Table' } },
      Outputs: {
        Name: { Value: { Ref: 'Keys' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Name' } } },
      },
    },
  };
  const Api = {
    template: { Resources: { It: it({ 'Fn::ImportValue': 'Door:Name' }) } },
    dependencies: ['Door'],
  };

  test('import what another exports', () => {
    expect(lenient({ Door, Api }).template.find('It').properties.value).toBe('Door-Keys');
  });

  test('read an output of another that is not exported, as weak references of the CDK do', () => {
    const read = (StackName: string, OutputName: string) => ({
      'Fn::GetStackOutput': { StackName, OutputName, Region: { Ref: 'AWS::Region' } },
    });
    const Outputs = { Table: { Value: { Ref: 'Keys' } } };
    const Weak = {
      template: {
        Resources: { It: it([read('Door', 'Table'), read('Door', 'Gone'), read('Gone', 'Table')]) },
      },
    };
    const { template, said } = lenient({ Door: { template: { ...Door.template, Outputs } }, Weak });
    expect(template.find('It').properties.value).toEqual([
      'Door-Keys',
      'not-served-here-Door-Gone',
      'not-served-here-Gone-Table',
    ]);
    expect(said).toEqual([
      'no stack Door with an output Gone is served here',
      'no stack Gone with an output Table is served here',
    ]);
  });

  test('need no name where all others are what one depends on', () => {
    const Web = { template: {}, dependencies: ['Api'] };
    const served = readAssembly(assemblyOf({ Api, Web, Door }));
    expect(served.map(({ stackName }) => stackName)).toEqual(['Door', 'Api', 'Web']);
  });

  test('are those that are named, and those that they depend on', () => {
    const all = { Door, Api, Other: { template: {} } };
    const names = (chosen?: string[]) =>
      readAssembly(assemblyOf(all), chosen).map(({ stackName }) => stackName);
    expect(names(['Api'])).toEqual(['Door', 'Api']);
    expect(names(['Door'])).toEqual(['Door']);
    expect(() => names()).toThrow(
      'it holds: Door, Api, Other; say which to run: --stack Api or --stack Other',
    );
    expect(() => names(['Gone'])).toThrow('holds no stack Gone; it holds: Door, Api, Other');
  });

  test('say what nobody exports, or refuse it', () => {
    const alone = { Api: { template: Api.template } };
    const { template, said } = lenient(alone);
    expect(template.find('It').properties.value).toBe('not-served-here-Door:Name');
    expect(said).toEqual(['no stack that is served here exports Door:Name']);
    expect(() => new StackGroup(readAssembly(assemblyOf(alone))).find('It')).toThrow('exports Door:Name');
  });

  test('keep outputs of the same name apart', () => {
    const output = (Value: string) => ({ template: { Outputs: { Url: { Value } } } });
    expect(lenient({ One: output('a'), Two: output('b') }).template.outputs()).toEqual({
      Url: 'a',
      'Two.Url': 'b',
    });
  });

  test('may be those of a stage of the app', () => {
    const folder = newFolder();
    writeAssembly(join(folder, 'assembly-Live'), { Api });
    const stage = { type: 'cdk:cloud-assembly', properties: { directoryName: 'assembly-Live' } };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts: { stage } }));
    expect(readAssembly(folder).map(({ stackName }) => stackName)).toEqual(['Api']);
  });

  test('of a certain account and Region are here all the same', () => {
    const value = 'arn:aws:lambda:eu-west-1:123456789012:function:a eu-west-1a';
    const environment = 'aws://123456789012/eu-west-1';
    const { template } = lenient({ One: { template: { Resources: { It: it(value) } }, environment } });
    expect(template.find('It').properties.value).toBe(
      'arn:aws:lambda:us-east-1:000000000000:function:a eu-west-1a',
    );
  });
});

describe('what is not served', () => {
  test('is said by name, and has names that lead nowhere', () => {
    const Resources = {
      Jobs: { Type: 'AWS::SQS::Queue' },
      Bus: { Type: 'AWS::MSK::Cluster' },
      Nested: { Type: 'AWS::CloudFormation::Stack' },
      Own: { Type: 'Custom::Seed' },
      Logs: { Type: 'AWS::Logs::LogGroup' },
      It: it([
        { Ref: 'Jobs' },
        { 'Fn::GetAtt': ['Jobs', 'QueueUrl'] },
        { 'Fn::GetAtt': ['Nested', 'Outputs.A'] },
      ]),
    };
    const { template, said } = lenient({ Any: { template: { Resources } } });
    expect(said).toEqual([
      'Jobs (AWS::SQS::Queue) is not served here: its names and addresses lead nowhere',
      'Bus (AWS::MSK::Cluster) is not served here: its names and addresses lead nowhere',
      'Nested is a nested stack (AWS::CloudFormation::Stack): nothing of it is served here',
      'Own is a custom resource (Custom::Seed): it does not run here, and its attributes lead nowhere',
    ]);
    expect(template.find('It').properties.value).toEqual([
      'not-served-here-Any-Jobs',
      'not-served-here-Any-Jobs-QueueUrl',
      'not-served-here-Any-Nested-Outputs.A',
    ]);
  });

  test('is an error of npm start', () => {
    const Resources = { Own: { Type: 'Custom::Seed' } };
    expect(() => new StackGroup(readAssembly(assemblyOf({ Any: { template: { Resources } } })))).toThrow(
      'Own is an Custom::Seed, which the local stack does not know',
    );
  });
});

describe('the options of latchkey dev', () => {
  test('are those of the app, or of an assembly', () => {
    expect(readDevOptions([])).toEqual({ stacks: [], port: 8787, anonymous: true, help: false });
    expect(
      readDevOptions(['--assembly', 'cdk.out', '--stack', 'A', '--stack', 'B', '--port', '0']),
    ).toMatchObject({
      assemblyDir: 'cdk.out',
      stacks: ['A', 'B'],
      port: 0,
    });
    expect(readDevOptions(['--app', 'node app.js', '--data', 'd', '--no-anonymous'])).toMatchObject({
      app: 'node app.js',
      dataDir: 'd',
      anonymous: false,
    });
  });

  test.each([
    [['--port', 'x'], '--port must be a number'],
    [['--stack', ''], 'an option is empty'],
    [['--app', 'a', '--assembly', 'b'], 'take one of the two'],
    [['--assembly', 'b', '--no-anonymous'], '--no-anonymous changes how the app is synthesized'],
    [['--other'], "Unknown option '--other'"],
    [['word'], 'Unexpected argument'],
  ])('%j is an error of one line', (args, message) => {
    expect(() => readDevOptions(args)).toThrow(message);
    expect(() => readDevOptions(args)).toThrow(/usage: latchkey dev/);
  });
});

describe('the app', () => {
  /** An app that writes what it was given in place of a stack. */
  const APP =
    "require('fs').writeFileSync(process.env.CDK_OUTDIR+'/manifest.json',JSON.stringify([process.env.CDK_DEFAULT_REGION,JSON.parse(process.env.CDK_CONTEXT_JSON)]))";
  const command = `"${process.execPath}" -e "${APP}"`;
  const synthesize = async (cwd: string, { app = appCommand(cwd), anonymous = true } = {}) => {
    const outDir = join(cwd, 'out');
    mkdirSync(outDir, { recursive: true });
    const output = new PassThrough().resume();
    await synthesizeApp({ cwd, outDir, command: app, anonymous, env: process.env, output });
    return JSON.parse(readFileSync(join(outDir, 'manifest.json'), 'utf8'));
  };
  const write = (cwd: string, file: string, value: object) =>
    writeFileSync(join(cwd, file), JSON.stringify(value));

  test('is run as the CDK command line runs it, with the context of both files', async () => {
    const cwd = newFolder();
    write(cwd, 'cdk.json', { app: command, context: { own: 1, looked: 1 } });
    write(cwd, 'cdk.context.json', { looked: 2 });
    expect(await synthesize(cwd)).toEqual([
      'us-east-1',
      { own: 1, looked: 2, 'latchkey:local': true, 'latchkey:anonymous': true },
    ]);
    expect((await synthesize(cwd, { anonymous: false }))[1]).not.toHaveProperty('latchkey:anonymous');
  });

  test('may be named, without a cdk.json', async () => {
    expect((await synthesize(newFolder(), { app: command }))[0]).toBe('us-east-1');
  });

  test.each<[string, object | undefined, string]>([
    ['without one', undefined, 'there is no cdk.json here'],
    ['with a cdk.json that names none', {}, 'cdk.json names no app'],
    ['that fails', { app: 'exit 3' }, 'the app "exit 3" ended with exit code 3'],
    ['that writes nothing', { app: 'true' }, 'the app "true" wrote no cloud assembly'],
  ])('%s is an error of one line', async (_, settings, message) => {
    const cwd = newFolder();
    if (settings !== undefined) write(cwd, 'cdk.json', settings);
    await expect(synthesize(cwd)).rejects.toThrow(message);
  });
});

describe('the introduction', () => {
  const apis = [
    { logicalId: 'Ours', kind: 'REST', url: 'http://localhost:1' },
    { logicalId: 'Theirs', kind: 'HTTP', url: 'http://localhost:2' },
  ] as const;

  test('names APIs, first calls of each Latchkey, and what is not served', () => {
    const metadata = {
      'Latchkey/Auth': {
        try: ['curl $URL/health'],
        anonymous: false,
        outputs: { ApiUrl: 'AuthApiUrl1', ApiId: 'x' },
      },
    };
    const text = introduction({ apis, metadata, outputs: { AuthApiUrl1: 'http://localhost:1' } }, [
      'Jobs is not',
    ]).join('\n');
    expect(text).toContain('Not served here:\n  Jobs is not');
    expect(text).toContain('http://localhost:2  Theirs (HTTP API)');
    expect(text).toContain('URL=http://localhost:1\n  curl http://localhost:1/health');
    expect(text).not.toContain('viewer');
    expect(text).not.toContain('No Latchkey');
  });

  test('says where nothing asks for a credential', () => {
    expect(introduction({ apis, metadata: {}, outputs: {} }, []).join('\n')).toContain(
      'No Latchkey is in what is served',
    );
  });
});

// An app of somebody's own, as `cdk synth` leaves it: their functions in Node and Python, in two stacks.
const fn = (Runtime: string, ZipFile: string, more: object = {}): Resource => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime,
    Handler: 'index.handler',
    Code: { ZipFile },
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    ...more,
  },
});
const permission = (FunctionName: object): Resource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: { FunctionName, Principal: 'apigateway.amazonaws.com', Action: 'lambda:InvokeFunction' },
});
const uri = (id: string) => ({
  'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${id}.Arn}/invocations`,
});
const route = (RouteKey: string, integration: string): Resource => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Http' },
    RouteKey,
    Target: { 'Fn::Sub': `integrations/\${${integration}}` },
    AuthorizationType: 'CUSTOM',
    AuthorizerId: { Ref: 'Authorizer' },
  },
});
const integration = (id: string): Resource => ({
  Type: 'AWS::ApiGatewayV2::Integration',
  Properties: {
    ApiId: { Ref: 'Http' },
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: { 'Fn::GetAtt': [id, 'Arn'] },
    PayloadFormatVersion: '2.0',
  },
});
const API: Template = {
  Resources: {
    Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [] } },
    Odd: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'Role' }],
        PolicyDocument: { Statement: { Effect: 'Allow', NotAction: 's3:*', Resource: '*' } },
      },
    },
    Jobs: { Type: 'AWS::SQS::Queue' },
    Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP', Name: 'theirs' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Http' }, StageName: '$default' },
    },
    Checker: fn(
      'nodejs24.x',
      "exports.handler = async (e) => ({ isAuthorized: e.headers.authorization === 'Bearer good', context: { tenant: 't' } });",
    ),
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Http' },
        AuthorizerType: 'REQUEST',
        AuthorizerPayloadFormatVersion: '2.0',
        EnableSimpleResponses: true,
        AuthorizerResultTtlInSeconds: 0,
        AuthorizerUri: uri('Checker'),
      },
    },
    Node: fn(
      'nodejs22.x',
      'exports.handler = async (e) => ({ by: "node", caller: e.requestContext.authorizer.lambda, table: process.env.TABLE, url: process.env.URL });',
      {
        Environment: {
          Variables: {
            TABLE: { 'Fn::ImportValue': 'Keys' },
            URL: { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] },
            QUEUE: { Ref: 'Jobs' },
          },
        },
      },
    ),
    Python: fn(
      'python3.12',
      [
        'import os, time',
        'print("loaded")',
        'def handler(event, context):',
        '    if event["rawPath"] == "/python/fails": raise ValueError("on purpose")',
        '    if event["rawPath"] == "/python/ends": os._exit(7)',
        '    if event["rawPath"] == "/python/hangs": time.sleep(30)',
        '    body = event["requestContext"]["authorizer"]["lambda"]["tenant"] + " " + context.function_name',
        '    return {"statusCode": 201, "headers": {"x-left": str(context.get_remaining_time_in_millis() > 0)}, "body": body}',
      ].join('\n'),
      { Timeout: 2 },
    ),
    Java: fn('java21', ''),
    ...Object.fromEntries(['Node', 'Python', 'Java'].map((id) => [`${id}Integration`, integration(id)])),
    ...Object.fromEntries(
      ['Node', 'Python', 'Java', 'Checker'].map((id) => [`${id}Permission`, permission({ Ref: id })]),
    ),
    NodeRoute: route('GET /node', 'NodeIntegration'),
    PythonRoute: route('ANY /python/{proxy+}', 'PythonIntegration'),
    JavaRoute: route('GET /java', 'JavaIntegration'),
    Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'rest' } },
    RestMethod: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Rest' },
        ResourceId: { 'Fn::GetAtt': ['Rest', 'RootResourceId'] },
        HttpMethod: 'GET',
        Integration: { Type: 'AWS_PROXY', Uri: uri('Java') },
      },
    },
    RestStage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Rest' }, StageName: 'live' },
    },
  },
  Outputs: {
    RestUrl: { Value: { 'Fn::Sub': 'https://${Rest}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live/' } },
  },
};
const DOOR: Partial<Template> = {
  Resources: {
    Keys: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    },
  },
  Outputs: { Name: { Value: { Ref: 'Keys' }, Export: { Name: 'Keys' } } },
};

/** A table whose stream a function reads, as two stacks of an app have them under the same logical ids. */
const FOLLOWED: Partial<Template> = {
  Resources: {
    Items: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {},
        Policies: [
          {
            PolicyName: 'reads',
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: [
                    'dynamodb:DescribeStream',
                    'dynamodb:GetRecords',
                    'dynamodb:GetShardIterator',
                    'dynamodb:ListStreams',
                  ],
                  Resource: { 'Fn::GetAtt': ['Items', 'StreamArn'] },
                },
              ],
            },
          },
        ],
      },
    },
    Reader: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Environment: { Variables: { OF: { Ref: 'AWS::StackName' } } },
        Code: {
          ZipFile:
            'exports.handler = async ({ Records }) => { for (const { dynamodb } of Records) console.log(`${process.env.OF} read ${dynamodb.Keys.id.S}`); };',
        },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Reader' },
        EventSourceArn: { 'Fn::GetAtt': ['Items', 'StreamArn'] },
        StartingPosition: 'TRIM_HORIZON',
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
  },
};

test('stacks with the same logical ids have rights and stream positions of their own', async () => {
  const dataDir = newFolder();
  const assemblyDir = assemblyOf({ First: { template: FOLLOWED }, Second: { template: FOLLOWED } });
  const said: string[] = [];
  const logged: string[] = [];
  const note = (line: string) => void logged.push(line);
  const log = { info: note, warn: note, error: note };
  const stacks = ['First', 'Second'];
  const unserved = (what: string) => said.push(what);
  for (const round of ['a', 'b']) {
    const stack = await startStack({ assemblyDir, stacks, dataDir, unserved, log });
    try {
      const { dynamodbEndpoint: endpoint, region, credentials } = stack;
      const client = new DynamoDBClient({ endpoint, region, credentials });
      for (const name of stacks)
        await client.send(
          new PutItemCommand({ TableName: `${name}-Items`, Item: { id: { S: `${name} ${round}` } } }),
        );
      client.destroy();
      await stack.idle();
    } finally {
      await stack.stop();
    }
  }
  expect(said).toEqual([]);
  const read = [...logged.join('\n').matchAll(/(\w+) read (\w+ \w)/g)].map(([text]) => text);
  expect(read.sort()).toEqual([
    'First read First a',
    'First read First b',
    'Second read Second a',
    'Second read Second b',
  ]);
});

describe('latchkey dev', () => {
  test('runs somebody’s own app until it is stopped', { timeout: 60_000 }, async () => {
    const assembly = assemblyOf({
      Door: { template: DOOR },
      Api: { template: API, dependencies: ['Door'] },
    });
    const stopping = new AbortController();
    const stdout = new PassThrough();
    let printed = '';
    const ready = new Promise<void>((resolve) => {
      stdout.on('data', (text: Buffer) => {
        printed += text;
        if (printed.includes('Ctrl-C stops it.')) resolve();
      });
    });
    const io = { stdout, stderr: stdout, env: process.env, cwd: newFolder(), signal: stopping.signal };
    const ended = dev(['--assembly', assembly, '--stack', 'Api', '--port', '0'], io);
    await Promise.race([ready, ended.then((code) => Promise.reject(new Error(`${code}: ${printed}`)))]);
    try {
      const urlOf = (logicalId: string) =>
        new RegExp(`(http://\\S+)  ${logicalId} `).exec(printed)?.[1] ?? '';
      const get = async (path: string, key = 'good') => {
        const response = await fetch(`${urlOf('Http')}${path}`, {
          headers: { authorization: `Bearer ${key}` },
        });
        return { status: response.status, text: await response.text(), left: response.headers.get('x-left') };
      };
      expect(printed).toContain('Jobs (AWS::SQS::Queue) is not served here');
      expect(printed).toContain('Java is not run here: its runtime is java21');
      expect(printed).toContain('Odd: NotAction in a policy is not emulated');
      expect(printed).toContain('No Latchkey is in what is served');

      expect(await get('/node', 'bad')).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' });
      const node = await get('/node');
      expect(JSON.parse(node.text)).toEqual({
        by: 'node',
        caller: { tenant: 't' },
        table: 'Door-Keys',
        url: urlOf('Http'),
      });
      expect(await get('/python/a')).toEqual({ status: 201, text: 't Api-Python', left: 'True' });
      expect(await get('/python/fails')).toMatchObject({ status: 500 });
      expect(await get('/python/ends')).toMatchObject({ status: 500 });
      expect(await get('/python/hangs')).toMatchObject({ status: 500 });
      expect(await get('/python/a')).toMatchObject({ status: 201 });
      expect(printed).toContain('Python: loaded');
      expect(printed).toMatch(/Python: .*on purpose/);
      expect(printed).toMatch(/Python: .*Task timed out after 2.00 seconds/);

      expect(await get('/java')).toMatchObject({ status: 502, text: expect.stringContaining('java21') });
      const rest = await fetch(`${urlOf('Rest')}/live/`);
      expect([rest.status, await rest.json()]).toEqual([
        502,
        { message: expect.stringMatching(/^The function Java is not run here: .*java21/) },
      ]);
    } finally {
      stopping.abort();
      expect(await ended).toBe(0);
    }
  });

  test('says in one line what the developer can put right', async () => {
    const stdout = new PassThrough().resume();
    const stderr = new PassThrough();
    const io = { stdout, stderr, env: {}, cwd: newFolder(), signal: AbortSignal.abort() };
    expect(await dev(['--port', '0'], io)).toBe(1);
    expect(String(stderr.read())).toMatch(/^there is no cdk.json here: .*\n$/);
    expect(readdirSync(io.cwd)).toEqual([]);
    expect(await dev(['--help'], io)).toBe(0);
  });
});
