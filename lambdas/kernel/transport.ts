import type http from 'node:http';
import https from 'node:https';
import type { Credentials } from './request-signer.ts';

/** Node's client for a URL's scheme. */
export function transportOf({ protocol }: URL): Pick<typeof http, 'Agent' | 'request'> {
  // Importing node:http as an ES module reads its lazy `WebSocket`, which loads all of undici: 15 ms of a cold start.
  return protocol === 'https:' ? https : process.getBuiltinModule('node:http');
}

/** Where a service is, of a Region of AWS's own or of China's (https://docs.aws.amazon.com/general/latest/gr/rande.html). */
export function publicEndpoint(host: string, region: string): string {
  return `https://${host}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** Those that Lambda gives a function by variables. */
export function environmentCredentials(): Credentials {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = process.env;
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN,
  };
}
