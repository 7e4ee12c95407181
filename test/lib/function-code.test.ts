import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fn } from 'aws-cdk-lib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { functionCode } from '../../lib/function-code.ts';
import { functionSettings } from '../../lib/function-settings.ts';
import { foldersOf, functionSpecs } from '../../lib/functions.ts';
import { prebuilt } from '../../lib/prebuilt.ts';
import { deploymentOf, loadSettings, type Overrides } from '../../lib/settings.ts';
import { profile as nams } from '../../profiles/nams.ts';

const outDir = mkdtempSync(join(tmpdir(), 'latchkey-code-'));
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

/** Asks for everything of the authorizer that only some deployments have. */
const EVERYTHING = {
  upstream: {
    url: 'https://up.example',
    scopes: [
      {
        path: '/v1/old/*',
        scope: 'read',
        observeUntil: `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 16)}Z`,
      },
    ],
  },
  upstreams: { fast: { path: '/v1/fast', http: 'https://fast.example/', sharesOrigin: true } },
  traces: { otlpUrl: 'https://collector.example', share: 0.1 },
  allowedDecisionsPerLogLine: 100,
  challenges: 'context',
  tokens: { algorithm: 'HS256' },
  operators: true,
  console: false,
  mail: { identity: 'mail.example', from: 'Marker <marker@mail.example>' },
  branding: { name: 'Markername' },
};

/** The files of each function of a deployment, by their names. */
async function filesOf(overrides: Overrides): Promise<Record<string, Record<string, string>>> {
  const settings = await loadSettings(overrides);
  const { upstreams } = deploymentOf(settings);
  const told = functionSettings(settings);
  const folders = foldersOf(functionSpecs(settings.profile, { upstreams }));
  return Object.fromEntries(
    folders.map((folder) => {
      const code = functionCode(settings.profile, folder, told, outDir);
      const names = readdirSync(code, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.mjs'),
      );
      return [
        folder,
        Object.fromEntries(names.map((name) => [name, readFileSync(join(code, name), 'utf8')])),
      ];
    }),
  );
}

/** What happens when a process imports the handler of each folder: `loaded`, or the error's name. */
function imported(folders: readonly string[]): string[] {
  const script = `const all = [];
    for (const folder of ${JSON.stringify(folders)})
      all.push(await import(folder + '/index.mjs').then(() => 'loaded', (error) => error.code ?? error.name));
    console.log(JSON.stringify(all)); process.exit();`;
  const env = {
    TABLE_NAME: 'table',
    ACCEPTED_ISSUERS: 'https://api.example',
    USAGE_KEYS: '{}',
    KEYSET_SECRET_ARN: 'arn:keyset',
    ASSERTION_SECRET_ARN: 'arn:assertion',
    AWS_REGION: 'eu-central-1',
  };
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' }),
  );
}

async function authorizerOf(overrides: Overrides): Promise<string> {
  const settings = await loadSettings(overrides);
  return functionCode(settings.profile, 'authorizer', functionSettings(settings), outDir);
}

/** A module of a function as it was built. */
const built = (folder: string, name: string): string =>
  readFileSync(join(prebuilt('bundles'), folder, name), 'utf8');

/** The modules beside it that a function's code imports when it needs them. */
const onDemand = (code: string): string[] =>
  [...new Set(Array.from(code.matchAll(/\bimport\("\.\/([\w-]+\.mjs)"\)/g), ([, name = '']) => name))].sort();

describe('the code of the functions', () => {
  it('is the same for every configuration: what differs are the settings, and which modules there are', async () => {
    const plain = await filesOf({ profile: 'default' });
    const configuration = fc.subarray(Object.keys(EVERYTHING), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        configuration,
        fc.constantFrom('default', 'memgraph', 'nams'),
        async (fields, profile) => {
          const config = Object.fromEntries(
            Object.entries(EVERYTHING).filter(([name]) => fields.includes(name)),
          );
          const other = await filesOf({ profile, config });
          for (const [folder, files] of Object.entries(other)) {
            const { 'index.mjs': code, 'settings.mjs': _, 'profile.mjs': profileCode, ...beside } = files;
            if (plain[folder] !== undefined) expect(code).toBe(plain[folder]['index.mjs']);
            if (profileCode !== undefined) expect(profileCode.includes('"lk"')).toBe(profile === 'default');
            for (const [name, text] of Object.entries({ 'index.mjs': code, ...beside }))
              expect([name, text === built(folder, name)]).toEqual([name, true]);
            // Of the authorizer's, a deployment has those that it wants.
            if (folder !== 'authorizer') expect(Object.keys(beside).sort()).toEqual(onDemand(code ?? ''));
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it('has what it imports on demand beside it, as modules of their own', async () => {
    const { accounts, people, public: open } = await filesOf({ profile: 'default' });
    const ofPasswords = ['zxcvbn-ts-core.mjs', 'zxcvbn-ts-language-common.mjs'];
    expect(onDemand(accounts?.['index.mjs'] ?? '')).toEqual(['simplewebauthn-server.mjs', ...ofPasswords]);
    expect(onDemand(people?.['index.mjs'] ?? '')).toEqual(ofPasswords);
    expect(onDemand(open?.['index.mjs'] ?? '')).toEqual(['decision-counts-client.mjs']);
    for (const name of ofPasswords) expect(accounts?.[name]?.length).toBeGreaterThan(10_000);
  });

  it('imports no module of Node, which is asked for them instead', async () => {
    for (const [folder, files] of Object.entries(await filesOf({ profile: 'default' }))) {
      const code = Object.values(files).join('\n');
      const imports = code.matchAll(/\b(?:from|import\() ?["']([^"']+)["']/g);
      const imported = Array.from(imports, ([, module = '']) => module);
      expect(imported.filter(isBuiltin), folder).toEqual([]);
      if (folder === 'management') expect(imported).toContain('./settings.mjs');
    }
  });

  it('asks nobody by fetch, which loads undici while somebody waits', async () => {
    const files = await filesOf({ profile: 'default', config: EVERYTHING });
    const code = Object.values(files).flatMap((modules) => Object.values(modules));
    // A method of that name is another, and so is one that a class has.
    expect(code.flatMap((text) => text.match(/(?<![.#\w$]|async )fetch\(.{0,40}/g) ?? [])).toEqual([]);
  });

  it('has nothing of the configuration, all of which stands in the settings', async () => {
    const files = await filesOf({ profile: 'default', config: EVERYTHING });
    const told = Object.values(files)
      .map((each) => each['settings.mjs'] ?? '')
      .join('');
    for (const marker of ['https://up.example', 'marker@mail.example', 'Markername', '/v1/fast']) {
      expect(told).toContain(marker);
      for (const { 'settings.mjs': _, ...code } of Object.values(files))
        expect(Object.values(code).join('')).not.toContain(marker);
    }
  });

  it('is one module of each function, with a handler, and nothing left to be defined', async () => {
    const files = await filesOf({ profile: 'memgraph' });
    expect(Object.keys(files)).toHaveLength(14);
    for (const { 'index.mjs': code } of Object.values(files)) {
      expect(code).toMatch(/export\{[^}]*\bas handler\b/);
      expect(code).not.toMatch(/LATCHKEY_|from"#/);
    }
  });

  it('comes with the settings that the function names and no others', async () => {
    const files = await filesOf({});
    expect(files.authorizer?.['settings.mjs']).not.toMatch(/deployment=|openApi=|branding=/);
    expect(files.rotation?.['settings.mjs']).toMatch(/^export const deployment=\{[^=]*\};\n$/);
    expect(files.fetcher).not.toHaveProperty('settings.mjs');
    const tables = Object.keys(files).filter((name) => files[name]?.['settings.mjs']?.includes('access='));
    expect(tables).toEqual(['authorizer']);
  });

  it('of the authorizer has neither the AWS SDK nor a validator', async () => {
    const { authorizer = {} } = await filesOf({ profile: 'memgraph', config: EVERYTHING });
    expect(Object.keys(authorizer).sort()).toEqual([
      'direct.mjs',
      'gathering.mjs',
      'hs256.mjs',
      'index.mjs',
      'observed.mjs',
      'settings.mjs',
      'traced.mjs',
    ]);
    for (const code of Object.values(authorizer))
      expect(code).not.toMatch(/@smithy|smithy\.ts|ZodError|invalid_type/);
  });
});

it('a setting that only the deployment will know is refused by its name: it would be written as a placeholder', async () => {
  const settings = functionSettings(await loadSettings());
  const arn = Fn.getAtt('Search', 'Arn').toString();
  const upstreams = [{ ...settings.deployment.upstreams[0], name: arn }] as never;
  const told = { ...settings, deployment: { ...settings.deployment, upstreams } };
  expect(() => functionCode({ name: 'default' }, 'forwarder', told, outDir)).toThrow(
    'deployment.upstreams.0.name: is known only when the stack is deployed',
  );
});

describe('an authorizer', () => {
  it.each([{}, EVERYTHING])(
    'is loaded with the settings and the modules that %j asks for',
    async (config) => {
      expect(imported([await authorizerOf({ config })])).toEqual(['loaded']);
    },
  );

  describe('whose folder is not whole is not loaded, so that API Gateway lets nobody in:', () => {
    let authorizer: string;
    let settings: string;
    let names: readonly string[];
    beforeAll(async () => {
      authorizer = await authorizerOf({ config: EVERYTHING });
      settings = readFileSync(join(authorizer, 'settings.mjs'), 'utf8');
      names = Object.keys(
        await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(settings)}`),
      );
    });

    /** Copies of it, each changed. */
    function changed(changes: readonly ((folder: string) => void)[]): string[] {
      return changes.map((change) => {
        const copy = mkdtempSync(join(outDir, 'changed-'));
        cpSync(authorizer, copy, { recursive: true });
        change(copy);
        return copy;
      });
    }
    const withSettings = (text: string) => (folder: string) =>
      writeFileSync(join(folder, 'settings.mjs'), text);

    it('without its settings', () => {
      const folders = changed([(folder) => rmSync(join(folder, 'settings.mjs'))]);
      expect(imported(folders)).toEqual(['ERR_MODULE_NOT_FOUND']);
    });

    it('with settings that end too early', () => {
      const lengths = Array.from({ length: 20 }, (_, index) =>
        Math.floor((index / 20) * (settings.length - 2)),
      );
      const folders = changed(lengths.map((length) => withSettings(settings.slice(0, length))));
      expect(new Set(imported(folders))).toEqual(new Set(['SyntaxError']));
    });

    it('without any one of its settings', () => {
      expect(names).toContain('access');
      const folders = changed(
        names.map((missing) =>
          withSettings(`${settings}`.replace(new RegExp(`([ ,])${missing}=`), `$1${missing}Not=`)),
        ),
      );
      expect(imported(folders)).toEqual(names.map(() => 'SyntaxError'));
    });

    it('without a module that they ask for', () => {
      const modules = ['direct', 'gathering', 'hs256', 'observed', 'traced'];
      const folders = changed(modules.map((name) => (folder: string) => rmSync(join(folder, `${name}.mjs`))));
      expect(imported(folders)).toEqual(modules.map(() => 'ERR_MODULE_NOT_FOUND'));
    });
  });
});

describe('a profile that is not ours', () => {
  const own = join(outDir, 'own.ts');
  /** Of a profile as an app has just loaded it. */
  const code = async (from: typeof functionCode) =>
    from({ ...nams, name: 'own', module: own }, 'forwarder', functionSettings(await loadSettings()), outDir);

  beforeEach(() => {
    mkdirSync(outDir, { recursive: true });
    writeFileSync(own, "const text: string = 'its own words';\nexport const profile = { title: text };\n");
  });

  it('is bundled from its module', async () => {
    expect(readFileSync(join(await code(functionCode), 'profile.mjs'), 'utf8')).toContain('its own words');
  });

  it('is bundled once for all functions', async () => {
    const settings = functionSettings(await loadSettings());
    const profile = { name: 'own', module: own };
    const codeOf = (folder: string) =>
      readFileSync(join(functionCode(profile, folder, settings, outDir), 'profile.mjs'), 'utf8');
    const forwarder = codeOf('forwarder');
    writeFileSync(own, 'nothing that could be bundled {');
    expect(codeOf('accounts')).toBe(forwarder);
  });

  it('may name its module by a URL, as import.meta.url does', async () => {
    const settings = functionSettings(await loadSettings());
    const byUrl = { name: 'own', module: pathToFileURL(own).href };
    const folder = functionCode(byUrl, 'forwarder', settings, outDir);
    expect(readFileSync(join(folder, 'profile.mjs'), 'utf8')).toContain('its own words');
  });

  it('says what is wrong with its module', async () => {
    writeFileSync(own, 'export const contract = {};');
    await expect(code(functionCode)).rejects.toThrow('own.ts does not export "profile"');
    writeFileSync(own, 'export const profile = {');
    await expect(code(functionCode)).rejects.toThrow(/own\.ts:1:24: ERROR: Expected identifier/);
    for (const cdk of ['aws-cdk-lib', 'aws-cdk-lib/aws-lambda', 'constructs']) {
      writeFileSync(own, `import { App } from '${cdk}'; export const profile = { title: App.name };`);
      await expect(code(functionCode)).rejects.toThrow(/own\.ts:1:20: ERROR: .* functions have no CDK;/);
    }
  });

  it('needs esbuild, and says so', async () => {
    vi.resetModules();
    vi.doMock('node:module', () => ({
      createRequire: () => ({
        resolve: () => {
          throw new Error('not found');
        },
      }),
    }));
    try {
      const { functionCode: without } = await import('../../lib/function-code.ts');
      await expect(code(without)).rejects.toThrow(
        'profile: one that is not ours is bundled by esbuild, which is not installed; run npm install --save-dev esbuild',
      );
    } finally {
      vi.doUnmock('node:module');
    }
  });

  it('has to name its module', async () => {
    const settings = functionSettings(await loadSettings());
    expect(() => functionCode({ name: 'own' }, 'forwarder', settings, outDir)).toThrow(
      'say in its field module',
    );
  });
});
