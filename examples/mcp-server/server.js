import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { verifier } from 'latchkey/assertion';

// What proves that a call has come through the door: anybody can call this server's own URL.
const latchkeyUrl = process.env.LATCHKEY_URL ?? 'http://localhost:8787';
const verify = verifier({ issuer: latchkeyUrl });
