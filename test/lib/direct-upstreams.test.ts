import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { MAX_AUTHORIZER_BYTES } from '../../bench/report.ts';
import file from '../../latchkey.config.ts';
import { parseConfig } from '../../lib/config.ts';
import { functionCode } from '../../lib/function-code.ts';
import { functionSettings } from '../../lib/function-settings.ts';
import { loadSettings } from '../../lib/settings.ts';
import { propertiesOf, stackOf, templateOf } from './synth.ts';

/** Upstreams that API Gateway calls itself, and path rules that are observed: template, configuration and bundle. */

const FAST = { path: '/v1/fast', http: 'https://fast.example/base/', sharesOrigin: true };
const in30Days = new Date(Date.now() + 29 * 86_400_000).toISOString().slice(0, 16);
const OBSERVED = {
  upstream: {
    url: 'https://a.example',
    scopes: [{ path: '/v1/old/*', scope: 'read', observeUntil: `${in30Days}Z` }],
  },
};

// biome-ignore lint/suspicious/noExplicitAny: a method, as CloudFormation takes it.
const direct = (methods: any[]) => methods.filter(({ Integration }) => Integration.Type === 'HTTP_PROXY');

describe('an upstream that API Gateway calls itself', () => {
  it('has the authorizer, a usage key and the mapped assertion on both of its methods, and no function', async () => {
    const template = await templateOf({ config: { upstreams: { fast: { ...FAST, timeoutSeconds: 9 } } } });
    const methods = direct(propertiesOf(template, 'AWS::ApiGateway::Method'));
    expect(methods.map(({ Integration }) => Integration.Uri)).toEqual([
      'https://fast.example/base/v1/fast',
      'https://fast.example/base/v1/fast/{proxy}',
    ]);
    for (const { HttpMethod, AuthorizationType, ApiKeyRequired, AuthorizerId, Integration } of methods) {
      expect([HttpMethod, AuthorizationType, ApiKeyRequired, Integration.IntegrationHttpMethod]).toEqual([
        'ANY',
        'CUSTOM',
        true,
        'ANY',
      ]);
      expect(AuthorizerId).toBeDefined();
      expect(Integration.TimeoutInMillis).toBe(9000);
      expect(Integration.RequestParameters).toMatchObject({
        'integration.request.header.x-latchkey-assertion': 'context.authorizer.assertion',
        'integration.request.header.x-request-id': 'context.authorizer.callId',
        'integration.request.header.x-forwarded-host': 'context.domainName',
      });
    }
    expect(methods[1].Integration.RequestParameters['integration.request.path.proxy']).toBe(
      'method.request.path.proxy',
    );
    const descriptions = propertiesOf(template, 'AWS::Lambda::Function').map(
      ({ Description }) => Description,
    );
    expect(descriptions).not.toContain('Carries calls to the upstream of /v1/fast');
  });

  it('may be the one that everything goes to', async () => {
    const { path: _, ...upstream } = FAST;
    const template = await templateOf({ config: { upstream } });
    expect(
      direct(propertiesOf(template, 'AWS::ApiGateway::Method')).map(({ Integration }) => Integration.Uri),
    ).toEqual(['https://fast.example/base/v1', 'https://fast.example/base/v1/{proxy}']);
  });

  it('lets the authorizer read the secret besides forwarders, and in no other deployment', async () => {
    const readers = async (config: object) =>
      propertiesOf(await templateOf({ config }), 'AWS::Lambda::Function')
        .filter(({ Environment }) => Environment?.Variables.ASSERTION_SECRET_ARN !== undefined)
        .map(({ Description }) => Description);
    const authorizer = 'Decides every request that takes a credential';
    expect(await readers({ upstreams: { fast: FAST } })).toContain(authorizer);
    expect(await readers({})).not.toContain(authorizer);
    expect(await readers(OBSERVED)).not.toContain(authorizer);
  });

  it('says at every synth what is lost', async () => {
    const stack = await stackOf({ config: { upstreams: { fast: FAST } } });
    Annotations.fromStack(stack).hasWarning(
      '*',
      Match.stringLikeRegexp(
        "https://fast.example/base: API Gateway calls it itself.*caller's own credential",
      ),
    );
    Annotations.fromStack(await stackOf()).hasNoWarning('*', Match.stringLikeRegexp('API Gateway calls it'));
  });

  it.each([
    [{ sharesOrigin: false }, 'sharesOrigin: must be true with http'],
    [{ stream: {} }, 'stream: must be null with http: use url to stream'],
    [{ concurrency: 5 }, 'concurrency: must be null with http'],
    [{ canary: { url: 'https://b.example', percent: 5 } }, 'canary: must be there with a url only'],
    [{ url: 'https://a.example' }, 'url: must be there, or privateUrl, or lambda, or http; one of the four'],
    [{ http: 'ftp://a' }, 'http: must be an https:// URL'],
  ])('with %j is refused', (more, message) => {
    expect(() => parseConfig({ ...file, upstreams: { fast: { ...FAST, ...more } } })).toThrow(
      `upstreams.fast.${message}`,
    );
  });

  it('is refused where the contract promises rate limit headers on every answer', async () => {
    await expect(
      loadSettings({ profile: 'memoryrelay', config: { upstreams: { fast: FAST } } }),
    ).rejects.toThrow(
      'upstreams.fast.http: the contract of the profile "memoryrelay" promises rate limit headers',
    );
  });

  it('is refused in production until the doctor has seen that mapped headers replace', async () => {
    const load = (gatewayFacts: object) =>
      loadSettings({ environment: 'production', config: { upstreams: { fast: FAST }, gatewayFacts } });
    await expect(load({})).rejects.toThrow(
      'upstreams.fast.http: in production it takes gatewayFacts.mappedHeaderReplaces',
    );
    await expect(load({ zeroPlanThrottles: true })).rejects.toThrow('mappedHeaderReplaces');
    await expect(load({ mappedHeaderReplaces: true })).resolves.toBeDefined();
  });

  it('is refused where calls would go round in a circle', async () => {
    const domain = {
      name: 'fast.example',
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/a',
    };
    await expect(loadSettings({ config: { domain, upstreams: { fast: FAST } } })).rejects.toThrow(
      'upstreams.fast.http: fast.example is the domain of this API itself',
    );
  });
});

describe('a path rule that is observed', () => {
  it('is said at every synth, by an output for the doctor, and by an alarm', async () => {
    const stack = await stackOf({ config: OBSERVED });
    Annotations.fromStack(stack).hasWarning(
      '*',
      Match.stringLikeRegexp(`let pass to the upstream, unidentified: /v1/old/\\* until ${in30Days}:00Z`),
    );
    const template = await templateOf({ config: OBSERVED });
    expect(template.toJSON().Outputs.Observed.Value).toBe(`/v1/old/* until ${in30Days}:00Z`);
    const alarms = async (config: object) =>
      propertiesOf(await templateOf({ config }), 'AWS::CloudWatch::Alarm').filter((alarm) =>
        JSON.stringify(alarm.AlarmName).includes('observed-calls'),
      );
    expect(await alarms(OBSERVED)).toHaveLength(1);
    expect(await alarms({})).toHaveLength(0);
    expect((await templateOf()).toJSON().Outputs).not.toHaveProperty('Observed');
  });

  const rule = (observeUntil: unknown) => ({
    ...file,
    upstream: { url: 'https://a.example', scopes: [{ path: '/v1/a', scope: 'read', observeUntil }] },
  });
  it.each([
    [
      new Date(Date.now() + 31 * 86_400_000).toISOString().replace(/\.\d+/, ''),
      'must be at most 30 days from now',
    ],
    ['2027-02-31', 'must be a time in UTC such as 2027-01-31T09:00Z'],
    ['2026-13-01T00:00Z', 'must be a time that there is'],
    ['2026-02-31T00:00Z', 'must be a time that there is'],
    ['tomorrow', 'must be a time in UTC'],
    [1_800_000_000, 'must be a time in UTC'],
  ])('until %s is refused', (observeUntil, message) => {
    expect(() => parseConfig(rule(observeUntil) as never)).toThrow(
      `upstream.scopes.0.observeUntil: ${message}`,
    );
  });

  it('that has ended is taken: it is enforced', () => {
    expect(() => parseConfig(rule('2026-01-01T00:00Z') as never)).not.toThrow();
  });

  it.each(['/v1/fast/*', '/v1/fast/a', '/v1/*'])(
    'of %s is refused where API Gateway calls the upstream itself',
    async (path) => {
      const upstream = { url: 'https://a.example', scopes: [{ ...OBSERVED.upstream.scopes[0], path }] };
      await expect(loadSettings({ config: { upstream, upstreams: { fast: FAST } } })).rejects.toThrow(
        'upstream.scopes.0.observeUntil: /v1/fast is called by API Gateway itself (upstreams.fast.http)',
      );
    },
  );

  it('of a row of ours is refused', async () => {
    const upstream = {
      url: 'https://a.example',
      scopes: [{ ...OBSERVED.upstream.scopes[0], path: '/v1/api-keys/*' }],
    };
    await expect(loadSettings({ config: { upstream } })).rejects.toThrow('/v1/api-keys/* can never match');
  });
});

describe('the bundle of the authorizer', () => {
  async function bundled(config: object) {
    const settings = await loadSettings({ config });
    const outDir = await mkdtemp(join(tmpdir(), 'latchkey-direct-'));
    const authorizer = functionCode(settings.profile, 'authorizer', functionSettings(settings), outDir);
    const names = (await readdir(authorizer)).sort();
    const text = (name: string) => readFile(join(authorizer, name), 'utf8');
    expect(Buffer.byteLength(await text('index.mjs'))).toBeLessThanOrEqual(MAX_AUTHORIZER_BYTES);
    return { names, text };
  }

  it('is one module and its settings, and signs nothing, where nothing else is configured', async () => {
    const { names, text } = await bundled({});
    expect(names).toEqual(['index.mjs', 'settings.mjs']);
    expect(await text('index.mjs')).not.toMatch(/latchkey-assertion|observeUntil|secretsmanager/);
  });

  it('has what signs beside it, and only with such an upstream', async () => {
    const { names, text } = await bundled({ upstreams: { fast: FAST } });
    expect(names).toEqual(['direct.mjs', 'index.mjs', 'settings.mjs']);
    expect(await text('index.mjs')).not.toContain('latchkey-assertion+jwt');
    expect(await text('direct.mjs')).toContain('latchkey-assertion+jwt');
    expect(await text('direct.mjs')).not.toMatch(/@aws-sdk|@smithy|smithy\.ts|ZodError/);
  });

  it('has what observes beside it, which signs nothing', async () => {
    const { names, text } = await bundled(OBSERVED);
    expect(names).toEqual(['index.mjs', 'observed.mjs', 'settings.mjs']);
    expect(await text('observed.mjs')).not.toContain('secretsmanager');
  });
});
