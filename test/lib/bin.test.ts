import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
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

/** The template, without the hashes of code that someone may be editing. */
function template(outdir: string): string {
  return readFileSync(join(outdir, 'Latchkey.template.json'), 'utf8').replaceAll(/[0-9a-f]{64}/g, 'hash');
}
