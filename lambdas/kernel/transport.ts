import type http from 'node:http';
import https from 'node:https';

/** Node's client for a URL's scheme. */
export function transportOf({ protocol }: URL): Pick<typeof http, 'Agent' | 'request'> {
  // Importing node:http as an ES module reads its lazy `WebSocket`, which loads all of undici: 15 ms of a cold start.
  return protocol === 'https:' ? https : process.getBuiltinModule('node:http');
}
