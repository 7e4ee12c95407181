import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Account, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';

/** An MCP server over streamable HTTP behind the door, called by the SDK's own client with an API key. */

const sessions = new Map<string, StreamableHTTPServerTransport>();
const methods: string[] = [];
/** Calls that arrived with the mark of a test: streams that clients of earlier tests open arrive at any time. */
let marked = 0;
const MARK = { 'x-mark': 'here' };
let forbids = false;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  methods.push(request.method ?? '');
  if (request.headers['x-mark'] !== undefined) marked += 1;
  if (forbids) {
    response.writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }).end();
    return;
  }
  const session = sessions.get(String(request.headers['mcp-session-id']));
  const transport = session ?? (await openSession());
  await transport.handleRequest(request, response);
}

async function openSession(): Promise<StreamableHTTPServerTransport> {
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  const server = new McpServer({ name: 'behind-the-door', version: '1.0.0' });
  server.registerTool('tenant', { inputSchema: {} }, (_, { requestInfo }) => ({
    content: [{ type: 'text', text: String(requestInfo?.headers['x-latchkey-tenant']) }],
  }));
  server.registerTool(
    'count',
    { inputSchema: { to: z.number() } },
    async ({ to }, { sendNotification, _meta }) => {
      for (let progress = 1; progress <= to; progress += 1)
        await sendNotification({
          method: 'notifications/progress',
          params: { progress, total: to, progressToken: _meta?.progressToken ?? 0 },
        });
      return { content: [{ type: 'text', text: 'done' }] };
    },
  );
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  return transport;
}

const server = createServer((request, response) => void serve(request, response));
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stack = await startTestStack({
    profile: 'default',
    config: { tiers: { free: ROOMY_TIER }, upstreams: { mcp: { path: '/mcp', url, stream: {} } } },
  });
  ada = await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  server.closeAllConnections();
  server.close();
});

async function connect(headers: Record<string, string>): Promise<Client> {
  const client = new Client({ name: 'tester', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(`${stack.url}/mcp`), {
    requestInit: { headers },
  });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
}

test('tools are listed and called, and the server knows the tenant', async () => {
  const client = await connect({ 'x-api-key': ada.apiKey });
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['tenant', 'count']);
  const { content } = await client.callTool({ name: 'tenant', arguments: {} });
  expect(content).toEqual([{ type: 'text', text: ada.tenantId }]);
  await client.close();
});

test('progress arrives event by event, and the key may stand in Authorization', async () => {
  const client = await connect({ authorization: `Bearer ${ada.apiKey}` });
  const steps: number[] = [];
  const result = await client.callTool({ name: 'count', arguments: { to: 5 } }, undefined, {
    onprogress: ({ progress }) => steps.push(progress),
  });
  expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
  expect(steps).toEqual([1, 2, 3, 4, 5]);
  // The client keeps a stream open for what the server says of its own accord.
  expect(methods).toContain('GET');
  await client.close();
});

test('a client without a key is told by the door where to get one, and the server is not asked', async () => {
  await expect(connect(MARK)).rejects.toThrow();
  const refused = await stack.send('POST /mcp', { headers: MARK, json: {} });
  expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, stack.challenge]);
  expect(marked).toBe(0);
});

test("a server's own 403 reaches the client, with its challenge under API Gateway's name", async () => {
  forbids = true;
  const headers = { ...MARK, 'x-api-key': ada.apiKey };
  const response = await stack.send('POST /mcp', { headers, json: {} });
  expect([response.status, marked]).toEqual([403, 1]);
  expect(response.headers['x-amzn-remapped-www-authenticate']).toBe('Bearer error="insufficient_scope"');
  await expect(connect({ 'x-api-key': ada.apiKey })).rejects.toMatchObject({ code: 403 });
});
