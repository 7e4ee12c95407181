import type { Command } from '../command.ts';
import { McpServer } from '../mcp/server.ts';

/** The command that serves an agent; `version` is what it tells the agent's client. */
export const mcpCommand = (version: string): Command => ({
  usage: 'mcp',
  summary: 'Serve an agent that manages keys: an MCP server over stdio',
  run: ({ values, io }) => new McpServer(values, io, version).serve(),
});
