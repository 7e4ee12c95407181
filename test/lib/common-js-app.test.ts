import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APIGatewayClient, GetApiKeysCommand } from '@aws-sdk/client-api-gateway';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalStack, startStack } from '../../local/stack.ts';

/** The app of a team that is CommonJS, as `cdk init` makes it: all that the construct needs is loaded, and built, at once. */
const APP = `
  const { App, Stack } = require('aws-cdk-lib');
  const { Latchkey } = require('./lib/latchkey.ts');
  const app = new App({ outdir: process.argv[1] });
  new Latchkey(new Stack(app, 'Shop'), 'Latchkey');
  app.synth();
`;

const assemblyDir = mkdtempSync(join(tmpdir(), 'latchkey-common-js-'));
let stack: LocalStack;

beforeAll(async () => {
  const args = ['--input-type=commonjs', '--eval', APP, assemblyDir];
  execFileSync(process.execPath, args, { stdio: 'pipe' });
  stack = await startStack({ assemblyDir, log: null });
});

afterAll(async () => {
  await stack.stop();
  rmSync(assemblyDir, { recursive: true });
});

describe('a CommonJS app requires the construct', () => {
  it('and synthesizes it, with the code of every function', () => {
    const { Resources } = JSON.parse(readFileSync(join(assemblyDir, 'Shop.template.json'), 'utf8'));
    const functions = Object.values<{ Type: string }>(Resources).filter(
      ({ Type }) => Type === 'AWS::Lambda::Function',
    );
    const assets = readdirSync(assemblyDir).filter((name) => name.startsWith('asset.'));
    expect(functions.length).toBeGreaterThan(10);
    expect(assets.length).toBeGreaterThan(10);
    for (const asset of assets) expect(readdirSync(join(assemblyDir, asset))).toContain('index.mjs');
  });

  it('and what it synthesizes serves: a key is made, counted in a usage plan, and without one nobody comes in', async () => {
    const onboarded = await fetch(`${stack.url}/v1/auth/onboard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'YourSecurePassword123!' }),
    });
    expect(onboarded.status).toBe(201);
    const { api_key: apiKey } = (await onboarded.json()) as { api_key: string };
    const call = (headers: Record<string, string>) => fetch(`${stack.url}/v1/stats`, { headers });
    const allowed = await call({ 'x-api-key': apiKey });
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('x-ratelimit-limit')).toBe('100');
    expect((await call({})).status).toBe(401);
  });

  it('and its reconciler gives the tenant a usage key of the prefix that is its own', async () => {
    const { LatchkeyUsageKeyPrefix: prefix = '' } = outputsOf(stack);
    expect(prefix).toMatch(/^k[0-9a-f]{42}$/);
    // That a key is wanted comes by the stream.
    await stack.idle();
    expect(await stack.invoke('LatchkeyFunctionsreconciler', {})).toMatchObject({ kind: 'returned' });
    const { apiGatewayEndpoint: endpoint, region, credentials } = stack;
    const client = new APIGatewayClient({ endpoint, region, credentials });
    // The run of the minute may be at it, and ours then leaves it to that.
    await vi.waitFor(async () => {
      const { items = [] } = await client.send(new GetApiKeysCommand({}));
      const names = items.map(({ name = '' }) => name.replace(prefix, ''));
      expect(names.sort()).toEqual([
        expect.stringMatching(/^[0-9a-f]{32}\d$/),
        'exhausted',
        'sandbox',
        'sharedinitial',
        'sharedother',
      ]);
    }, 10_000);
  });
});

/** The outputs by what their logical ids begin with. */
function outputsOf({ outputs }: LocalStack): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(outputs).map(([id, value]) => [id.replace(/[0-9A-F]{8}$/, ''), value]),
  );
}
