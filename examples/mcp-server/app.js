import { App, Stack } from 'aws-cdk-lib';
import { Latchkey, profiles } from 'latchkey';

const app = new App();
export const stack = new Stack(app, 'tools');

// Where server.js runs: on this machine, or wherever you put it.
const url = process.env.MCP_SERVER_URL ?? 'http://127.0.0.1:3001';

new Latchkey(stack, 'Latchkey', {
  profile: profiles.default,
  // A client that knows the URL of /mcp finds out the rest: it registers, and its user signs in and agrees.
  upstreams: { mcp: { path: '/mcp', url, stream: { maxStreamSeconds: 300 } } },
});
