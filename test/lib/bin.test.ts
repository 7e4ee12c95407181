import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Runs the CDK app as the CDK command line does. */
function run(context: object) {
  const outdir = mkdtempSync(join(tmpdir(), 'latchkey-bin-'));
  const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/latchkey.ts'], {
    env,
    encoding: 'utf8',
  });
  return { outdir, status, stdout, stderr };
}

describe('bin/latchkey.ts', () => {
  it('answers a wrong configuration with a line for each fault, and no stack trace', () => {
    const { status, stderr } = run({ config: '{"rotationDays":0,"bogus":1}' });
    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^rotationDays: /),
      expect.stringMatching(/^bogus: /),
    ]);
  });

  it('writes the same template with the defaults of the CDK command line and without', () => {
    const cli = {
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:version-reporting': true,
      'aws:cdk:enable-asset-metadata': true,
    };
    const [bare, called] = [run({}), run(cli)];
    expect([bare.status, called.status]).toEqual([0, 0]);
    const [first, second] = [bare, called].map(({ outdir }) =>
      readFileSync(join(outdir, 'Latchkey.template.json'), 'utf8'),
    );
    expect(second).toBe(first);
  });

  it('names no file of the machine that it ran on in the template', () => {
    const { outdir } = run({});
    expect(readdirSync(outdir)).toContain('Latchkey.template.json');
    expect(readFileSync(join(outdir, 'Latchkey.template.json'), 'utf8')).not.toContain(process.cwd());
  });
});
