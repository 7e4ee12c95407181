import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizerEnvironment } from '../../bench/authorizer.ts';
import { type AuthorizerBundle, bundleAuthorizer } from '../../bench/bundle.ts';
import { MAX_AUTHORIZER_BYTES } from '../../bench/report.ts';

let folder: string;
let bundle: AuthorizerBundle;
let code: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-budget-'));
  bundle = await bundleAuthorizer(folder);
  code = await readFile(bundle.file, 'utf8');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const filesOf = async ({ file }: Pick<AuthorizerBundle, 'file'>) => (await readdir(dirname(file))).sort();

describe('the authorizer, whose import every cold start pays', () => {
  it(`is at most ${MAX_AUTHORIZER_BYTES} bytes, its settings included`, async () => {
    expect(await filesOf(bundle)).toEqual(['index.mjs', 'settings.mjs']);
    const settings = await readFile(join(dirname(bundle.file), 'settings.mjs'));
    expect(bundle.bytes).toBe(Buffer.byteLength(code) + settings.length);
    expect(bundle.bytes).toBeLessThanOrEqual(MAX_AUTHORIZER_BYTES);
  });

  it.each<[what: string, config: object, module: string, holds: string]>([
    [
      'spans',
      { traces: { otlpUrl: 'https://collector.example.com', share: 0.1 } },
      'traced',
      'resourceSpans',
    ],
    ['the secret of HS256 tokens', { tokens: { algorithm: 'HS256' } }, 'hs256', 'secretsmanager'],
    ['gathered log lines', { allowedDecisionsPerLogLine: 100 }, 'gathering', 'NEGATIVE_INFINITY'],
  ])(
    'has %s in a module beside its own, only where the deployment asks for it',
    async (what, config, module, holds) => {
      expect(code).not.toContain(holds);
      const { file } = await bundleAuthorizer(join(folder, what), config);
      expect(await filesOf({ file })).toEqual([`${module}.mjs`, 'index.mjs', 'settings.mjs'].sort());
      expect(await readFile(join(dirname(file), `${module}.mjs`), 'utf8')).toContain(holds);
      expect(await readFile(file, 'utf8')).toBe(code);
    },
  );

  it('has neither the AWS SDK nor zod', () => {
    expect(code).not.toMatch(/@aws-sdk|@smithy|smithy\.ts|ZodError|invalid_type/);
  });

  it('loads of Node neither zlib nor undici, Web Crypto and block lists, which an import would bring', async () => {
    const script = `await import(${JSON.stringify(pathToFileURL(bundle.file))}); console.log(process.moduleLoadList.join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      // Where nobody listens: the instance starts without what it could not read.
      env: { ...authorizerEnvironment('table', 'https://127.0.0.1:1'), METRICS_NAMESPACE: 'Latchkey' },
    });
    const loaded = stdout.trim().split(',');
    expect(loaded).toContain('NativeModule https');
    expect(loaded.filter((name) => /undici|webcrypto|zlib|blocklist/.test(name))).toEqual([]);
  });
});
