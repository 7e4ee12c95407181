/** The TypeScript client in Chromium, on a page of another origin than the API's. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ROOMY_TIER, startTestStack, type TestStack } from '../../support/stack.ts';

/** What is used of `test/browser`, which compiles apart from all others. */
interface Tools {
  default(): void;
}
interface Chromium {
  startChromium(): Promise<{
    newPage(): Promise<{
      goto(url: string): Promise<unknown>;
      evaluate(source: string): Promise<unknown>;
    }>;
    close(): Promise<void>;
  }>;
}

const PROGRAM = `
import { Latchkey, NotFoundError } from '@latchkey/client';
import { connect, getMe } from '@latchkey/client/api';

window.run = async (endpoint, apiKey) => {
  const latchkey = new Latchkey({ endpoint, apiKey });
  const fresh = await latchkey.auth.createApiKey({ name: 'page', scopes: ['read'] });
  const keys = await latchkey.auth.listApiKeys();
  const { data: me } = await getMe({ client: connect(latchkey), throwOnError: true });
  const error = await latchkey.auth.getApiKey('key_000000000000').catch((each) => each);
  await latchkey.auth.revokeApiKey(fresh.id);
  const unreachable = new Latchkey({ endpoint: 'http://127.0.0.1:1', apiKey, maxRetries: 0 });
  return {
    key: fresh.key,
    listed: keys.some(({ id }) => id === fresh.id),
    kind: me.kind,
    missing: [error instanceof NotFoundError, error.message.includes(error.requestId)],
    lost: (await unreachable.fetch('/health').catch((each) => each)).name,
    shown: JSON.stringify([latchkey, fresh]).includes(fresh.key),
  };
};
`;

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
});
afterAll(() => stack.stop());

test('a page makes, lists and revokes keys, and reads errors across origins', async () => {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: inject('installation').project },
    bundle: true,
    format: 'iife',
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const pages = createServer((_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<script>${script}</script>`),
  ).listen(0, '127.0.0.1');
  const account = await stack.onboard();
  const { key: manager } = await stack.createKey(await stack.logIn(account), { scopes: ['read', 'admin'] });
  const tools: Tools = await importFile('tools.ts');
  tools.default();
  const chromium: Chromium = await importFile('chromium.ts');
  const browser = await chromium.startChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}`);
    expect(await page.evaluate(`run(${JSON.stringify(stack.url)}, ${JSON.stringify(manager)})`)).toEqual({
      key: expect.stringMatching(/^lk_/),
      listed: true,
      kind: 'key',
      missing: [true, true],
      lost: 'ConnectionError',
      shown: false,
    });
  } finally {
    await browser.close();
    pages.close();
  }
});

function importFile<Module>(file: string): Promise<Module> {
  return import(pathToFileURL(join(import.meta.dirname, '../../browser', file)).href);
}
