import { describe, expect, it } from 'vitest';
import file from '../../latchkey.config.ts';
import { ConfigError, type ConfigInput, defineConfig, parseConfig } from '../../lib/config.ts';
import { allProfiles } from '../../lib/profiles.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';
import withDomain from '../support/domain.json' with { type: 'json' };

/** The lines of the error that a configuration gets. */
function faults(change: object): string[] {
  try {
    defineConfig({ ...file, ...change } as ConfigInput);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const free = file.tiers.free;
const { domain } = withDomain;
const provider = {
  issuer: 'https://login.example.com',
  audiences: ['api://latchkey'],
  tenantId: 'tenant-1',
  role: 'viewer',
  createUsers: true,
} as const;
const signIn = { id: 'okta', label: 'Okta', clientId: 'c', domains: ['example.com'] };
const signedIn = (name: string, change: object = {}) => ({
  ...provider,
  issuer: `https://${name}.example.com`,
  signIn: { ...signIn, ...change },
});
const withProvider = (change: object) => ({ identityProviders: [{ ...provider, ...change }] });

describe('each fault of a configuration is one line with the field and what is allowed', () => {
  it.each([
    ['an unknown field', { upsteam: null }, /^upsteam: unknown field; known are name, profile, .*upstream/],
    [
      'an unknown field of a tier',
      { tiers: { free: { ...free, rps: 1 } } },
      /^tiers\.free\.rps: unknown field; known are rate/,
    ],
    ['a missing field', { profile: undefined }, /^profile: must be the name of a profile$/],
    [
      'a reservation of nothing',
      { reservedConcurrency: { authorizer: 0 } },
      /^reservedConcurrency\.authorizer: must be a whole number from 1 to 10000; raise it to 1 or more$/,
    ],
    [
      'a reservation for a function that has none',
      { reservedConcurrency: { forwarder: 5 } },
      /^reservedConcurrency\.forwarder: unknown field; known are authorizer, accounts, people$/,
    ],
    [
      'more started instances than the function may have',
      { reservedConcurrency: { accounts: 10 }, provisionedConcurrency: { accounts: 11 } },
      /^provisionedConcurrency\.accounts: must be at most 10, which is what reservedConcurrency lets the function have$/,
    ],
    [
      'more of them than it may have in production',
      { environment: 'production', provisionedConcurrency: { authorizer: 201 } },
      /^provisionedConcurrency\.authorizer: must be at most 200,/,
    ],
    [
      'started instances of a function that nobody waits for',
      { provisionedConcurrency: { mailer: 1 } },
      /^provisionedConcurrency\.mailer: unknown field; known are authorizer, accounts, management, people, public, tokens$/,
    ],
    [
      'a collector that is called without TLS',
      { traces: { otlpUrl: 'http://collector.example.com' } },
      /^traces\.otlpUrl: must be an https:/,
    ],
    [
      'a share of more than all',
      { traces: { otlpUrl: 'http://localhost:4318', share: 5 } },
      /^traces\.share: must be a number from 0 to 1: the part of all requests that is recorded$/,
    ],
    [
      'a layer without a version',
      {
        traces: {
          otlpUrl: 'http://localhost:4318',
          collectorLayerArn: 'arn:aws:lambda:eu-central-1:123456789012:layer:otel',
        },
      },
      /^traces\.collectorLayerArn: must be the ARN of a layer's version/,
    ],
    ['traces that go nowhere', { traces: { share: 0.1 } }, /^traces\.otlpUrl: must be an https:/],
    [
      'a former URL that is none',
      { tokens: { previousIssuers: ['old.example.com'] } },
      /^tokens\.previousIssuers\.0: must be an https:/,
    ],
    [
      'a domain that half answers at its stage',
      { domain: { ...domain, alsoServeStageUrl: 'yes' } },
      /^domain\.alsoServeStageUrl: must be true or false$/,
    ],
    [
      'a key of KMS by its alias',
      { kmsKeyArn: 'arn:aws:kms:eu-central-1:111122223333:alias/mine' },
      /^kmsKeyArn: must be the ARN of a key in KMS, or null for AWS's own keys$/,
    ],
    [
      'headers that are neither there nor not',
      { gatewayContextHeaders: null },
      /^gatewayContextHeaders: must be true or false$/,
    ],
    ['challenges of a third kind', { challenges: 'off' }, /^challenges: must be one of static, context$/],
    [
      'challenges from a context that headers do not come from',
      { challenges: 'context', gatewayContextHeaders: false },
      /^challenges: must be static where gatewayContextHeaders is false/,
    ],
    [
      'an upstream that waits longer than API Gateway',
      { upstream: { url: 'https://a.example', timeoutSeconds: 28 } },
      /^upstream\.timeoutSeconds: must be a whole number from 1 to 27; lower it to 27 or less$/,
    ],
    [
      'an upstream with a wrong name',
      { upstreams: { 'my-search': { path: '/v1/a', url: 'https://a.example' } } },
      /^upstreams\.my-search: must be named with small letters and digits$/,
    ],
    [
      'an upstream with a pattern for a path',
      { upstreams: { search: { path: '/v1/a/*', url: 'https://a.example' } } },
      /^upstreams\.search\.path: must be a path such as \/v1\/search/,
    ],
    [
      'two upstreams of one path',
      {
        upstreams: {
          a: { path: '/v1/a', url: 'https://a.example' },
          b: { path: '/v1/a', url: 'https://b.example' },
        },
      },
      /^upstreams: must have each path once$/,
    ],
    ['a wrong type', { anonymous: 'yes' }, /^anonymous: must be true or false$/],
    ['a wrong choice', { environment: 'staging' }, /^environment: must be one of development, production$/],
    ['a stage that URLs cannot have', { stage: 'v1/live' }, /^stage: must be letters, digits, - and _$/],
    [
      'a rate of zero',
      { tiers: { free: { ...free, rate: 0 } } },
      /^tiers\.free\.rate: must be a whole number from 1 to 10000 .*; raise it to 1 or more$/,
    ],
    [
      'a negative limit',
      { tiers: { free: { ...free, keyRequestsPerMinute: -100 } } },
      /^tiers\.free\.keyRequestsPerMinute: must be a whole number from 1 to 1000000; raise it to 1 or more$/,
    ],
    [
      'a limit that is no number',
      { tiers: { free: { ...free, rate: '10' } } },
      /^tiers\.free\.rate: must be a whole number from 1 to 10000 requests a second, which is all of an account in a Region$/,
    ],
    [
      'an endless limit',
      { tiers: { free: { ...free, burst: Number.POSITIVE_INFINITY } } },
      /^tiers\.free\.burst: .*; lower it to 5000 or less$/,
    ],
    [
      'a quota above what is taken',
      { tiers: { free: { ...free, monthlyQuota: 2_000_000_000 } } },
      /^tiers\.free\.monthlyQuota: .* or null for no quota; lower it to 1000000000 or less$/,
    ],
    [
      'more tiers than there are plans for',
      {
        tiers: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`t${index}`, free])),
        initialTier: 't0',
      },
      /^tiers: must have at most 20 tiers, .*; remove some$/,
    ],
    [
      'a fractional limit',
      { tiers: { free: { ...free, keys: 1.5 } } },
      /^tiers\.free\.keys: must be a whole number from 1 to 100000; round it to 2$/,
    ],
    [
      'a rate above the account',
      { tiers: { free: { ...free, rate: 10_001 } } },
      /^tiers\.free\.rate: .*; lower it to 10000 or less$/,
    ],
    [
      'a burst above the account',
      { tiers: { free: { ...free, burst: 5_001 } } },
      /^tiers\.free\.burst: .*; lower it to 5000 or less$/,
    ],
    [
      'a burst that undercuts a key',
      { tiers: { free: { ...free, burst: 199 } } },
      /^tiers\.free\.burst: must be at least twice keyRequestsPerMinute, .*; raise it to 200 or more$/,
    ],
    [
      'a rate that undercuts ten keys',
      { tiers: { free: { ...free, rate: 16, keys: 100 } } },
      /^tiers\.free\.rate: must carry 10 keys that use up keyRequestsPerMinute; raise it to 17 or more$/,
    ],
    [
      'a rate that undercuts the only key',
      { tiers: { free: { ...free, rate: 1, keys: 1 } } },
      /^tiers\.free\.rate: must carry 1 key that uses up keyRequestsPerMinute; raise it to 2 or more$/,
    ],
    [
      'a key that no plan could carry in a burst',
      { tiers: { free: { ...free, rate: 1000, burst: 5000, keyRequestsPerMinute: 2501 } } },
      /^tiers\.free\.keyRequestsPerMinute: .* 5000 requests at once; lower it to 2500 or less$/,
    ],
    [
      'a sandbox that undercuts a test key',
      { sandbox: { ...file.sandbox, burst: 199 } },
      /^sandbox\.burst: .*; raise it to 200 or more$/,
    ],
    ['no tier', { tiers: {} }, /^tiers: must have at least one tier$/],
    [
      'a tier with the name of our own plan',
      { tiers: { free, exhausted: free } },
      /^tiers\.exhausted: must be /,
    ],
    [
      'a tier with the name of the plan of test keys',
      { tiers: { free, sandbox: free } },
      /^tiers\.sandbox: must be .* not exhausted or sandbox$/,
    ],
    ['no sandbox', { sandbox: undefined }, /^sandbox: must be an object with rate, burst, monthlyQuota, key/],
    [
      'keys of tenants beyond the account',
      { usageKeys: { max: 10_000 } },
      /^usageKeys\.max: must be a whole number from 0 to 9900; lower it to 9900 or less$/,
    ],
    [
      'a key that goes while authorizers still name it',
      { usageKeys: { retireSeconds: 2 } },
      /^usageKeys\.retireSeconds: .*; raise it to 5 or more$/,
    ],
    [
      'an initial tier that is none',
      { initialTier: 'gold' },
      /^initialTier: must be one of the tiers: free, pro, enterprise$/,
    ],
    [
      'an upstream without encryption',
      { upstream: { url: 'http://api.example.com' } },
      /^upstream\.url: must be an https:/,
    ],
    [
      'a local upstream in disguise',
      { upstream: { url: 'http://localhost.example.com' } },
      /^upstream\.url: /,
    ],
    ['an upstream with a query', { upstream: { url: 'https://api.example.com/?a=1' } }, /^upstream\.url: /],
    [
      'an upstream with a password',
      { upstream: { url: 'https://me:secret@api.example.com' } },
      /^upstream\.url: /,
    ],
    [
      'a provider without audience',
      withProvider({ audiences: [] }),
      /^identityProviders\.0\.audiences: must be a list of at least one audience, or signIn must say how people sign in$/,
    ],
    [
      'a sign-in with a provider that would give no ID token',
      withProvider({ signIn: { ...signIn, scopes: ['email'] } }),
      /^identityProviders\.0\.signIn\.scopes: must have openid/,
    ],
    [
      'a sign-in with a provider whose name is no part of a path',
      withProvider({ signIn: { ...signIn, id: 'Okta/../x' } }),
      /^identityProviders\.0\.signIn\.id: must be 1 to 32 small letters, digits and hyphens/,
    ],
    [
      'a domain of a provider that is none',
      withProvider({ signIn: { ...signIn, domains: ['@Example.com'] } }),
      /^identityProviders\.0\.signIn\.domains\.0: must be a domain in small letters/,
    ],
    [
      'two providers with one name',
      { identityProviders: [signedIn('a', { domains: [] }), signedIn('b')] },
      /^identityProviders: must have each signIn\.id once$/,
    ],
    [
      'two providers for one domain',
      { identityProviders: [signedIn('a', { id: 'a' }), signedIn('b')] },
      /^identityProviders: must have each of signIn\.domains once/,
    ],
    [
      'a provider without encryption',
      withProvider({ issuer: 'http://login.example.com' }),
      /^identityProviders\.0\.issuer: must be an https:/,
    ],
    [
      'keys without encryption',
      withProvider({ jwksUrl: 'http://login.example.com/keys' }),
      /^identityProviders\.0\.jwksUrl: must be an https:/,
    ],
    [
      'a provider of operators',
      withProvider({ tenantId: 'operators' }),
      /^identityProviders\.0\.tenantId: must not be operators: no identity provider leads to/,
    ],
    [
      'a provider of no tenant',
      withProvider({ tenantId: null }),
      /^identityProviders\.0\.tenantId: must be the id of a tenant, or tenantClaim/,
    ],
    [
      'a provider of a tenant by two ways',
      withProvider({ tenantClaim: { claim: 'org' } }),
      /^identityProviders\.0\.tenantId: .* one of the two$/,
    ],
    [
      'a provider that gives no role',
      withProvider({ role: null }),
      /^identityProviders\.0\.role: must be the name of a role, or roleClaim/,
    ],
    [
      'a role that cannot be one',
      withProvider({ roleClaim: { claim: 'groups', values: { a: '0wner' } } }),
      /^identityProviders\.0\.roleClaim\.values\.a: must be the name of a role: a letter, /,
    ],
    [
      'a provider by which nobody comes in',
      withProvider({ createUsers: false }),
      /^identityProviders\.0\.createUsers: must be true, or linkByEmail/,
    ],
    [
      'a claim rule without values',
      withProvider({ claims: { azp: [] } }),
      /^identityProviders\.0\.claims\.azp: must be a list of at least one value$/,
    ],
    [
      'a field that a provider has not',
      withProvider({ secret: 'x' }),
      /^identityProviders\.0\.secret: unknown field; known are issuer, /,
    ],
    [
      'a provider twice',
      { identityProviders: [provider, provider] },
      /^identityProviders: must have each issuer once$/,
    ],
    [
      'a path without a scope',
      { upstream: { url: 'https://a.example', scopes: [{ path: '/a', scope: null }] } },
      /^upstream\.scopes\.0\.scope: must be the name of a scope/,
    ],
    [
      'a path with several scopes',
      { upstream: { url: 'https://a.example', scopes: [{ path: '/a', scope: 'read write' }] } },
      /^upstream\.scopes\.0\.scope: must be the name of a scope/,
    ],
    ['a method without a scope', { methodScopes: { GET: null } }, /^methodScopes\.GET: must be the name of/],
    [
      'an area without a scope',
      { areaScopes: { keys: '' } },
      /^areaScopes\.keys: must be the name of a scope/,
    ],
    [
      'an area that there is not',
      { areaScopes: { all: 'read' } },
      /^areaScopes\.all: unknown field; known are /,
    ],
    [
      'a scope with a name that JavaScript has taken',
      { scopes: [{ name: '__proto__', description: 'x' }] },
      /^scopes\.0\.name: must be the name of a scope/,
    ],
    [
      'a scope with a quotation mark',
      { scopes: [{ name: 'a"b', description: 'x' }] },
      /^scopes\.0\.name: must be the name of a scope/,
    ],
    [
      'a scope of 65 characters',
      { scopes: [{ name: 'a'.repeat(65), description: 'x' }] },
      /^scopes\.0\.name: must be the name of a scope: 1 to 64/,
    ],
    ['a scope without a description', { scopes: [{ name: 'a' }] }, /^scopes\.0\.description: must be a text/],
    [
      'a scope twice',
      { scopes: [1, 2].map(() => ({ name: 'a', description: 'x' })) },
      /^scopes: must have each name once$/,
    ],
    [
      '65 scopes',
      { scopes: Array.from({ length: 65 }, (_, index) => ({ name: `s${index}`, description: 'x' })) },
      /^scopes: must be at most 64 scopes$/,
    ],
    ['no scope', { scopes: [] }, /^scopes: must be a list of at least one scope$/],
    [
      'a role without scopes',
      { roles: { owner: { scopes: [] } } },
      /^roles\.owner\.scopes: must be a list of at/,
    ],
    [
      'a role that begins with a digit',
      { roles: { '1': { scopes: ['read'] } } },
      /^roles\.1: must be the name of a role/,
    ],
    [
      'a domain without a certificate',
      { domain: { name: 'api.example.com' } },
      /^domain\.certificateArn: there is a domain without a certificate; .*, or set domain to null$/,
    ],
    [
      'a certificate that is none',
      { domain: { ...domain, certificateArn: 'arn:aws:iam::123456789012:server-certificate/x' } },
      /^domain\.certificateArn: must be the ARN of a certificate in ACM, or null where another stack has made the domain$/,
    ],
    ...[
      '',
      '/auth',
      'auth/',
      'auth//v1',
      '/',
      '.',
      '..',
      'auth/..',
      'auth/../v1',
      '.well-known/auth',
      'auth.',
      'auth./v1',
      'ping',
      'sping',
      'ping/auth',
      'a b',
      'auth%2fv1',
      'ä',
      'auth?x',
      '$auth',
      '{auth}',
      'a'.repeat(301),
    ].map((basePath): [string, object, RegExp] => [
      `the path ${JSON.stringify(basePath)} of a domain`,
      { domain: { ...domain, basePath } },
      /^domain\.basePath: must be a path such as auth or auth\/v1, without slashes at its ends: .*; or null for the root of the host$/,
    ]),
    [
      'the records of a domain that another stack has made',
      { domain: { ...domain, certificateArn: null } },
      /^domain\.hostedZone: the stack that has made the domain makes its records too; set hostedZone to null$/,
    ],
    [
      'the paths of standards where they are anyway',
      { domain: { ...domain, wellKnown: true } },
      /^domain\.wellKnown: at the root of the host they are there anyway; leave it out, or name a basePath$/,
    ],
    [
      'a domain with its scheme',
      { domain: { ...domain, name: 'https://api.example.com' } },
      /^domain\.name: must be a host name in small letters, such as api\.example\.com$/,
    ],
    ['a domain for all names', { domain: { ...domain, name: '*.example.com' } }, /^domain\.name: must be/],
    ['a domain in capitals', { domain: { ...domain, name: 'API.example.com' } }, /^domain\.name: must be/],
    [
      'an address as a domain',
      { domain: { ...domain, name: '192.0.2.7', hostedZone: null } },
      /^domain\.name: must be/,
    ],
    [
      'a zone of another name',
      { domain: { ...domain, hostedZone: { ...domain.hostedZone, name: 'ample.com' } } },
      /^domain\.hostedZone\.name: the zone ample\.com cannot hold the domain api\.example\.com; /,
    ],
    [
      'a zone without its name',
      { domain: { ...domain, hostedZone: { id: 'Z0123456789ABC' } } },
      /^domain\.hostedZone\.name: must be the name of a zone/,
    ],
    [
      'a zone by its path',
      { domain: { ...domain, hostedZone: { ...domain.hostedZone, id: '/hostedzone/Z0123456789ABC' } } },
      /^domain\.hostedZone\.id: must be the id of a hosted zone/,
    ],
    [
      'a retention that CloudWatch has not',
      { logRetentionDays: 31 },
      /^logRetentionDays: must be one of 1, 3, 5/,
    ],
    [
      'an origin with a path',
      { cors: { allowedOrigins: ['https://a.example/'] } },
      /^cors\.allowedOrigins\.0: must be \* or an origin/,
    ],
    [
      'all origins beside one',
      { cors: { allowedOrigins: ['*', 'https://a.example'] } },
      /^cors\.allowedOrigins: must have \* alone, or origins without it$/,
    ],
    ['no origin', { cors: { allowedOrigins: [] } }, /^cors\.allowedOrigins: must be a list of at least one/],
    [
      'the field of one origin that there was',
      { cors: { allowedOrigins: ['*'], allowedOrigin: '*' } },
      /^cors\.allowedOrigin: is now allowedOrigins, a list: write allowedOrigins: /,
    ],
    [
      'a header that is none',
      { cors: { allowedOrigins: ['*'], allowedHeaders: ['a b'] } },
      /^cors\.allowedHeaders\.0: must be the name of a header$/,
    ],
    [
      'preflights that are kept for longer than a day',
      { cors: { allowedOrigins: ['*'], maxAge: 86_401 } },
      /^cors\.maxAge: must be a whole number from 0 to 86400; lower it/,
    ],
  ])('%s', (_, change, line) => {
    expect(faults(change)).toEqual([expect.stringMatching(line)]);
  });

  it('and several faults are several lines', () => {
    expect(faults({ rotationDays: 0, environment: 1, extra: true })).toHaveLength(3);
  });
});

describe('a right configuration', () => {
  it('is the one in the repository, with the published 100 requests a minute for a key', () => {
    expect(parseConfig(file).tiers.free?.keyRequestsPerMinute).toBe(100);
  });

  it('may have a plan that just carries its keys', () => {
    const tier = { ...free, rate: 17, burst: 200, keyRequestsPerMinute: 100, keys: 10 };
    expect(parseConfig({ ...file, tiers: { free: tier } }).tiers).toEqual({ free: tier });
  });

  it('as shipped, carries twice what a session may send in a minute as well', () => {
    for (const { burst, sessionRequestsPerMinute } of Object.values(parseConfig(file).tiers))
      expect(burst).toBeGreaterThanOrEqual(2 * sessionRequestsPerMinute);
  });

  it.each([
    'https://api.example.com',
    'https://api.example.com/v2/',
    'http://localhost:3000',
    'http://127.0.0.1:80/a',
  ])('may have the upstream %s, of which it keeps no trailing slash', (url) => {
    const { upstream } = parseConfig({ ...file, upstream: { url } });
    expect(upstream).toMatchObject({ url: url.replace(/\/$/, ''), timeoutSeconds: 27, sharesOrigin: false });
  });
});

describe('overrides of the command line', () => {
  it('win over the file, the named ones over the JSON', async () => {
    const overrides = { environment: 'production', config: '{"environment":"development","stage":"beta"}' };
    const { config } = await loadSettings(overrides);
    expect(config).toMatchObject({ environment: 'production', stage: 'beta' });
  });

  it('are checked as the file is', async () => {
    await expect(loadSettings({ config: '{"rotationDays":-1}' })).rejects.toThrow(/^rotationDays: must be/);
    await expect(loadSettings({ config: '[1' })).rejects.toThrow(
      'config: the override must be a JSON object, on one line; for more lines put it into a file and write -c config=@FILE',
    );
    await expect(loadSettings({ environment: 'test' })).rejects.toThrow(/^environment: must be one of/);
  });

  it('name a profile that exists, or get the list of those that do', async () => {
    await expect(loadSettings({ profile: 'nope' })).rejects.toThrow(
      /^profile: there is no profile "nope"; known are default, .*memgraph/,
    );
    await expect(loadSettings({ profile: '../lib/config' })).rejects.toThrow(/^profile: must be/);
  });
});

describe('profiles', () => {
  it('are named as their files, which is how bundles find them', async () => {
    for (const { name } of allProfiles()) {
      expect((await import(`../../profiles/${name}.ts`)).profile.name).toBe(name);
    }
  });
});

describe('calls without a credential', () => {
  it('are let in where the profile allows it, in development', async () => {
    const settings = await loadSettings({ profile: 'memgraph', config: '{"anonymous":true}' });
    expect(deploymentOf(settings).anonymous).toBe(true);
  });

  it.each([
    ['are let in by npm start where the profile allows it', { profile: 'memgraph', anonymous: true }, true],
    ['are refused by npm start where the profile knows none', { profile: 'default', anonymous: true }, false],
    [
      'are refused by npm start of a production environment',
      { profile: 'memgraph', anonymous: true, environment: 'production' },
      false,
    ],
    [
      'are refused by npm start where the file says so',
      { profile: 'memgraph', anonymous: true, config: '{"anonymous":false}' },
      false,
    ],
    ['are refused unless something says otherwise', { profile: 'memgraph' }, false],
  ])('%s', async (_, overrides, expected) => {
    expect(deploymentOf(await loadSettings(overrides)).anonymous).toBe(expected);
  });

  it('cannot be configured outside development', async () => {
    const overrides = { profile: 'memgraph', environment: 'production', config: '{"anonymous":true}' };
    await expect(loadSettings(overrides)).rejects.toThrow(
      /^anonymous: .*development.*; set anonymous to false$/,
    );
  });

  it('cannot be configured with a profile that knows none', async () => {
    await expect(loadSettings({ profile: 'default', config: '{"anonymous":true}' })).rejects.toThrow(
      /^anonymous: the profile "default" takes a credential for every call; set anonymous to false$/,
    );
  });
});

describe('a domain', () => {
  it('may do without a zone, where DNS is elsewhere', () => {
    const { hostedZone: _, ...elsewhere } = domain;
    expect(parseConfig({ ...file, domain: elsewhere }).domain?.hostedZone).toBeNull();
  });

  it('cannot be its own upstream', async () => {
    const upstream = { url: 'https://api.example.com/internal' };
    await expect(loadSettings({ config: { ...withDomain, upstream } })).rejects.toThrow(
      /^upstream\.url: api\.example\.com is the domain of this API itself, .*; name the API behind it$/,
    );
    const other = { url: 'https://internal.example.com' };
    await expect(loadSettings({ config: { ...withDomain, upstream: other } })).resolves.toBeDefined();
  });

  it.each(['auth', 'auth/v1', 'Auth_2/v1.2-beta', 'pinger', 'a'.repeat(300)])(
    'has the API below %s',
    async (basePath) => {
      const { config } = await loadSettings({ config: { domain: { ...domain, basePath } } });
      expect(config.domain?.basePath).toBe(basePath);
    },
  );

  it.each(['v1', 'v1/auth', 'health', 'console'])(
    'has no path that begins as one of the API does, which could be read as two: %s',
    async (basePath) => {
      await expect(loadSettings({ config: { domain: { ...domain, basePath } } })).rejects.toThrow(
        new RegExp(`^domain\\.basePath: the API has paths that begin so itself, such as /${basePath}`),
      );
    },
  );

  it('has upstreams at the same host, beside the path', async () => {
    const at = (url: string) =>
      loadSettings({ config: { domain: { ...domain, basePath: 'auth' }, upstream: { url } } });
    await expect(at('https://api.example.com')).resolves.toBeDefined();
    await expect(at('https://api.example.com/authx')).resolves.toBeDefined();
    for (const url of ['https://api.example.com/auth', 'https://api.example.com/auth/v1'])
      await expect(at(url)).rejects.toThrow(
        /^upstream\.url: api\.example\.com is the domain of this API itself/,
      );
  });

  it('takes a certificate of the Region that the stack goes to, where that is known', async () => {
    await expect(loadSettings({ config: withDomain }, 'eu-central-1')).rejects.toThrow(
      /^domain\.certificateArn: the certificate is in us-east-1, and the stack goes to eu-central-1; /,
    );
    for (const region of ['us-east-1', undefined]) {
      expect((await loadSettings({ config: withDomain }, region)).config.domain).toMatchObject(domain);
    }
    await expect(loadSettings({}, 'eu-central-1')).resolves.toBeDefined();
  });
});

describe('what the functions are told', () => {
  it("are the configuration's path rules before the profile's", async () => {
    const upstream = { url: 'https://a.example/', scopes: [{ path: '/v1/memories/*', scope: 'admin' }] };
    const { pathScopes, upstreams } = deploymentOf(
      await loadSettings({ profile: 'memoryrelay', config: { upstream } }),
    );
    expect(pathScopes.map(({ scope }) => scope)).toEqual(['admin', 'read']);
    expect(upstreams.map(({ target }) => target)).toEqual([{ kind: 'url', url: 'https://a.example' }]);
  });
});
