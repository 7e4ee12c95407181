/** A deployment of a profile with the service behind it that its client talks to, and keys of every kind. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROFILES } from '../profiles/profiles.ts';
import {
  bearer,
  expectStatus,
  PASSWORD,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';
import { runCalls } from './installation.ts';

/** What came of a call: the client's own result, or its own error. */
export interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever a client gives.
  readonly result?: any;
  /** The class of the exception, its text, and its status and seconds where it has them. */
  readonly error?: string;
  readonly message?: string;
  readonly status?: number;
  readonly retryAfterSeconds?: number;
}

/** Requests a minute of one key: few, so that a client soon meets the limit. */
const KEY_REQUESTS_PER_MINUTE = 40;

/** What the service answers to everything: empty lists under the names that the clients read, and what it was asked. */
const NOTHING_YET = { data: [], has_more: false, conversations: [], rows: [], workspaces: [], memories: [] };

/** Runs a client's calls against the local stack of a profile. Gives what the client has seen, and who called. */
export async function observe<Seen>(profile: string, file: string) {
  const service = createServer((request, response) => {
    const asked = `${request.method} ${request.url?.split('?', 1)[0]}`;
    response.setHeader('content-type', 'application/json');
    request.resume().once('end', () => response.end(JSON.stringify({ ...NOTHING_YET, asked })));
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const { port } = service.address() as AddressInfo;
  const stack = await startTestStack({
    profile,
    config: {
      tiers: { free: { ...ROOMY_TIER, keyRequestsPerMinute: KEY_REQUESTS_PER_MINUTE } },
      upstream: { url: `http://127.0.0.1:${port}` },
      // As `npm start` serves it.
      anonymous: PROFILES.some(({ name, allowsAnonymous }) => name === profile && allowsAnonymous),
    },
  });
  try {
    const account = await stack.onboard();
    const keys = await keysOf(stack, await stack.logIn(account));
    const { path, url } = stack;
    const login = await stack.send(`POST ${path('login')}`, {
      json: { email: account.email, password: PASSWORD },
    });
    const refreshToken = login.json.refresh_token ?? null;
    const seen = await runCalls<Seen>(file, { url, ...account, keys, refreshToken });
    return { account, keys, seen };
  } finally {
    await stack.stop();
    service.close();
  }
}

async function keysOf(stack: TestStack, token: string) {
  const [good, reader, spent, revoked] = [
    await stack.createKey(token, { scopes: ['read', 'write', 'admin'] }),
    await stack.createKey(token, { scopes: ['read'] }),
    await stack.createKey(token, { scopes: ['read'] }),
    await stack.createKey(token),
  ];
  const revocation = `DELETE ${stack.path('revokeKey').replace('{id}', revoked.id)}`;
  expectStatus(await stack.send(revocation, { headers: bearer(token) }), 200);
  return {
    good: good.key,
    reader: reader.key,
    spent: spent.key,
    revoked: revoked.key,
    /** Of the right form, and with a wrong end. */
    wrong: good.key.replace(/.{6}$/, '000000'),
  };
}
