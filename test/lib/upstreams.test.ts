import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
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
    const ten = Object.fromEntries(Array.from('abcdefghij', (name) => [name, at(`/${name}`)]));
    const all = reserved(await templateOf({ environment: 'production', config: { upstreams: ten } }));
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
