/** `npx latchkey ops` and `npx latchkey doctor`, in a project that has the package and no source of ours. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { cdkSynth, example } from './apps.ts';
import { customer, type Dev, doorOf, startDev } from './dev.ts';

/** What a command says in a folder. */
function latchkey(folder: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'latchkey', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

const emptyFolder = () => mkdtempSync(join(inject('package').project, 'app-'));

describe('in a folder without anything', () => {
  test.each([['ops'], ['ops', 'help'], ['ops', '--help'], ['doctor', '--help']])(
    '%s %s says how it is called',
    (...args) => {
      const { code, stdout } = latchkey(emptyFolder(), ...args);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^usage: npx latchkey ${args[0]} `));
      expect(stdout).not.toMatch(/npm (run|start)/);
    },
  );

  test.each<[string[], number, RegExp]>([
    [['ops', 'tenants', 'show'], 1, /^usage: npx latchkey ops tenants show ID\n$/],
    [['ops', 'tenant'], 1, /^There is no command "tenant"\.\n\nusage: npx latchkey ops COMMAND\n/],
    [['ops', 'tenants', 'list', '--force'], 1, /^Unknown option '--force'/],
    [
      ['ops', 'tenants', 'list'],
      1,
      /^\.latchkey notes no stack: "npx latchkey dev" notes one while it runs, "npx cdk deploy --outputs-file \.latchkey\/outputs\.json" when/,
    ],
    [
      ['ops', 'tenants', 'list', '--table', 'T'],
      1,
      /^--table, --secret and --assertion-secret go together\.\n$/,
    ],
    [['doctor'], 2, /^There is no URL to look at; usage: npx latchkey doctor /],
    [['doctor', '--force'], 2, /^Unknown option '--force'; usage: npx latchkey doctor /],
  ])('%j ends with %i and a line', (args, code, message) => {
    const said = latchkey(emptyFolder(), ...args);
    expect(said).toMatchObject({ code, stdout: '' });
    expect(said.stderr).toMatch(message);
    expect(said.stderr).not.toMatch(/npm (run|start)|\n {4}at /);
  });
});

describe('beside an app that runs', () => {
  let dev: Dev;
  let folder: string;
  let tenantId: string;
  beforeAll(async () => {
    folder = example(inject('package'), 'existing-rest-api');
    dev = await startDev(folder);
    ({ tenantId } = await customer(doorOf(dev)));
  });
  afterAll(() => dev?.stop());

  const ops = (...args: string[]) => latchkey(folder, 'ops', ...args);
  const json = (...args: string[]) => JSON.parse(ops(...args, '--json').stdout);

  test('ops finds it by its note, shows tenants, and suspends and resumes one', () => {
    expect(json('tenants', 'list')).toEqual([expect.objectContaining({ id: tenantId })]);
    expect(json('tenants', 'suspend', tenantId)).toMatchObject({ state: 'suspended' });
    expect(json('tenants', 'resume', tenantId)).toMatchObject({ state: 'active' });
    expect(ops('audit', '--tenant', tenantId).stdout).toContain('operator');
  });

  test('ops says of a tenant that there is not, in one line', () => {
    const { code, stderr } = ops('tenants', 'show', 'nobody');
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('ops asks for a synth where it needs the configuration of the app', () => {
    const { code, stderr } = ops('rights');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^there is no Latchkey in cdk\.out: run "npx cdk synth" in the folder of your app first\n$/,
    );
  });

  test('doctor finds nothing wrong', () => {
    const { code, stdout } = latchkey(folder, 'doctor', '--url', doorOf(dev), '--json');
    const { ok, findings } = JSON.parse(stdout);
    expect(findings.filter(({ status }: { status: string }) => status === 'wrong')).toEqual([]);
    expect([ok, code]).toEqual([true, 0]);
  });

  test('ops has the rights of a profile of the team’s own, and says what it lacks without it', () => {
    const own = join(folder, 'profile.mjs');
    writeFileSync(
      own,
      `import { profiles } from 'latchkey';
       export const profile = { ...profiles.default, name: 'own', module: import.meta.url };`,
    );
    const app = join(folder, 'app.js');
    const source = readFileSync(app, 'utf8');
    const changed = `import { profile } from './profile.mjs';\n${source.replace('profile: profiles.default', 'profile')}`;
    writeFileSync(app, changed);
    // A profile of one's own is the one thing that esbuild is needed for.
    const esbuild = join(inject('package').project, 'node_modules/esbuild');
    symlinkSync(join(import.meta.dirname, '../../node_modules/esbuild'), esbuild);
    cdkSynth(folder);
    rmSync(esbuild);
    // Ours, from the package's main module, without the CDK that is imported there.
    const bundled = globSync(join(folder, 'cdk.out/asset.*/profile.mjs')).map((file) => statSync(file).size);
    expect(bundled.length).toBeGreaterThan(3);
    expect(Math.max(...bundled)).toBeLessThan(30_000);
    expect(json('rights')).toContainEqual({ scope: 'read', keys: expect.any(Number), declared: true });
    writeFileSync(own, 'export const profile = undefined;');
    const { code, stderr } = ops('rights');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^profile: "own" is the module profile\.mjs of your app, and it exports no profile/,
    );
  });
});
