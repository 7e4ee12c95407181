/** An MCP server behind the door: its users sign in by URL alone, programs send a key. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { example } from './apps.ts';
import { call, customer, type Dev, doorOf, startDev } from './dev.ts';

let dev: Dev;
let server: ChildProcess;
let [door, own] = ['', ''];

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

beforeAll(async () => {
  const folder = example(inject('package'), 'mcp-server');
  const port = await freePort();
  own = `http://127.0.0.1:${port}`;
  dev = await startDev(folder, { MCP_SERVER_URL: own });
  door = doorOf(dev);
  server = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), LATCHKEY_URL: door },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (server.stdout !== null) await once(server.stdout, 'data');
});
afterAll(async () => {
  server?.kill();
  await dev?.stop();
});

test('a call without a credential is led to where its user signs in', async () => {
  const { status, headers } = await call(`POST ${door}/mcp`, {}, {});
  expect(status).toBe(401);
  expect(headers.get('www-authenticate')).toContain('resource_metadata=');
});

test('a tool is told who calls, as the door has signed it', async () => {
  const { tenantId, key } = await customer(door);
  const client = new Client({ name: 'test', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(`${door}/mcp`), {
    requestInit: { headers: key },
  });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  const { content } = (await client.callTool({ name: 'whoami' })) as { content: { text: string }[] };
  expect(JSON.parse(content[0]?.text ?? '')).toMatchObject({
    tenant: tenantId,
    principal: expect.stringMatching(/^key:/),
  });
  await client.close();
});

test('whoever calls the server itself, past the door, is refused', async () => {
  expect((await call(`POST ${own}/mcp`, {}, {})).status).toBe(401);
});
