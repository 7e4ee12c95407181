// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apisOf, urlsHere } from '../../local/cloudformation/api-urls.ts';
import { type Assembly, readAssembly } from '../../local/cloudformation/assembly.ts';
import { StackGroup } from '../../local/cloudformation/stack-group.ts';
import type { Template } from '../../local/cloudformation/template.ts';
import { StoredValue } from '../../local/data-directory.ts';
import { compileFilters } from '../../local/dynamodb/event-pattern.ts';
import type { MethodDefinition } from '../../local/gateway/api-definition.ts';
import { GatewayFailure } from '../../local/gateway/failure.ts';
import { HttpServer } from '../../local/gateway/http-server.ts';
import { readApis } from '../../local/gateway/read-apis.ts';
import { NO_USAGE_KEYS, UsageKeys } from '../../local/gateway/usage-keys.ts';
import { PlanCounters, UsagePlans } from '../../local/gateway/usage-plans.ts';
import { silent } from '../../local/log.ts';

const templateOf = (template: Partial<Template>, parameters = {}) =>
  new StackGroup([assemblyOf(template)], { parameters });

const assemblyOf = (template: Partial<Template>, stackName = 'Any'): Assembly => ({
  stackName,
  template: { Resources: {}, ...template },
  hasAsset: () => true,
  assetDirectory: (key) => key,
});

/** The template with its APIs reached here. */
const servedAt = (url: string, template: Partial<Template>) => {
  const urls = urlsHere(templateOf(template), { api: () => url, host: () => undefined });
  return new StackGroup([assemblyOf(template)], { urls });
};

/** What a value in a template comes to. */
const evaluated = (value: unknown, template: Partial<Template> = {}) =>
  templateOf({
    ...template,
    Resources: { It: { Type: 'AWS::IAM::Role', Properties: { value } }, ...template.Resources },
  }).find('It').properties.value;

describe('an intrinsic function', () => {
  const Conditions = {
    Yes: { 'Fn::Equals': ['a', 'a'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
  };
  const Resources = {
    Things: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: { 'Fn::Sub': '${AWS::StackName}-t' } } },
  };
  const Mappings = { Sizes: { small: { memory: 128 } } };
  test.each<[string, unknown, unknown]>([
    ['Ref of a resource', { Ref: 'Things' }, 'Any-t'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    [
      'Fn::GetAtt',
      { 'Fn::GetAtt': ['Things', 'Arn'] },
      'arn:aws:dynamodb:us-east-1:000000000000:table/Any-t',
    ],
    [
      'Fn::GetAtt as a text',
      { 'Fn::GetAtt': 'Things.Arn' },
      'arn:aws:dynamodb:us-east-1:000000000000:table/Any-t',
    ],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'Things' }]] }, 'a-Any-t'],
    [
      'Fn::Sub',
      { 'Fn::Sub': 'x${Things}${Things.Arn}${!Things}' },
      'xAny-tarn:aws:dynamodb:us-east-1:000000000000:table/Any-t${Things}',
    ],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': ['${a}${AWS::Partition}', { a: { Ref: 'Things' } }] },
      'Any-taws',
    ],
    ['Fn::Select and Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Things' }] }] }, 't'],
    ['Fn::If that holds', { 'Fn::If': ['Yes', 'a', 'b'] }, 'a'],
    ['Fn::If that does not', { 'Fn::If': ['No', 'a', 'b'] }, 'b'],
    ['Fn::And', { 'Fn::If': ['Both', 'a', 'b'] }, 'b'],
    ['Fn::Or', { 'Fn::If': ['Either', 'a', 'b'] }, 'a'],
    ['AWS::NoValue', [{ Ref: 'AWS::NoValue' }, { a: { Ref: 'AWS::NoValue' }, b: 1 }], [{ b: 1 }]],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 128],
    ['Fn::Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
  ])('%s is evaluated', (_, value, expected) => {
    expect(evaluated(value, { Conditions, Resources, Mappings })).toEqual(expected);
  });

  test('that is not known is an error, not a value', () => {
    expect(() => evaluated({ 'Fn::Transform': {} })).toThrow('Fn::Transform is not supported');
  });
});

describe('a template', () => {
  test('with a type that is not served fails with the resource and its type', () => {
    const Resources = { Bus: { Type: 'AWS::MSK::Cluster' } };
    expect(() => templateOf({ Resources })).toThrow(
      'Bus is an AWS::MSK::Cluster, which the local stack does not know',
    );
  });

  test('may hold what changes nothing on one machine', () => {
    const types = [
      'AWS::IAM::Policy',
      'AWS::Logs::LogGroup',
      'AWS::WAFv2::WebACL',
      'AWS::CDK::Metadata',
      'AWS::SQS::Queue',
    ];
    const Resources = Object.fromEntries(types.map((Type, index) => [`R${index}`, { Type }]));
    expect(() => templateOf({ Resources })).not.toThrow();
  });

  test('does not hold a resource whose condition does not hold', () => {
    const Resources = { Bus: { Type: 'AWS::MSK::Cluster', Condition: 'No' } };
    expect(() => templateOf({ Resources, Conditions: { No: { 'Fn::Equals': ['a', 'b'] } } })).not.toThrow();
  });

  test('takes a parameter’s value, or its default, and needs one of them', () => {
    const Parameters = { Size: { Default: 'small' }, Name: {} };
    const Outputs = { Size: { Value: { Ref: 'Size' } }, Name: { Value: { Ref: 'Name' } } };
    expect(templateOf({ Parameters, Outputs }, { Name: 'n' }).outputs()).toEqual({
      Size: 'small',
      Name: 'n',
    });
    expect(() => templateOf({ Parameters, Outputs }).outputs()).toThrow('the parameter Name has no value');
  });

  test('that refers to nothing names it', () => {
    expect(() => evaluated({ Ref: 'Gone' })).toThrow('Gone');
  });
});

describe('where the API is reached on AWS', () => {
  const Resources = {
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'live' } },
    Name: { Type: 'AWS::ApiGateway::DomainName', Properties: { DomainName: 'api.example.com' } },
  };
  const stage = 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live';
  const local = (text: string) =>
    servedAt('http://127.0.0.1:8787', {
      Resources,
      Outputs: { It: { Value: { 'Fn::Sub': text } } },
    }).outputs().It;

  test.each([
    ['its stage', stage, 'http://127.0.0.1:8787'],
    ['a path of its stage', `${stage}/health`, 'http://127.0.0.1:8787/health'],
    ['its domain', 'https://api.example.com', 'http://127.0.0.1:8787'],
    ['its domain within a text', `'a="https://api.example.com/b"'`, `'a="http://127.0.0.1:8787/b"'`],
  ])('is where it is reached here: %s', (_, text, expected) => {
    expect(local(text)).toBe(expected);
  });

  test.each([
    'https://api.example.com.evil.example',
    'https://apiXexample.com',
    'https://api.example.com-2',
    'https://other.example.com',
    'http://api.example.com',
    'https://a.execute-api.us-east-1.amazonaws.com/live',
  ])('and another’s URL stays: %s', (text) => {
    expect(local(text)).toBe(text);
  });

  test('a longer stage is another', () => {
    expect(local(`${stage}ly`)).toMatch(/^https:.*\/lively$/);
  });

  test('a function is told where it is reached here', () => {
    const Variables = { ISSUER: { 'Fn::Sub': stage } };
    const Fn = { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables } } };
    const template = servedAt('http://127.0.0.1:1', { Resources: { ...Resources, Fn } });
    expect(template.find('Fn').properties.Environment).toEqual({
      Variables: { ISSUER: 'http://127.0.0.1:1' },
    });
  });
});

describe('where several APIs are reached', () => {
  const Resources = {
    Rest: { Type: 'AWS::ApiGateway::RestApi' },
    RestStage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { StageName: 'live', RestApiId: { Ref: 'Rest' } },
    },
    Other: { Type: 'AWS::ApiGateway::RestApi' },
    OtherStage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { StageName: 'live', RestApiId: { Ref: 'Other' } },
    },
    Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
    Name: { Type: 'AWS::ApiGateway::DomainName', Properties: { DomainName: 'rest.example.com' } },
    Base: {
      Type: 'AWS::ApiGateway::BasePathMapping',
      Properties: { DomainName: { Ref: 'Name' }, RestApiId: { Ref: 'Other' }, BasePath: 'other' },
    },
    HttpName: { Type: 'AWS::ApiGatewayV2::DomainName', Properties: { DomainName: 'http.example.com' } },
    ...Object.fromEntries(
      [
        ['$default', undefined],
        ['beta', 'v2'],
      ].map(([Stage, ApiMappingKey]) => [
        `Mapping${ApiMappingKey ?? ''}`,
        {
          Type: 'AWS::ApiGatewayV2::ApiMapping',
          Properties: {
            DomainName: { Ref: 'HttpName' },
            ApiId: { Ref: 'Http' },
            Stage,
            ...(ApiMappingKey === undefined ? {} : { ApiMappingKey }),
          },
        },
      ]),
    ),
  };
  const host = (id: string) => `https://\${${id}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}`;

  test.each([
    ['a stage', `${host('Rest')}/live/health`, 'http://localhost:1/health'],
    ['the same stage of another API', `${host('Other')}/live/`, 'http://localhost:2/'],
    ['an HTTP API', `${host('Http')}/`, 'http://localhost:3/'],
    ['its endpoint', '${Http.ApiEndpoint}', 'http://localhost:3'],
    ['its named stage', `${host('Http')}/beta/a`, 'http://localhost:3/beta/a'],
    ['a domain of the first API', 'https://rest.example.com/a', 'http://localhost:1/a'],
    ['a base path of it', 'https://rest.example.com/other/a', 'http://localhost:2/a'],
    ['a domain of an HTTP API', 'https://http.example.com/a', 'http://localhost:3/a'],
    ['a mapping of it', 'https://http.example.com/v2/a', 'http://localhost:3/beta/a'],
  ])('each has its own: %s', (_, text, expected) => {
    const Outputs = { It: { Value: { 'Fn::Sub': text } } };
    const onAws = templateOf({ Resources });
    const ports = new Map(apisOf(onAws).map(({ ref }, index) => [ref, `http://localhost:${index + 1}`]));
    const urls = urlsHere(onAws, { api: (apiId) => ports.get(apiId), host: () => undefined });
    expect(new StackGroup([assemblyOf({ Resources, Outputs })], { urls }).outputs().It).toBe(expected);
  });
});

describe('a usage plan of two APIs', () => {
  const stageOf = (id: string) => ({ ApiId: { Ref: id }, Stage: 'live' });
  const apiOf = (id: string) => ({
    [id]: { Type: 'AWS::ApiGateway::RestApi' },
    [`${id}Stage`]: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { StageName: 'live', RestApiId: { Ref: id } },
    },
    [`${id}Get`]: {
      Type: 'AWS::ApiGateway::Method',
      Properties: { RestApiId: { Ref: id }, ResourceId: 'root', HttpMethod: 'GET' },
    },
  });
  const template = templateOf({
    Resources: {
      ...apiOf('One'),
      ...apiOf('Two'),
      Plan: {
        Type: 'AWS::ApiGateway::UsagePlan',
        Properties: { ApiStages: [stageOf('One'), stageOf('Two')], Quota: { Limit: 2, Period: 'DAY' } },
      },
      Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: 'v'.repeat(20) } },
      InPlan: {
        Type: 'AWS::ApiGateway::UsagePlanKey',
        Properties: { KeyId: { Ref: 'Key' }, UsagePlanId: { Ref: 'Plan' } },
      },
    },
  });

  test('counts the calls of a key at both of them together', () => {
    const stored = new StoredValue(join(mkdtempSync(join(tmpdir(), 'plans-')), 'keys.json'), NO_USAGE_KEYS);
    const now = () => Date.now();
    const keys = new UsageKeys(template, stored, 0, now);
    const options = { now, zeroPlansThrottle: true, counters: new PlanCounters() };
    const calls = readApis(template).map((api) => {
      const plans = new UsagePlans(template, api, keys, options);
      return () => plans.count(plans.find('v'.repeat(20)), api.methods[0] as MethodDefinition);
    });
    calls[0]?.();
    calls[1]?.();
    expect(calls[0]).toThrow(GatewayFailure);
    expect(calls[1]).toThrow(GatewayFailure);
  });
});

test('another API has the next port that is free', async () => {
  const first = await HttpServer.listen(0, silent, Date.now);
  const port = Number(new URL(first.url).port);
  const second = await HttpServer.listenFrom(port, silent, Date.now);
  expect(Number(new URL(second.url).port)).toBeGreaterThan(port);
  await expect(HttpServer.listen(port, silent, Date.now)).rejects.toThrow(`port ${port} is taken`);
  await Promise.all([first.stop(), second.stop()]);
});

describe('a cloud assembly', () => {
  const assembly = (artifacts: object): string => {
    const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ artifacts }));
    return directory;
  };

  test('that is not there is an error of one line', () => {
    expect(() => readAssembly('/nonexistent')).toThrow(/^cannot read \/nonexistent\/manifest.json: .*$/);
  });

  test('with several stacks names them', () => {
    const stack = { type: 'aws:cloudformation:stack' };
    expect(() => readAssembly(assembly({ One: stack, Two: stack }))).toThrow('it holds: One, Two');
  });
});

describe('a filter of an event source', () => {
  const event = {
    eventName: 'REMOVE',
    userIdentity: { type: 'Service' },
    dynamodb: { Keys: { id: { S: 'KEY#7' } } },
    size: 5,
  };
  test.each<[string, object, boolean]>([
    ['a value', { eventName: ['INSERT', 'REMOVE'] }, true],
    ['another value', { eventName: ['INSERT'] }, false],
    ['a nested field', { userIdentity: { type: ['Service'] } }, true],
    ['a nested field that is not there', { other: { type: ['Service'] } }, false],
    ['all of several fields', { eventName: ['REMOVE'], size: [6] }, false],
    ['a prefix', { dynamodb: { Keys: { id: { S: [{ prefix: 'KEY#' }] } } } }, true],
    ['a suffix', { dynamodb: { Keys: { id: { S: [{ suffix: '#8' }] } } } }, false],
    ['existence', { userIdentity: { type: [{ exists: true }] } }, true],
    ['absence', { userIdentity: { type: [{ exists: false }] } }, false],
    ['anything but', { eventName: [{ 'anything-but': ['INSERT'] }] }, true],
    ['a range', { size: [{ numeric: ['>', 4, '<=', 5] }] }, true],
    ['one of several patterns', { $or: [{ eventName: ['INSERT'] }, { size: [5] }] }, true],
  ])('matches %s', (_, pattern, expected) => {
    expect(compileFilters([JSON.stringify(pattern)])(event)).toBe(expected);
  });

  test('lets everything pass when there is none, and one of several is enough', () => {
    expect(compileFilters([])(event)).toBe(true);
    expect(compileFilters(['{"size":[1]}', '{"size":[5]}'])(event)).toBe(true);
  });

  test('with an operator that is not emulated is an error', () => {
    expect(() => compileFilters(['{"a":[{"cidr":"10.0.0.0/8"}]}'])).toThrow('"cidr" is not emulated');
  });
});
