import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversScope } from '../../lambdas/contract/scopes.ts';
import { accessTable, apiRows } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';

const SCOPES = [
  { name: 'documents:read', description: 'Read documents' },
  { name: 'documents:write', description: 'Change documents', includes: ['documents:read'] },
  { name: 'billing', description: 'See invoices' },
  { name: 'team', description: 'Manage keys, people and settings', managing: true },
];
const MANAGED = ['keys', 'people', 'settings', 'audit', 'transfer'] as const;
const OWN = {
  scopes: SCOPES,
  roles: {
    owner: { scopes: ['documents:write', 'billing', 'team'] },
    author: { scopes: ['documents:write'] },
    reader: { scopes: ['documents:read'] },
  },
  areaScopes: { reading: 'documents:read', ...Object.fromEntries(MANAGED.map((area) => [area, 'team'])) },
  methodScopes: {
    GET: 'documents:read',
    POST: 'documents:write',
    PUT: 'documents:write',
    PATCH: 'documents:write',
    DELETE: 'documents:write',
  },
  defaultScopes: ['documents:read'],
  onboardingScopes: ['documents:write'],
};

const settingsOf = (config: object, profile = 'default') =>
  loadSettings({ profile, config: JSON.stringify({ ...OWN, ...config }) });
const rightsFor = async (config: object = {}) => deploymentOf(await settingsOf(config)).rights;
const faults = async (config: object, profile?: string): Promise<string[]> =>
  settingsOf(config, profile).then(
    () => [],
    (error: Error) => error.message.split('\n'),
  );

describe('scopes and roles of the owner’s own', () => {
  it('are resolved: inclusions, the order of roles, who owns, who manages', async () => {
    const { inclusion, roles, ownerRole, smallestRole, peopleManagers, methodScopes } = await rightsFor();
    expect(inclusion['documents:write']).toEqual(['documents:write', 'documents:read']);
    expect(Object.keys(roles)).toEqual(['reader', 'author', 'owner']);
    expect([ownerRole, smallestRole, peopleManagers]).toEqual(['owner', 'reader', ['owner']]);
    expect(methodScopes.HEAD).toBe('documents:read');
  });

  it('stand at every row of our own that takes a scope', async () => {
    const settings = await settingsOf({});
    const table = accessTable(apiRows(routes, settings.profile), deploymentOf(settings).rights);
    expect(table['/v1/api-keys']?.POST).toEqual({ scope: 'team', embed: true });
    expect(table['/v1/usage']?.GET).toEqual({ scope: 'documents:read' });
    const scopes = new Set(
      Object.values(table).flatMap((methods) =>
        Object.values(methods).map((access) => (access === 'upstream' ? undefined : access.scope)),
      ),
    );
    expect([...scopes].filter((scope) => scope !== undefined).sort()).toEqual(['documents:read', 'team']);
  });

  it('leave the page’s own path rules out, which name the page’s scopes', async () => {
    expect(await faults({}, 'memoryrelay')).toEqual([]);
  });

  it('and a scope includes what its scopes include, however long the chain', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    return fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names, { minLength: 2 }), async (chain) => {
        const scopes = names.map((name) => {
          const next = chain[chain.indexOf(name) + 1];
          const includes = chain.includes(name) && next !== undefined ? [next] : [];
          return { name, description: name, includes };
        });
        const { inclusion } = await rightsFor({ scopes: [...SCOPES, ...scopes] });
        for (const [index, one] of chain.entries()) {
          for (const [at, other] of chain.entries())
            expect(coversScope([one], other, inclusion)).toBe(at >= index);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('a name that is not declared fails the synth by its name', () => {
  const declared = 'declared are documents:read, documents:write, billing, team';

  it.each([
    [
      'in a path rule',
      { upstream: { url: 'https://a.example', scopes: [{ path: '/a', scope: 'read' }] } },
      `upstream.scopes.0.scope: there is no scope "read"; ${declared}`,
    ],
    [
      'in a method rule',
      { methodScopes: { ...OWN.methodScopes, DELETE: 'delete' } },
      `methodScopes.DELETE: there is no scope "delete"; ${declared}`,
    ],
    [
      'in a role',
      { roles: { ...OWN.roles, auditor: { scopes: ['audit'] } } },
      `roles.auditor.scopes: there is no scope "audit"; ${declared}`,
    ],
    [
      'in an inclusion',
      { scopes: [...SCOPES, { name: 'x', description: 'x', includes: ['y'] }] },
      `scopes.4.includes: there is no scope "y"; ${declared}, x`,
    ],
    [
      'among the default scopes',
      { defaultScopes: ['constructor'] },
      `defaultScopes: there is no scope "constructor"; ${declared}`,
    ],
    [
      'among those of the first key',
      { onboardingScopes: ['write'] },
      `onboardingScopes: there is no scope "write"; ${declared}`,
    ],
    [
      'for an area',
      { areaScopes: { ...OWN.areaScopes, audit: 'admin' } },
      `areaScopes.audit: there is no scope "admin"; ${declared}`,
    ],
    [
      'a role of an identity provider',
      {
        identityProviders: [
          { issuer: 'https://i.example', audiences: ['a'], tenantId: 't', role: 'viewer', createUsers: true },
        ],
      },
      'identityProviders.0.role: there is no role "viewer"; declared are reader, author, owner',
    ],
    [
      'a role of a provider’s claim',
      {
        identityProviders: [
          {
            issuer: 'https://i.example',
            audiences: ['a'],
            tenantId: 't',
            roleClaim: { claim: 'groups', values: { admins: 'admin' } },
            createUsers: true,
          },
        ],
      },
      'identityProviders.0.roleClaim.values.admins: there is no role "admin"; declared are reader, author, owner',
    ],
  ])('%s', async (_where, config, line) => {
    expect(await faults(config)).toEqual([line]);
  });

  it('and where the profile’s own are left, in each place that names one', async () => {
    const { areaScopes, methodScopes, defaultScopes, onboardingScopes, roles } = OWN;
    const undefinedFields = { areaScopes, methodScopes, defaultScopes, onboardingScopes, roles };
    const found = await faults(
      Object.fromEntries(
        Object.keys(undefinedFields).map((field) => [
          field,
          /Scopes$/.test(field) && !/^(default|onboarding)/.test(field) ? {} : null,
        ]),
      ),
    );
    for (const field of [
      'roles.viewer.scopes',
      'areaScopes.keys',
      'methodScopes.GET',
      'defaultScopes',
      'onboardingScopes',
    ])
      expect(found.join('\n')).toContain(`${field}: there is no scope`);
  });
});

describe('rights that would reach further than they say fail the synth', () => {
  const managing = { name: 'root', description: 'x', includes: ['team'], managing: true };

  it.each([
    [
      'an inclusion that goes round in a circle',
      {
        scopes: [
          ...SCOPES,
          { name: 'a', description: 'x', includes: ['b'] },
          { name: 'b', description: 'x', includes: ['a'] },
        ],
      },
      /^scopes\.4\.includes: goes round in a circle back to a/,
    ],
    [
      'a managing scope that is reached through another one',
      { scopes: [...SCOPES, managing, { name: 'super', description: 'x', includes: ['root'] }] },
      /^scopes\.5\.includes: reaches the managing scope team through another one; name it here/,
    ],
    [
      'an area that is managed by a scope that is not declared so',
      { areaScopes: { ...OWN.areaScopes, people: 'billing' } },
      /^areaScopes\.people: the scope billing is not declared as managing/,
    ],
    [
      'a managing scope by default',
      { defaultScopes: ['documents:read', 'team'] },
      /^defaultScopes: the scope team manages, and nobody is given it by default/,
    ],
    [
      'a scope by default that includes a managing one',
      {
        scopes: [...SCOPES, { name: 'all', description: 'x', includes: ['team'] }],
        defaultScopes: ['all'],
      },
      /^defaultScopes: the scope all manages/,
    ],
    [
      'a first key with more than its owner has',
      { roles: { owner: { scopes: ['team'] } } },
      /^onboardingScopes: the role owner, who is given the key, has not the scope documents:write/,
    ],
    [
      'no role that manages people',
      { roles: { reader: { scopes: ['documents:write'] } } },
      /^roles: none has the scope team, which manages people/,
    ],
    [
      'several roles that manage people, none of which is said to own',
      { roles: { ...OWN.roles, hr: { scopes: ['team'] } } },
      /^ownerRole: must be one of the roles that manage people: hr, owner$/,
    ],
    [
      'an owner who manages nobody',
      { ownerRole: 'reader' },
      /^ownerRole: must be one of the roles that manage people: owner$/,
    ],
  ])('%s', async (_what, config, line) => {
    expect(await faults(config)).toContainEqual(expect.stringMatching(line));
  });

  it('a role whose scopes do not fit into a key: 200 bytes do, 201 do not', async () => {
    const long = [62, 62, 52].map((length, index) => ({
      name: `${index}`.padEnd(length, 'x'),
      description: 'x',
    }));
    const roleOf = (names: string[]) => ({ roles: { ...OWN.roles, long: { scopes: names } } });
    const scopes = [
      ...SCOPES,
      ...long,
      { name: 'y'.repeat(21), description: 'x' },
      { name: 'y'.repeat(22), description: 'x' },
    ];
    const [a = '', b = '', c = ''] = long.map(({ name }) => name);
    expect(await faults({ scopes, ...roleOf([a, b, c, 'y'.repeat(21)]) })).toEqual([]);
    expect(await faults({ scopes, ...roleOf([a, b, c, 'y'.repeat(22)]) })).toEqual([
      expect.stringMatching(
        /^roles\.long\.scopes: take 201 bytes, and a key with all of them has at most 200/,
      ),
    ]);
  });

  it('nobody at all with a scope that manages, and nobody without a smallest role', async () => {
    const open = { anonymous: true, environment: 'development' };
    const roles = { owner: { scopes: ['team'] } };
    const none = [
      expect.stringMatching(/^anonymous: there is no role without managing scopes that all others/),
    ];
    expect(await faults({ ...open, roles, onboardingScopes: ['team'] }, 'memgraph')).toEqual(none);
    expect((await rightsFor({ roles, onboardingScopes: ['team'] })).smallestRole).toBeNull();
    const apart = {
      owner: OWN.roles.owner,
      clerk: { scopes: ['billing'] },
      reader: { scopes: ['documents:read'] },
    };
    expect(await faults({ ...open, roles: apart }, 'memgraph')).toEqual(none);
  });
});
