import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Fn } from 'aws-cdk-lib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { functionCode } from '../../lib/function-code.ts';
import { type FunctionSettings, functionSettings } from '../../lib/function-settings.ts';
import { foldersOf, functionSpecs } from '../../lib/functions.ts';
import { prebuilt } from '../../lib/prebuilt.ts';
import { requireCode } from '../../lib/profiles.ts';
import { deploymentOf, loadSettings, type Overrides } from '../../lib/settings.ts';
import { profiles } from '../../profiles/index.ts';
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
  expect(() => functionCode(profiles.default, 'forwarder', told, outDir)).toThrow(
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
  /** A module of the repository, as a user's imports one of the package. */
  const NAMS = join(import.meta.dirname, '../../profiles/nams.ts');
  const OWN = `import { profile as nams } from '${NAMS}';
    const title: string = 'its own words';
    export const profile = { ...nams, name: 'own', title, module: import.meta.url };`;
  const COMMON_JS = `const { profile: nams } = require('${NAMS}');
    exports.profile = { ...nams, name: 'own', title: 'its own words', module: __filename };`;
  let modules = 0;
  /** The profile of a new module, of which an app has loaded `like`. */
  const own = (source: string, file = `own-${(modules += 1)}.ts`, like: object = {}): Profile => {
    const module = join(outDir, file);
    mkdirSync(outDir, { recursive: true });
    writeFileSync(module, source);
    return { ...nams, name: 'own', title: 'its own words', ...like, module };
  };
  let settings: FunctionSettings;
  beforeAll(async () => {
    settings = functionSettings(await loadSettings());
  });
  const codeOf = (profile: Profile, folder = 'forwarder') =>
    join(functionCode(profile, folder, settings, outDir), 'profile.mjs');

  it('is bundled from its module, once for all functions', () => {
    const profile = own(OWN);
    const forwarder = readFileSync(codeOf(profile), 'utf8');
    expect(forwarder).toContain('its own words');
    rmSync(profile.module ?? '');
    expect(readFileSync(codeOf(profile, 'accounts'), 'utf8')).toBe(forwarder);
  });

  it.each([
    ['by a URL, as import.meta.url does', OWN, 'url.ts'],
    ['in CommonJS', COMMON_JS, 'common.cjs'],
    ['in TypeScript for CommonJS', OWN.replace('import.meta.url', '__filename'), 'filename.ts'],
    ['with modules that it imports when it needs them', `${OWN}\nawait import('./later.ts');`, 'dynamic.ts'],
    ['in a folder with a space', OWN, 'a folder/own.ts'],
  ])('is bundled: %s', async (_, source, file) => {
    mkdirSync(join(outDir, 'a folder'), { recursive: true });
    writeFileSync(join(outDir, 'later.ts'), 'export const later: number = 1;');
    const profile = own(source, file);
    const module = file === 'url.ts' ? pathToFileURL(profile.module ?? '').href : profile.module;
    const bundled = await import(codeOf({ ...profile, module: module ?? '' }));
    expect(bundled.profile.title).toBe('its own words');
  });

  it.each([
    ['exports none', 'export const contract = {};', /own-\d+\.ts does not export "profile"$/],
    ['exports none, in CommonJS', 'module.exports = {};', /does not export "profile"$/],
    ['exports nothing as one', 'export const profile = undefined;', /does not export "profile"$/],
    ['does not compile', 'export const profile = {', /own-\d+\.ts:1:24: ERROR: Expected identifier/],
    [
      'cannot be loaded',
      "throw new Error('not today');",
      /^profile: the functions cannot have it\. not today$/,
    ],
    [
      'imports the CDK',
      `import { App } from 'aws-cdk-lib'; export const profile = App;`,
      /:1:20: ERROR: .* functions have no CDK;/,
    ],
    [
      'imports a part of the CDK',
      `import { Code } from 'aws-cdk-lib/aws-lambda'; export const profile = Code;`,
      /:1:21: ERROR: .* functions have no CDK;/,
    ],
    [
      'imports constructs',
      `import { Construct } from 'constructs'; export const profile = Construct;`,
      /:1:26: ERROR: .* functions have no CDK;/,
    ],
    [
      'exports another',
      OWN.replace('its own', 'other'),
      /it is not what .*own-\d+\.ts exports as "profile", and the functions have that/,
    ],
  ])('whose module %s is refused', (_, source, message) => {
    expect(() => codeOf(own(source))).toThrow(message);
  });

  it.each([
    ['title', { title: 'changed in the app' }],
    ['paths', { paths: { createKey: ['/v1/mine'] } }],
    ['keys', { keys: { ...nams.keys, prefix: 'mine' } }],
    ['errorBody', { errorBody: undefined }],
  ])('of which the app has changed %s is refused', (_, changed) => {
    expect(() => codeOf(own(OWN, undefined, changed))).toThrow('change it there, and pass it as it is');
  });

  it('whose module is not there is refused', () => {
    const profile = { ...nams, module: join(outDir, 'nowhere.ts') };
    expect(() => codeOf(profile)).toThrow(`profile.module: there is no ${profile.module}`);
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
      expect(() => without(own(OWN), 'forwarder', settings, outDir)).toThrow(
        'profile: one that is not ours is bundled by esbuild, which is not installed; run npm install --save-dev esbuild',
      );
    } finally {
      vi.doUnmock('node:module');
    }
  });
});

describe('a profile that an app gives', () => {
  it.each([...Object.values(profiles), { ...profiles.default, module: undefined }] as Profile[])(
    'may be ours: $name',
    (profile) => expect(() => requireCode(profile)).not.toThrow(),
  );

  it.each(Object.keys(nams) as (keyof Profile)[])('is refused where it is ours but for %s', (field) => {
    const { [field]: _, ...without } = nams;
    for (const changed of [without, { ...nams, [field]: 'changed' }])
      expect(() => requireCode(changed as unknown as Profile)).toThrow(
        field === 'name'
          ? /is none of ours; say in its field module/
          : /"nams" is ours, and the functions have it as it is/,
      );
  });

  it('says where its module is as a text', () => {
    const module = new URL(import.meta.url) as unknown as string;
    expect(() => requireCode({ ...nams, module })).toThrow('profile.module: must be a path or a file: URL');
  });
});
