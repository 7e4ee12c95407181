import { describe, expect, it, test } from 'vitest';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import { requireReached } from '../../lib/reached-paths.ts';
import { loadSettings } from '../../lib/settings.ts';
import { PROFILES } from '../profiles/profiles.ts';

const URL = 'https://api.example';
const settingsOf = (config: object, profile = 'default') => loadSettings({ profile, config });
const withRules = (...rules: readonly object[]) => ({
  upstream: { url: URL, scopes: rules.map((rule) => ({ scope: 'admin', ...rule })) },
});

describe('a path rule that can never match fails the synth', () => {
  it.each([
    [
      'below routes of our own',
      withRules({ path: '/v1/admin/*' }),
      "upstream.scopes.0.path: /v1/admin/* can never match: Latchkey's own routes are below /v1/admin; set managementPrefix",
    ],
    ['at one of them', withRules({ path: '/v1/users/42' }), 'own routes are below /v1/users'],
    ['beside the prefix', withRules({ path: '/reports' }), 'only paths below /v1 go to an upstream'],
    ['with a stage in it', withRules({ path: '/live/v1/reports' }), 'only paths below /v1 go to an upstream'],
    ['at a path that is a 400', withRules({ path: '/v1/a;b' }), 'a call of such a path is a 400'],
    ['with needless escapes', withRules({ path: '/v1/%61' }), 'a call of such a path is a 400'],
    [
      'behind a rule of all that it is about',
      withRules({ path: '/v1/docs/*' }, { path: '/v1/docs/secret' }),
      'upstream.scopes.1.path: /v1/docs/secret can never match: rule 0 (/v1/docs/*) matches first; put this one before it',
    ],
    [
      'twice',
      withRules({ path: '/v1/a' }, { path: '/v1/a', methods: ['GET'] }),
      'rule 0 (/v1/a) matches first',
    ],
    [
      'of HEAD behind one of GET',
      withRules({ path: '/v1/a', methods: ['GET'] }, { path: '/v1/a', methods: ['HEAD'] }),
      'rule 0 (/v1/a) matches first',
    ],
  ])('%s', async (_where, config, fault) => {
    await expect(settingsOf(config)).rejects.toThrow(fault);
  });

  it('and none that can', async () => {
    const rules = [
      { path: '/v1' },
      { path: '/v1/docs/secret' },
      { path: '/v1/docs/*', methods: ['GET'] },
      { path: '/v1/docs/*', methods: ['GET', 'POST'] },
      { path: '/v1/administrators' },
      { path: '/v1/*' },
      { path: '/files/secret' },
    ];
    const upstreams = { files: { path: '/files', url: URL } };
    await expect(settingsOf({ ...withRules(...rules), upstreams })).resolves.toBeDefined();
    const moved = {
      ...withRules({ path: '/v1/admin/*' }, { path: '/v1/users/42' }),
      managementPrefix: '/latchkey',
    };
    await expect(settingsOf(moved)).resolves.toBeDefined();
  });
});

describe('managementPrefix', () => {
  it.each([
    ['/', /^managementPrefix: must be a path such as \/latchkey/],
    ['latchkey', /^managementPrefix: must be a path/],
    ['/latchkey/', /^managementPrefix: must be a path/],
    ['/../x', /^managementPrefix: must be a path/],
    ['/{proxy+}', /^managementPrefix: must be a path/],
    ['/v1', /^managementPrefix: the upstream is at \/v1; name another path$/],
  ])('%s is refused', async (managementPrefix, fault) => {
    await expect(settingsOf({ managementPrefix })).rejects.toThrow(fault);
  });

  it.each(PROFILES.map(({ name }) => [name]))(
    'leaves nothing of ours below the upstream (%s)',
    async (name) => {
      for (const managementPrefix of ['/latchkey', '/v1/_latchkey', '/api/latchkey']) {
        const { profile } = await settingsOf({ managementPrefix }, name);
        const rows = apiRows(routes, profile);
        const own = rows.filter((row) => row.kind === 'route');
        const below = own.filter(({ path }) =>
          profile.upstreamPrefixes.some((root) => path.startsWith(`${root}/`)),
        );
        for (const { path } of below) expect(path.startsWith(`${managementPrefix}/`), path).toBe(true);
        expect(own.length).toBeGreaterThan(30);
        expect(new Set(own.map(({ method, path }) => `${method} ${path}`)).size).toBe(own.length);
        // The rest of the subtree is ours, wherever it is: a wrong path is our 404, and a preflight answered.
        if (managementPrefix === '/v1/_latchkey')
          expect(rows).toContainEqual({
            kind: 'not-found',
            method: 'ANY',
            path: `${managementPrefix}/{proxy+}`,
          });
      }
    },
  );
});

test('two routes of ours at one place fail it', () => {
  const row = { kind: 'not-found', method: 'ANY', path: '/account' } as const;
  const config = { upstream: null, managementPrefix: '/account' };
  expect(() => requireReached(config, [row, row])).toThrow('there would be two routes ANY /account');
});
