import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { consoleFileRoutes } from '../../lambdas/console/file-rows.ts';
import { type ConsoleFiles, consoleFiles } from '../../lambdas/console/files.ts';
import { serve } from '../../lambdas/http/serve.ts';
import { profile } from '../../profiles/default.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { event } from './requests.ts';

const SCRIPT = 'console.log("the console")'.repeat(20);
const folder = mkdtempSync(join(tmpdir(), 'latchkey-console-files-'));
for (const name of ['assets', 'embed']) mkdirSync(join(folder, name));
writeFileSync(join(folder, 'embed/latchkey-keys.js.gz'), gzipSync(SCRIPT));
writeFileSync(join(folder, 'assets/base-1a2b.js.br'), brotliCompressSync(SCRIPT));
writeFileSync(join(folder, 'assets/base-1a2b.js.gz'), gzipSync(SCRIPT));
writeFileSync(join(folder, 'secret.js.gz'), gzipSync('not for you'));
writeFileSync(
  join(folder, 'index.html'),
  '<head><!--settings--><script src="./assets/base-1a2b.js"></script></head>',
);
afterAll(() => rmSync(folder, { recursive: true }));

const URL_OF_API = 'https://abc.execute-api.eu-west-1.amazonaws.com/live';
const files = consoleFiles(pathToFileURL(`${folder}/`), '/live', { brand: '</script><script>$& alert(1)' });
const pages = {
  branding: { name: 'Acme', logo: null, color: '#123456', darkColor: '#abcdef' },
  url: URL_OF_API,
};

async function get(path: string, headers: Record<string, string[]> = {}, given: ConsoleFiles | null = files) {
  const handler = serve(
    consoleFileRoutes,
    { consoleFiles: given },
    { profile, deployment: DEPLOYMENT, pages },
  );
  const isRoot = path === '/console';
  const answer = await handler(
    event({
      method: 'GET',
      resource: isRoot ? path : '/console/{path+}',
      path,
      headers: { Host: [new URL(URL_OF_API).host], ...headers },
      ...(isRoot ? {} : { params: { path: path.slice('/console/'.length) } }),
    }),
  );
  const body = Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8');
  return { ...answer, headers: answer.headers ?? {}, bytes: body };
}

describe('the page', () => {
  test.each(['/console', '/console/', '/console/keys', '/console/keys/key_1', '/console/callback'])(
    'is at %s, names its files by the whole path, and is kept by no cache',
    async (path) => {
      const { statusCode, headers, body } = await get(path);
      expect([statusCode, headers['Content-Type'], headers['Cache-Control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-store',
      ]);
      expect(body).toContain('src="/live/console/assets/base-1a2b.js"');
      expect(body).toContain('href="/live/logo.svg"');
    },
  );

  test('has its settings in a block that no text of them can end', async () => {
    const { body } = await get('/console');
    const json = /<script id="settings" type="application\/json">(.*?)<\/script>/.exec(body)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual({ brand: '</script><script>$& alert(1)' });
  });

  test('runs and loads our own files only, makes no script of a text, and is framed by nobody', async () => {
    const { headers } = await get('/console');
    const policy = String(headers['Content-Security-Policy']);
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "trusted-types 'none'",
      ]),
    );
    expect(policy).not.toContain('unsafe');
    expect(headers['Cross-Origin-Opener-Policy']).toBe('same-origin');
    expect(headers).not.toHaveProperty('Access-Control-Allow-Origin');
  });

  test('asked for under another host leads to the one where its cookies are', async () => {
    const { statusCode, headers } = await get('/console/keys', { Host: ['other.example'] });
    expect([statusCode, headers.Location]).toEqual([302, `${URL_OF_API}/console/keys`]);
  });
});

describe('a file', () => {
  test.each([
    [['gzip, deflate, br'], 'br'],
    [['gzip;q=1.0, br;q=0'], 'gzip'],
    [['GZIP'], 'gzip'],
    [['identity'], undefined],
    [[], undefined],
  ])('for %j comes in the encoding %s, for a year', async (accepted, encoding) => {
    const { statusCode, headers, bytes } = await get('/console/assets/base-1a2b.js', {
      'Accept-Encoding': accepted,
    });
    expect([statusCode, headers['Content-Encoding'], headers['Content-Type']]).toEqual([
      200,
      encoding,
      'text/javascript; charset=utf-8',
    ]);
    expect(headers).toMatchObject({
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('Access-Control-Allow-Origin');
    if (encoding === undefined) expect(bytes.toString()).toBe(SCRIPT);
    if (encoding === 'gzip') expect(gunzipSync(bytes).toString()).toBe(SCRIPT);
  });

  test('for pages of others is theirs to load from any origin, by its name, and to keep for minutes', async () => {
    const { statusCode, headers, bytes } = await get('/console/embed/latchkey-keys.js', {
      Origin: ['https://app.example'],
    });
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'public, max-age=300',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
    });
    expect(bytes.toString()).toBe(SCRIPT);
  });

  test.each([
    'nothing.js',
    '../secret.js',
    '..%2fsecret.js',
    'base-1a2b.js.br',
    'a/../../secret.js',
    '.js',
    'base-1a2b',
  ])('of the name %j is not there', async (name) => {
    for (const folder of ['assets', 'embed'])
      expect([400, 404]).toContain((await get(`/console/${folder}/${name}`)).statusCode);
  });

  test('is not there where the console is switched off, nor is the page', async () => {
    for (const path of [
      '/console',
      '/console/keys',
      '/console/assets/base-1a2b.js',
      '/console/embed/latchkey-keys.js',
    ])
      expect((await get(path, {}, null)).statusCode).toBe(404);
  });
});
