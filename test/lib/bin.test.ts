import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { synthesize } from '../../local/synth.ts';

/** Runs the CDK app as the CDK command line does. */
function run(context: object, variables: Readonly<Record<string, string>> = {}) {
  const outdir = mkdtempSync(join(tmpdir(), 'latchkey-bin-'));
  const env = {
    ...process.env,
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify(context),
    ...variables,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/latchkey.ts'], {
    env,
    encoding: 'utf8',
  });
  return { outdir, status, stdout, stderr };
}

describe('bin/latchkey.js, which cdk.json names', () => {
  /** As a Node.js runs it that cannot read TypeScript: Node 20 by `node_modules/.bin/cdk` itself. */
  const old = (file: string) =>
    spawnSync(process.execPath, ['--no-experimental-strip-types', file], {
      env: {
        ...process.env,
        CDK_OUTDIR: mkdtempSync(join(tmpdir(), 'latchkey-bin-')),
        CDK_CONTEXT_JSON: '{"config":"{"}',
      },
      encoding: 'utf8',
    });

  it('is', () => {
    expect(JSON.parse(readFileSync('cdk.json', 'utf8')).app).toBe('node bin/latchkey.js');
  });

  it('hands over to the bundled Node.js, its answer and its exit code included', () => {
    const { status, stderr } = old('bin/latchkey.js');
    expect(stderr).toMatch(/^config: the override must be a JSON object, on one line;/);
    expect(status).toBe(1);
  });

  it('says what is needed where none is bundled', () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-bin-'));
    copyFileSync('bin/latchkey.js', join(folder, 'latchkey.mjs'));
    const { status, stderr } = old(join(folder, 'latchkey.mjs'));
    expect(stderr).toMatch(/^Latchkey needs Node.js 24.7 or later \(this is v\d+\.\d+\.\d+\)\n$/);
    expect(status).toBe(1);
  });
});

describe('the override config', () => {
  it('comes from a file where it has many lines', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'latchkey-bin-')), 'beta.json');
    writeFileSync(file, '{\n  "rotationDays": 0\n}\n');
    expect(run({ config: `@${file}` }).stderr).toMatch(/^rotationDays: /);
    expect(run({ config: `@${file}.not` }).stderr).toMatch(/^config: the file .* cannot be read\n$/);
  });
});

describe('bin/latchkey.ts', () => {
  it('answers a wrong configuration with a line for each fault, and no stack trace', () => {
    const { status, stderr } = run({ config: '{"rotationDays":0,"bogus":1}' });
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^rotationDays: /),
      expect.stringMatching(/^bogus: /),
    ]);
  });

  it('writes the same template with the defaults of the CDK command line and without, and no path of the machine', () => {
    const [bare, called] = [
      run({}),
      run({
        'aws:cdk:enable-path-metadata': false,
        'aws:cdk:enable-asset-metadata': false,
        'aws:cdk:version-reporting': true,
      }),
    ];
    expect([bare.status, called.status]).toEqual([0, 0]);
    expect(template(called.outdir)).toBe(template(bare.outdir));
    expect(template(bare.outdir)).not.toContain(process.cwd());
  });
});

describe('calls without a credential', () => {
  /** What the template says, and what the authorizer was built with. */
  const authorizerSettings = (outdir: string) => {
    const [settings = ''] = globSync('bundles/authorizer-*/settings.mjs', { cwd: outdir });
    return readFileSync(join(outdir, settings), 'utf8');
  };
  const letsAnybodyIn = (outdir: string) => [
    JSON.parse(template(outdir)).Metadata.Latchkey.anonymous,
    /"anonymous":(true|false)\b/.exec(authorizerSettings(outdir))?.[1] === 'true',
  ];

  it('are let in by what npm start synthesizes, with a profile that allows it', async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'latchkey-bin-'));
    await synthesize({ profile: 'memgraph', outDir, anonymous: true });
    expect(letsAnybodyIn(outDir)).toEqual([true, true]);
  });

  it.each(['development', 'production'])('are refused by what is deployed in %s', (environment) => {
    // Even where somebody hands the CDK command line what npm start hands on.
    const context = { profile: 'memgraph', environment, 'latchkey:local': true };
    const { outdir } = run(context, { CDK_CLI_ASM_VERSION: '1.0.0' });
    expect(letsAnybodyIn(outdir)).toEqual([false, false]);
  });
});

/** The template, without the hashes of code that someone may be editing. */
function template(outdir: string): string {
  return readFileSync(join(outdir, 'Latchkey.template.json'), 'utf8').replaceAll(/[0-9a-f]{64}/g, 'hash');
}
