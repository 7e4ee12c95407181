import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import file from '../../latchkey.config.ts';
import { parseConfig } from '../../lib/config.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import { requireFreePaths } from '../../lib/upstream-paths.ts';
import { propertiesOf, templateOf } from './synth.ts';

const reserved = (template: Template): Record<string, number> =>
  Object.fromEntries(
    propertiesOf(template, 'AWS::Lambda::Function').flatMap(
      ({ Description, ReservedConcurrentExecutions: instances }) =>
        instances === undefined ? [] : [[Description, instances]],
    ),
  );

describe('upstreams', () => {
  const at = (path: string, more = {}) => ({ path, url: 'https://a.example', ...more });

  it('have a function and a ceiling each, which leave room in an account of 1,000', async () => {
    const config = {
      upstream: { url: 'https://a.example' },
      upstreams: {
        search: at('/v1/search', { concurrency: 7 }),
        mcp: at('/mcp'),
        free: at('/v1/free', { concurrency: null }),
      },
    };
    const template = await templateOf({ environment: 'production', config });
    expect(reserved(template)).toMatchObject({
      'Carries calls to the upstream': 400,
      'Carries calls to the upstream of /v1/search': 7,
      'Carries calls to the upstream of /mcp': 66,
    });
    expect(reserved(template)).not.toHaveProperty('Carries calls to the upstream of /v1/free');
    const most = Object.fromEntries(Array.from('abcde', (name) => [name, at(`/${name}`)]));
    const all = reserved(await templateOf({ environment: 'production', config: { upstreams: most } }));
    expect(Object.values(all).reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(900 - 400);
    expect(reserved(await templateOf({ config }))).toEqual({});
  });

  it('that stream have a function that is invoked so, and runs no longer than API Gateway waits', async () => {
    const upstreams = {
      events: at('/v1/events', { stream: {} }),
      long: at('/v1/long', { stream: { maxStreamSeconds: 900 } }),
      plain: at('/v1/plain'),
    };
    const template = await templateOf({ config: { upstreams } });
    const timeouts = Object.fromEntries(
      propertiesOf(template, 'AWS::Lambda::Function').map(({ Description, Timeout }) => [
        Description,
        Timeout,
      ]),
    );
    expect(timeouts).toMatchObject({
      'Streams answers of the upstream of /v1/events': 88,
      'Streams answers of the upstream of /v1/long': 899,
      'Carries calls to the upstream of /v1/plain': 28,
    });
    const streams = propertiesOf(template, 'AWS::ApiGateway::Method').filter(
      ({ Integration }) => Integration.ResponseTransferMode === 'STREAM',
    );
    // ANY on the root and below it, of two upstreams.
    expect(streams.map(({ Integration }) => Integration.TimeoutInMillis).sort()).toEqual([
      89_000, 89_000, 900_000, 900_000,
    ]);
    for (const { Integration, AuthorizationType, ApiKeyRequired } of streams) {
      expect(JSON.stringify(Integration.Uri)).toContain('/response-streaming-invocations');
      expect([AuthorizationType, ApiKeyRequired]).toEqual(['CUSTOM', true]);
    }
  });

  const VPC = { subnetIds: ['subnet-0a1b2c3d'], securityGroupIds: ['sg-0a1b2c3d'] };
  const ARN = 'arn:aws:lambda:us-east-1:111122223333:function:theirs:live';

  it('in a network have a forwarder there, which alone may make interfaces', async () => {
    const template = await templateOf({
      config: {
        upstreams: { inside: { path: '/v1/inside', privateUrl: 'http://10.0.0.7:8080/', vpc: VPC } },
      },
    });
    const inside = propertiesOf(template, 'AWS::Lambda::Function').filter(
      ({ VpcConfig }) => VpcConfig !== undefined,
    );
    expect(inside.map(({ Description, VpcConfig }) => [Description, VpcConfig])).toEqual([
      [
        'Carries calls to the upstream of /v1/inside',
        { SubnetIds: VPC.subnetIds, SecurityGroupIds: VPC.securityGroupIds },
      ],
    ]);
    const granting = propertiesOf(template, 'AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy).includes('ec2:CreateNetworkInterface'),
    );
    expect(granting).toHaveLength(1);
    expect(
      deploymentOf(await loadSettings({ config: { upstream: { privateUrl: 'http://10.0.0.7/', vpc: VPC } } }))
        .upstreams[0]?.target,
    ).toEqual({ kind: 'url', url: 'http://10.0.0.7' });
  });

  it('that are functions may be invoked by their forwarder alone, and no other function', async () => {
    const template = await templateOf({ config: { upstreams: { fn: { path: '/v1/fn', lambda: ARN } } } });
    const granting = propertiesOf(template, 'AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy).includes(ARN),
    );
    expect(granting).toHaveLength(1);
    expect(granting[0].PolicyDocument.Statement).toContainEqual({
      Action: 'lambda:InvokeFunction',
      Effect: 'Allow',
      Resource: ARN,
    });
  });

  it.each([
    [{}, 'url: must be there, or privateUrl, or lambda, or http; one of the four'],
    [
      { url: 'https://a.example', lambda: ARN },
      'url: must be there, or privateUrl, or lambda, or http; one of the four',
    ],
    [{ privateUrl: 'http://10.0.0.7' }, 'vpc: must be there with a privateUrl, and with no other'],
    [{ url: 'https://a.example', vpc: VPC }, 'vpc: must be there with a privateUrl, and with no other'],
    [{ lambda: ARN, stream: {} }, 'stream: must be null: answers of a function are not streamed'],
    [
      { lambda: 'theirs' },
      'lambda: must be the ARN of a function in Lambda, with or without a version or an alias',
    ],
    [
      { privateUrl: 'ftp://a', vpc: VPC },
      'privateUrl: must be an http:// or https:// URL without credentials or a query',
    ],
    [
      { privateUrl: 'http://10.0.0.7', vpc: { ...VPC, subnetIds: ['one'] } },
      'vpc.subnetIds.0: must be the id of a subnet, such as subnet-0a1b2c3d',
    ],
  ])('with %j are refused', (fields, message) => {
    const upstreams = { mine: { path: '/v1/mine', ...fields } };
    expect(() => parseConfig({ ...file, upstreams })).toThrow(`upstreams.mine.${message}`);
  });

  it.each([
    ['/v1', 'everything below /v1 goes to upstream; set upstream instead'],
    ['/v1/users', '/v1/users is served by Latchkey itself; choose another path'],
    ['/v1/api-keys/things', '/v1/api-keys is served by Latchkey itself; choose another path'],
    ['/.well-known', '/.well-known/jwks.json is served by Latchkey itself; choose another path'],
  ])('cannot have the path %s', async (path, message) => {
    const settings = await loadSettings({ config: { upstreams: { mine: at(path) } } });
    const { upstreams } = deploymentOf(settings);
    const rows = apiRows(routes, settings.profile, upstreams);
    expect(() => requireFreePaths(rows, upstreams, settings.profile)).toThrow(
      `upstreams.mine.path: ${message}`,
    );
  });
});
