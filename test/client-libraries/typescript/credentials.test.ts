/** What a client proves itself with, how tokens are renewed, and where secrets never are. */
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type Attempt,
  AuthenticationError,
  ConnectionError,
  Latchkey,
  LatchkeyError,
  type LatchkeyOptions,
  type TokenPair,
} from '../../../clients/typescript/src/index.ts';
import { MemgraphClient } from '../../../clients/typescript/src/profiles/memgraph.ts';
import { MemoryRelay } from '../../../clients/typescript/src/profiles/memoryrelay.ts';
import { type Answer, type Asked, type ScriptedServer, scriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.stop();
});

async function clientOf(
  script: readonly Answer[] | ((asked: Asked) => Answer),
  options: LatchkeyOptions,
): Promise<Latchkey> {
  server = await scriptedServer(script);
  return new Latchkey({ endpoint: server.url, ...options });
}

const authorizations = () => server.asked.map(({ headers }) => headers.authorization);
const jwt = (id: string, secondsLeft: number) =>
  `e30.${Buffer.from(JSON.stringify({ id, exp: Date.now() / 1000 + secondsLeft })).toString('base64url')}.sig`;

describe('settings that are none are refused when the client is made', () => {
  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 3_000_000, '30'])('timeoutSeconds: %s', (given) => {
    const options = { endpoint: 'https://api.example.com', apiKey: null, timeoutSeconds: given as number };
    expect(() => new Latchkey(options)).toThrow(/^timeoutSeconds must be a number of seconds above 0/);
  });

  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('maxRetries: %s', (maxRetries) => {
    const options = { endpoint: 'https://api.example.com', apiKey: null, maxRetries };
    expect(() => new Latchkey(options)).toThrow(/^maxRetries must be a whole number/);
  });
});

describe('the API key', () => {
  test('is sent as a bearer credential', async () => {
    const client = await clientOf([{}], { apiKey: 'lk_secret' });
    await client.fetch('/v1/memories');
    expect(authorizations()).toEqual(['Bearer lk_secret']);
  });

  test('is sent in its own header where the contract has one, and a token is not', async () => {
    server = await scriptedServer([{}]);
    await new MemgraphClient({ endpoint: server.url, apiKey: 'mg_live_a' }).fetch('/v1/stats');
    await new MemgraphClient({ endpoint: server.url, tokenProvider: () => 'token' }).fetch('/v1/stats');
    expect(server.asked.map(({ headers }) => headers['x-api-key'])).toEqual(['mg_live_a', undefined]);
    expect(authorizations()).toEqual([undefined, 'Bearer token']);
  });

  test('goes to no other server by a redirect', async () => {
    const other = await scriptedServer([{}]);
    const script = [{ status: 307, headers: { Location: `${other.url}/v1/stats` } }];
    server = await scriptedServer(script);
    const options = { endpoint: server.url, apiKey: 'lk_secret', maxRetries: 0 };
    await new Latchkey(options).fetch('/v1/stats');
    await expect(new MemgraphClient(options).fetch('/v1/stats')).rejects.toBeInstanceOf(ConnectionError);
    expect(other.asked.map(({ headers }) => headers.authorization ?? headers['x-api-key'])).toEqual([
      undefined,
    ]);
    await other.stop();
  });

  test('goes to no other server by a redirect of a request that has an Authorization of its own', async () => {
    const other = await scriptedServer([{}]);
    server = await scriptedServer([{ status: 307, headers: { Location: `${other.url}/v1/stats` } }]);
    const client = new MemgraphClient({ endpoint: server.url, apiKey: 'mg_live_a', maxRetries: 0 });
    const headers = { Authorization: 'Basic eA==' };
    await client.fetch('/v1/stats', { headers }).catch(() => undefined);
    expect(other.asked.map((asked) => asked.headers['x-api-key'])).toEqual([]);
    await other.stop();
  });

  test.each([
    'lk_live_top\nsecret',
    'lk_live_top secret',
    'lk_live_topsecret\u2026',
    'lk_live_top\u0000secret',
  ])('that no header can carry (%j) is an error that does not show it', async (apiKey) => {
    server = await scriptedServer([{}]);
    for (const options of [{ apiKey }, { tokenProvider: () => apiKey }]) {
      const client = () => new Latchkey({ endpoint: server.url, ...options }).fetch('/v1/stats');
      const error = await (async () => client())().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('lk_live_top');
    }
    expect(server.asked).toEqual([]);
  });

  test("comes from the profile's own variable, else from LATCHKEY_API_KEY", async () => {
    server = await scriptedServer([{}]);
    vi.stubEnv('LATCHKEY_ENDPOINT', server.url);
    vi.stubEnv('LATCHKEY_API_KEY', 'lk_general\n');
    await new MemoryRelay().fetch('/v1/memories');
    vi.stubEnv('MEMORYRELAY_API_KEY', 'mem_own');
    await new MemoryRelay().fetch('/v1/memories');
    expect(authorizations()).toEqual(['Bearer lk_general', 'Bearer mem_own']);
  });

  test('that is missing is an AuthenticationError which names the variable', () => {
    const make = () => new MemoryRelay({ endpoint: 'https://api.example' });
    expect(make).toThrow(AuthenticationError);
    expect(make).toThrow(
      'API key is required. Provide via apiKey parameter or MEMORYRELAY_API_KEY environment variable.',
    );
  });

  test('is not sent where null stands in its place', async () => {
    const client = await clientOf([{}], { apiKey: null });
    await client.fetch('/health');
    expect(authorizations()).toEqual([undefined]);
  });

  test('is not the only credential that may be given, but one of them', () => {
    const both = { apiKey: 'lk_secret', tokenProvider: () => 'token' };
    expect(() => new Latchkey({ endpoint: 'https://api.example', ...both })).toThrow('one of apiKey');
  });
});

describe('the credential goes to its own API only', () => {
  test.each(['http://api.example', 'ftp://api.example', 'api.example', 'https://user:pass@api.example'])(
    '%s is refused as an endpoint',
    (endpoint) => {
      expect(() => new Latchkey({ endpoint, apiKey: 'lk_secret' })).toThrow(LatchkeyError);
    },
  );

  test('another server is refused before anything is sent', async () => {
    const client = await clientOf([{}], { apiKey: 'lk_secret' });
    await expect(client.fetch('https://other.example/v1')).rejects.toThrow('sends its credential to');
    await expect(client.fetch('//other.example/v1')).resolves.toBeDefined();
    // A path below the endpoint, whatever it looks like.
    expect(server.asked.map(({ path }) => path)).toEqual(['//other.example/v1']);
  });
});

describe('tokens', () => {
  test('many calls at once share one that is being fetched', async () => {
    const tokenProvider = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return jwt('a', 900);
    });
    const client = await clientOf([{}], { tokenProvider });
    await Promise.all(Array.from({ length: 20 }, () => client.fetch('/v1/memories')));
    await client.fetch('/v1/memories');
    expect(tokenProvider).toHaveBeenCalledTimes(1);
    expect(new Set(authorizations()).size).toBe(1);
  });

  test('one is renewed before it expires', async () => {
    const tokens = [jwt('a', 20), jwt('b', 900)];
    const tokenProvider = vi.fn(async () => tokens[tokenProvider.mock.calls.length - 1] ?? 'none');
    const client = await clientOf([{}], { tokenProvider });
    for (let call = 0; call < 3; call++) await client.fetch('/v1/memories');
    expect(authorizations()).toEqual([tokens[0], tokens[1], tokens[1]].map((token) => `Bearer ${token}`));
  });

  test('one of another form is asked for anew each time', async () => {
    const tokenProvider = vi.fn(() => 'opaque');
    const client = await clientOf([{}], { tokenProvider });
    for (let call = 0; call < 3; call++) await client.fetch('/v1/memories');
    expect(tokenProvider).toHaveBeenCalledTimes(3);
  });

  test('one that is refused is replaced once for all calls, writes too', async () => {
    const [ended, good] = [jwt('a', 900), jwt('b', 900)];
    const tokenProvider = vi.fn(async () => (tokenProvider.mock.calls.length === 1 ? ended : good));
    const client = await clientOf(
      ({ headers }) => ({ status: headers.authorization === `Bearer ${good}` ? 200 : 401 }),
      { tokenProvider },
    );
    const write = { method: 'POST', body: '{}' };
    await Promise.all(Array.from({ length: 10 }, () => client.fetch('/v1/memories', write)));
    expect(tokenProvider).toHaveBeenCalledTimes(2);
  });

  test('a second refusal is an AuthenticationError, and nobody asks on and on', async () => {
    const tokenProvider = vi.fn(() => jwt(String(tokenProvider.mock.calls.length), 900));
    const client = await clientOf([{ status: 401, json: { detail: 'Ended.' } }], { tokenProvider });
    await expect(client.fetch('/v1/memories')).rejects.toBeInstanceOf(AuthenticationError);
    expect(server.asked).toHaveLength(2);
  });

  test('the error of the provider is what the call fails with', async () => {
    const down = new Error('the store is down');
    const client = await clientOf([{}], { tokenProvider: () => Promise.reject(down) });
    await expect(client.fetch('/v1/memories')).rejects.toBe(down);
  });

  test('a refresh token is exchanged once for many calls, and the next one is kept before it is used', async () => {
    const kept: TokenPair[] = [];
    const client = await clientOf(
      ({ path, body }) =>
        path === '/v1/auth/refresh'
          ? {
              json: {
                access_token: jwt('a', 900),
                refresh_token: `after ${JSON.parse(body).refresh_token}`,
                expires_in: 900,
              },
            }
          : {},
      { refreshToken: 'first', onTokens: (tokens) => void kept.push(tokens) },
    );
    await Promise.all(Array.from({ length: 20 }, () => client.fetch('/v1/memories')));
    const exchanges = server.asked.filter(({ path }) => path === '/v1/auth/refresh');
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]?.headers.authorization).toBeUndefined();
    expect(kept.map(({ refreshToken }) => refreshToken)).toEqual(['after first']);
  });
});

describe('secrets', () => {
  const SECRET = 'lk_live_topsecret';
  const view = { id: 'key_1', name: 'ci', workspace_id: 'w1' };

  const printings: [string, (value: unknown) => string][] = [
    ['console.log', (value) => inspect(value)],
    ['inspect with all depth and hidden members', (value) => inspect(value, { depth: 20, showHidden: true })],
    ['JSON.stringify', (value) => JSON.stringify(value) ?? ''],
    ['String', (value) => String(value)],
    ['a copy', (value) => JSON.stringify({ ...(value as object) })],
  ];

  test.each(printings)('are not in what %s shows', async (_name, print) => {
    const attempts: Attempt[] = [];
    const client = await clientOf(
      ({ path, headers }) =>
        path.startsWith('/v1/auth/refresh')
          ? { json: { access_token: SECRET, refresh_token: SECRET, expires_in: 1 } }
          : { json: { ...view, key: SECRET }, status: headers['x-fail'] ? 400 : 200 },
      { apiKey: SECRET, log: (attempt) => attempts.push(attempt) },
    );
    const issued = await client.auth.createApiKey({ name: 'ci' });
    const rotated = await client.auth.rotateApiKey('key_1');
    const pair = await client.auth.refreshAccessToken(SECRET);
    expect([issued.key, rotated.key, pair.accessToken, pair.refreshToken]).toEqual(Array(4).fill(SECRET));
    const error = await client.fetch('/v1/memories', { headers: { 'X-Fail': '1' } }).catch((each) => each);
    expect(error).toBeInstanceOf(LatchkeyError);
    const lost = await new Latchkey({ endpoint: 'http://127.0.0.1:1', apiKey: SECRET, maxRetries: 0 })
      .fetch('/')
      .catch((each: unknown) => each);
    for (const value of [client, client.auth, issued, rotated, pair, error, lost, attempts])
      expect(print(value)).not.toContain(SECRET);
    expect(inspect(issued)).toContain('key_1');
  });
});
