import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createAssertionVerifier } from 'latchkey/assertion';

// The door's URL, the stack's output ApiUrl. Only what it has signed is served: anybody can call this server's own URL.
const door = createAssertionVerifier({ issuer: process.env.LATCHKEY_URL ?? 'http://localhost:8787' });
const port = Number(process.env.PORT ?? 3001);

/** The tools of one caller: a server a request, as nothing is kept between requests. */
function toolsFor(caller) {
  const server = new McpServer({ name: 'tools', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Who calls, as the door says' }, () => ({
    content: [
      {
        type: 'text',
        text: JSON.stringify({
          tenant: caller.tenant,
          principal: caller.principal,
          scopes: caller.scopes,
          client: caller.clientId,
        }),
      },
    ],
  }));
  return server;
}

async function answer(request, response) {
  const caller = await door.verify(request.headers['x-latchkey-assertion'], {
    method: request.method,
    path: request.url.split('?')[0],
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => void transport.close());
  await toolsFor(caller).connect(transport);
  await transport.handleRequest(request, response);
}

createServer((request, response) => {
  answer(request, response).catch(({ status = 500, code, message }) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code, message }));
  });
}).listen(port, '127.0.0.1', () => console.log(`MCP server on http://127.0.0.1:${port}/mcp`));
