import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('the authorizer, whose import every cold start pays', () => {
  it(`is at most ${MAX_AUTHORIZER_BYTES} bytes`, () => {
    expect(bundle.bytes).toBe(Buffer.byteLength(code));
    expect(bundle.bytes).toBeLessThanOrEqual(MAX_AUTHORIZER_BYTES);
  });

  it('is so too where it says the challenges, and has nothing of them where it does not', async () => {
    expect(code).not.toContain('resource_metadata');
    const { bytes, file } = await bundleAuthorizer(join(folder, 'challenges'), true);
    expect(await readFile(file, 'utf8')).toContain('resource_metadata');
    expect(bytes).toBeLessThanOrEqual(MAX_AUTHORIZER_BYTES);
  });

  it('has spans in a module beside its own, and only where there are traces', async () => {
    expect(code).not.toMatch(/resourceSpans|traced/);
    expect(await readdir(dirname(bundle.file))).toEqual(['index.mjs']);
    const traces = { otlpUrl: 'https://collector.example.com', share: 0.1 };
    const { bytes, file } = await bundleAuthorizer(join(folder, 'traces'), false, { traces });
    expect((await readdir(dirname(file))).sort()).toEqual(['index.mjs', 'traced.mjs']);
    expect(await readFile(file, 'utf8')).toMatch(/import\("\.\/traced\.mjs"\)/);
    expect(await readFile(join(dirname(file), 'traced.mjs'), 'utf8')).toContain('resourceSpans');
    expect(bytes).toBeLessThanOrEqual(bundle.bytes + 200);
  });

  it('reads no secret where no token is signed with one', () => {
    expect(code).not.toContain('secretsmanager');
  });

  it('has neither the AWS SDK nor zod', () => {
    expect(code).not.toMatch(/@aws-sdk|@smithy|smithy\.ts|ZodError|invalid_type/);
  });

  it('imports neither zlib nor undici, which node:http as an ES module brings', () => {
    expect(code).toMatch(/from\s*"node:https"/);
    expect(code).not.toMatch(/from\s*"(?:node:)?(?:zlib|http|undici)"/);
  });
});
