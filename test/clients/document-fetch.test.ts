import { type Duplex, duplexPair } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { documentFetcher, MAX_DOCUMENT_BYTES } from '../../lambdas/clients/document-fetch.ts';

const ID = 'https://app.example/oauth/client.json';
const PUBLIC = '93.184.216.34';

/** What the connector was asked for, and what the server on the other end received. */
let connections: { address: string; hostname: string }[];
let received: string;
beforeEach(() => {
  connections = [];
  received = '';
});

/** Fetches from a host with these addresses, where `serve` is the server behind each connection. */
function fetchFrom(
  addresses: readonly string[] | (() => Promise<readonly string[]>),
  serve: (server: Duplex) => void = (server) => server.end(answer('{}')),
  milliseconds = 5_000,
) {
  const fetchDocument = documentFetcher(
    {
      resolve: typeof addresses === 'function' ? addresses : async () => addresses,
      connect(address, hostname) {
        connections.push({ address, hostname });
        const [client, server] = duplexPair();
        server.on('error', () => undefined);
        server.once('data', (chunk: Buffer) => {
          received += chunk.toString();
          serve(server);
        });
        return client;
      },
    },
    milliseconds,
  );
  return fetchDocument(ID);
}

function answer(
  body: string | Buffer,
  { status = '200 OK', headers = {} as Record<string, string> } = {},
): Buffer {
  const all = { 'Content-Type': 'application/json', 'Content-Length': String(body.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`), Buffer.from(body)]);
}

const failed = (reason: RegExp | string) => ({
  kind: 'failed',
  reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
});

test('a document comes from the address that was looked at, by the name of its host', async () => {
  expect(await fetchFrom([PUBLIC, '2606:4700::1111'], (server) => server.end(answer('{"a":1}')))).toEqual({
    kind: 'document',
    text: '{"a":1}',
    maxAgeSeconds: null,
  });
  expect(connections).toEqual([{ address: PUBLIC, hostname: 'app.example' }]);
  expect(received).toMatch(/^GET \/oauth\/client\.json HTTP\/1\.1\r\n/);
  expect(received).toMatch(/\r\nHost: app\.example\r\n/);
  expect(received).not.toMatch(/cookie|authorization|amz|trace/i);
});

describe('nothing is connected to', () => {
  test.each([
    ['of this machine', ['127.0.0.1']],
    ['of this machine in IPv6', ['::1']],
    ['of this machine, mapped into IPv6', ['::ffff:127.0.0.1']],
    ['with the credentials of an instance', ['169.254.169.254']],
    ['with the credentials of an instance in IPv6', ['fd00:ec2::254']],
    ['of the runtime of Lambda', ['169.254.100.1']],
    ['of a private network', ['10.0.0.5']],
    ['that a gateway would turn into a private one', ['64:ff9b::a00:5']],
    ['of which one is private', [PUBLIC, '10.0.0.5']],
    ['of which the last is private', [PUBLIC, '1.1.1.1', '2606:4700::1111', 'fe80::1']],
    ['that are none', ['app.internal']],
  ])('when the host has addresses %s', async (_what, addresses) => {
    expect(await fetchFrom(addresses)).toEqual(failed(/public internet/));
    expect(connections).toEqual([]);
  });

  test('when the host has none', async () => {
    expect(await fetchFrom([])).toEqual(failed(/no address/));
    expect(await fetchFrom(() => Promise.reject(new Error('ENOTFOUND')))).toEqual(failed(/no address/));
    expect(connections).toEqual([]);
  });

  test('when the URL is not one of a document', async () => {
    const fetchDocument = documentFetcher({
      resolve: async () => [PUBLIC],
      connect: () => expect.unreachable(),
    });
    for (const url of [
      'http://app.example/c',
      'https://127.0.0.1/c',
      'https://app.example:8443/c',
      'file:///etc/passwd',
    ])
      await expect(fetchDocument(url)).rejects.toMatchObject({ code: 'invalid_client' });
  });
});

test('a name that gets another address meanwhile is looked up once only: rebinding changes nothing', async () => {
  let lookups = 0;
  const rebinding = async () => {
    lookups += 1;
    return lookups === 1 ? [PUBLIC] : ['127.0.0.1'];
  };
  expect(await fetchFrom(rebinding)).toMatchObject({ kind: 'document' });
  expect([lookups, connections]).toEqual([1, [{ address: PUBLIC, hostname: 'app.example' }]]);
});

test.each(['301 Moved', '302 Found', '303 See Other', '307 Temporary Redirect', '308 Permanent Redirect'])(
  'no redirect is followed: %s',
  async (status) => {
    const headers = { Location: 'https://169.254.169.254/latest/meta-data/' };
    const redirect = answer('', { status, headers });
    expect(await fetchFrom([PUBLIC], (server) => server.end(redirect))).toEqual(
      failed(/redirects are not followed/),
    );
    expect(connections).toHaveLength(1);
  },
);

describe('no document is taken', () => {
  test.each([
    ['of an error', answer('{}', { status: '500 Oops' }), /answers 500/],
    ['of a partial answer', answer('{}', { status: '206 Partial' }), /answers 206/],
    ['of another type', answer('{}', { headers: { 'Content-Type': 'text/html' } }), /Content-Type/],
    ['that is compressed', answer('{}', { headers: { 'Content-Encoding': 'gzip' } }), /compressed/],
    ['that is too large', answer('x'.repeat(MAX_DOCUMENT_BYTES + 1)), /5120 bytes/],
    ['that is not UTF-8', answer(Buffer.of(0xff, 0xfe)), /UTF-8/],
    [
      'that stops in its midst',
      answer('{}', { headers: { 'Content-Length': '9' } }),
      /cannot be reached|midst/,
    ],
    ['that is no HTTP', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), /cannot be reached/],
  ])('%s', async (_what, bytes, reason) => {
    expect(await fetchFrom([PUBLIC], (server) => server.end(bytes))).toEqual(failed(reason));
  });

  test('that does not end: the connection is closed at the limit', async () => {
    let sent = 0;
    const result = await fetchFrom([PUBLIC], (server) => {
      server.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
      const drip = () => {
        if (server.destroyed || sent > 1_000_000) return;
        sent += 1024;
        server.write(`400\r\n${'x'.repeat(1024)}\r\n`, drip);
      };
      drip();
    });
    expect(result).toEqual(failed(/5120 bytes/));
    await sleep(10);
    expect(sent).toBeLessThan(1_000_000);
  });

  test('that comes too slowly, whatever is slow', async () => {
    const slow = failed(/longer than 0.05 seconds/);
    expect(await fetchFrom(() => new Promise(() => undefined), undefined, 50)).toEqual(failed(/longer than/));
    expect(await fetchFrom([PUBLIC], () => undefined, 50)).toEqual(slow);
    const dripping = (server: Duplex) => {
      server.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n');
      const timer = setInterval(() => server.write('x'), 5);
      server.on('close', () => clearInterval(timer));
      setTimeout(() => clearInterval(timer), 500);
    };
    expect(await fetchFrom([PUBLIC], dripping, 50)).toEqual(slow);
  });

  test('whose server breaks the connection, and nothing is told but the code', async () => {
    const fetchDocument = documentFetcher({
      resolve: async () => [PUBLIC],
      connect() {
        const [client] = duplexPair();
        const error = Object.assign(new Error('secret detail'), { code: 'CERT_HAS_EXPIRED' });
        queueMicrotask(() => client.destroy(error));
        return client;
      },
    });
    expect(await fetchDocument(ID)).toEqual(failed('its server cannot be reached (CERT_HAS_EXPIRED)'));
  });
});

test.each([
  ['max-age=600', 600],
  ['public, max-age=600', 600],
  ['public,max-age="60"', 60],
  ['no-store', 0],
  ['max-age=600, no-cache', 0],
  ['private', null],
  ['max-age=x', null],
  ['s-maxage=600', null],
])('the time for which it may be kept: %s', async (value, seconds) => {
  const bytes = answer('{}', { headers: { 'Cache-Control': value } });
  expect(await fetchFrom([PUBLIC], (server) => server.end(bytes))).toMatchObject({ maxAgeSeconds: seconds });
});
