import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** The app of a team that is CommonJS, as `cdk init` makes it: all that the construct needs is loaded, and built, at once. */
const APP = `
  const { App, Stack } = require('aws-cdk-lib');
  const { Latchkey } = require('./lib/latchkey.ts');
  const app = new App({ outdir: process.argv[1] });
  new Latchkey(new Stack(app, 'Shop'), 'Latchkey');
  app.synth();
`;

it('a CommonJS app requires the construct and synthesizes it, with the code of every function', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'latchkey-require-'));
  execFileSync(process.execPath, ['--input-type=commonjs', '--eval', APP, outdir], { stdio: 'pipe' });
  const { Resources } = JSON.parse(readFileSync(join(outdir, 'Shop.template.json'), 'utf8'));
  const functions = Object.values<{ Type: string }>(Resources).filter(
    ({ Type }) => Type === 'AWS::Lambda::Function',
  );
  const assets = readdirSync(outdir).filter((name) => name.startsWith('asset.'));
  expect(functions.length).toBeGreaterThan(10);
  expect(assets.length).toBeGreaterThan(10);
  for (const asset of assets) expect(readdirSync(join(outdir, asset))).toContain('index.mjs');
}, 180_000);
