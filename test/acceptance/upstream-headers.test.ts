import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Account, ROOMY_TIER, startTestStack, type TestStack } from '../support/stack.ts';
import { Upstream } from '../support/upstream.ts';

/** What arrives at an upstream for each client, to the letter; and the echo, which shows the same without one. */

type Lines = readonly (readonly [name: string, value: string])[];

const GOLDEN = new URL('./golden/', import.meta.url);
const readGolden = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), 'utf8'));
const clients: Readonly<Record<string, Lines>> = readGolden('clients');

const upstream = new Upstream();
let stack: TestStack;
let ada: Account;

beforeAll(async () => {
  const url = `http://127.0.0.1:${await upstream.listen()}`;
  // All other paths are the echo's.
  stack = await startTestStack({
    profile: 'default',
    config: { tiers: { free: ROOMY_TIER }, upstreams: { real: { path: '/v1/real', url } } },
  });
  ada = await stack.onboard();
});
afterAll(async () => {
  await stack?.stop();
  await upstream.stop();
});

/** Sends header lines as they are, in their order. */
async function send(method: string, path: string, lines: Lines, body = '') {
  const { hostname, port, host } = new URL(stack.url);
  const headers = [
    ['Host', host],
    ...lines,
    ['X-Request-ID', 'request-1'],
    ['X-API-Key', ada.apiKey],
    ...(body === '' ? [] : [['Content-Length', String(body.length)]]),
  ].flat();
  const outgoing = request({ hostname, port, method, path, headers });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  return json(response);
}

/** Lines with what differs from run to run named instead. */
function masked(lines: Lines): readonly string[] {
  const { host } = new URL(stack.url);
  const values: readonly (readonly [string | RegExp, string])[] = [
    [host, '<host>'],
    [ada.tenantId, '<tenant>'],
    [ada.workspaceId, '<workspace>'],
    [ada.keyId, '<key>'],
    [/Root=1-[0-9a-f]{8}-[0-9a-f]{24}/, '<trace>'],
    [/^eyJ[\w.-]+$/, '<assertion>'],
    [/^(127\.0\.0\.1:\d+|your-upstream)$/, '<upstream>'],
  ];
  return lines.map(
    ([name, value]) =>
      `${name}: ${values.reduce((text, [from, to]) => text.replaceAll(from instanceof RegExp ? new RegExp(from, 'g') : from, to), value)}`,
  );
}

test.each(Object.keys(clients))(
  'of %s arrives what the golden file says, and the echo shows',
  async (name) => {
    const lines = clients[name] ?? [];
    const [method, body] = name === 'python' ? ['POST', '{"a":1}'] : ['GET', ''];
    await send(method, '/v1/real/things?a=1', lines, body);
    const arrived = masked(upstream.last.lines);
    expect(arrived).toEqual(readGolden(name));
    const echoed = (await send(method, '/v1/things?a=1', lines, body)) as {
      request: { headers: Record<string, string> };
    };
    expect(masked(Object.entries(echoed.request.headers))).toEqual(arrived);
  },
);
