import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionKey } from '../../lambdas/store/items.ts';
import { apiKey, bearer, inSeconds, PASSWORD, startTestStack, type TestStack } from '../support/stack.ts';

const PAGE = readFileSync(new URL('pages/memgraph.txt', import.meta.url), 'utf8');
const HOST = 'https://api.memgraph.ai';
const EMAIL = 'ada@example.com';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ profile: 'memgraph' });
});
afterAll(() => stack?.stop());

/** A command as the page prints it: from `curl` to the first line that does not go on. */
function command(start: string): string {
  const at = PAGE.indexOf(start);
  if (at < 0) throw new Error(`The page has no command ${start}`);
  const lines: string[] = [];
  let quoted = false;
  for (const line of PAGE.slice(at).split('\n')) {
    lines.push(line);
    if ((line.match(/'/g)?.length ?? 0) % 2 === 1) quoted = !quoted;
    if (!quoted && !line.endsWith('\\')) break;
  }
  // The page runs a command's last line and the next sentence together.
  return lines.join('\n').replace(/"(?:from|[A-Z])[^"\n]*$/, '"');
}

/** Runs a command of the page: another host, and the reader's own values where the page has placeholders. */
async function run(printed: string, values: Readonly<Record<string, string>> = {}) {
  const own = Object.entries({ [HOST]: stack.url, ...values }).reduce(
    (text, [placeholder, value]) => text.replaceAll(placeholder, value),
    printed,
  );
  const script = `${own.replace(/^curl /, 'curl --silent --show-error --max-time 20 --include ')}`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script]);
  const end = stdout.indexOf('\r\n\r\n');
  const [status = '', ...headers] = stdout.slice(0, end).split('\r\n');
  return {
    status: Number(status.split(' ')[1]),
    headers: Object.fromEntries(
      headers.map((line) => [line.split(': ')[0]?.toLowerCase(), line.split(': ').slice(1).join(': ')]),
    ),
    body: JSON.parse(stdout.slice(end + 4)),
  };
}

describe("the page's commands, with another host", () => {
  let onboarded: Awaited<ReturnType<typeof run>>['body'];
  let token: string;
  let created: Awaited<ReturnType<typeof run>>['body'];

  beforeAll(async () => {
    onboarded = (
      await run(command('curl -X POST https://api.memgraph.ai/v1/auth/onboard'), {
        '[email protected]': EMAIL,
      })
    ).body;
    const login = command('curl -X POST https://api.memgraph.ai/v1/auth/login');
    // The page masks the first field; its name is the one that the onboarding has.
    const values = { '"[email protected]&': `"email=${EMAIL}&`, 'YourPassword123!': PASSWORD };
    token = (await run(login, values)).body.access_token;
    const create = command('curl -X POST https://api.memgraph.ai/v1/api-keys');
    created = (await run(create, { YOUR_JWT_TOKEN: token })).body;
  });

  test('onboarding answers with the three members that the page shows', () => {
    expect(onboarded).toMatchObject({
      tenant_id: expect.stringMatching(/^[\da-f-]{36}$/),
      api_key: expect.stringMatching(/^mg_live_\w+$/),
      user_id: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test('the key opens /v1/stats, and what stands behind is told tenant, workspace and scopes', async () => {
    const { status, body } = await run(command('curl https://api.memgraph.ai/v1/stats'), {
      mg_live_your_key_here: onboarded.api_key,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenant_id: onboarded.tenant_id,
      workspace_id: onboarded.workspace_id,
      scopes: ['read', 'write', 'delete'],
    });
    expect(body.request.headers['x-latchkey-tenant']).toBe(onboarded.tenant_id);
    expect(JSON.stringify(body)).not.toContain(onboarded.api_key);
  });

  test('the login, sent as a form, answers with an HS256 token of seven days', async () => {
    const login = command('curl -X POST https://api.memgraph.ai/v1/auth/login');
    expect(login).toContain('application/x-www-form-urlencoded');
    for (const field of ['email', 'username']) {
      const { status, body } = await run(login, {
        '"[email protected]&': `"${field}=${EMAIL}&`,
        'YourPassword123!': PASSWORD,
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ access_token: expect.stringMatching(/^eyJ/), token_type: 'bearer' });
      const [header, claims] = body.access_token
        .split('.')
        .slice(0, 2)
        .map((part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()));
      expect(header.alg).toBe('HS256');
      expect(claims.exp - claims.iat).toBe(7 * 86_400);
    }
  });

  test('/v1/auth/me answers with the profile of the person: tenant_id, email, role', async () => {
    const { status, body } = await run(command('curl https://api.memgraph.ai/v1/auth/me'), {
      'eyJhbGciOiJIUzI1NiIs...': token,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ tenant_id: onboarded.tenant_id, email: EMAIL, role: 'admin' });
  });

  test('a new key is shown once: in the answer to its creation, never in the list', async () => {
    expect(created).toMatchObject({ name: 'production-key', key: expect.stringMatching(/^mg_live_\w+$/) });
    const { status, body } = await run(command('curl https://api.memgraph.ai/v1/api-keys'), {
      YOUR_JWT_TOKEN: token,
    });
    expect(status).toBe(200);
    expect(body.data.map(({ id }: { id: string }) => id)).toContain(created.id);
    const listed = JSON.stringify(body);
    for (const secret of [created.key, onboarded.api_key]) expect(listed).not.toContain(secret);
  });

  test('the very next call with a revoked key is a 401 that says so', async () => {
    const stats = command('curl https://api.memgraph.ai/v1/stats');
    const { key, id } = created;
    expect((await run(stats, { mg_live_your_key_here: key })).status).toBe(200);
    const revoke = command('curl -X DELETE https://api.memgraph.ai/v1/api-keys/KEY_ID');
    expect((await run(revoke, { KEY_ID: id, YOUR_JWT_TOKEN: token })).status).toBe(200);
    const { status, headers, body } = await run(stats, { mg_live_your_key_here: key });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(body.detail).toMatch(/revoked/);
  });

  test('the endpoints that the page calls public take no credential', async () => {
    expect((await stack.send('GET /health')).status).toBe(200);
    // /v1/auth/onboard and /v1/auth/login were called without one above; /metrics is not served yet.
  });
});

describe('the page in words', () => {
  test('without a credential the answer is a 401 that says how to come back', async () => {
    const response = await stack.send('GET /v1/stats');
    expect(response.status).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.json.detail).toMatch(/Authentication required/);
  });

  test('of a token and a key the token decides, a bad one too', async () => {
    const account = await stack.onboard();
    const other = await stack.onboard();
    const token = await stack.logIn(account);
    const both = { ...bearer(token), ...apiKey(other.apiKey) };
    const me = await stack.send('GET /v1/auth/me', { headers: both });
    expect(me.json).toMatchObject({ kind: 'user', tenant_id: account.tenantId });
    const bad = { ...bearer(`${token.slice(0, -4)}AAAA`), ...apiKey(other.apiKey) };
    expect((await stack.send('GET /v1/auth/me', { headers: bad })).status).toBe(401);
  });

  test.each(['/v1/admin/export', '/v1/admin', '/v1/admin/'])(
    '%s takes an admin: the 403 names the scope',
    async (path) => {
      const account = await stack.onboard();
      const headers = apiKey(account.apiKey);
      const response = await stack.send(`GET ${path}`, { headers });
      expect(response.status).toBe(403);
      expect(response.json).toMatchObject({
        type: 'authorization_error',
        code: 'insufficient_scope',
        detail: 'Insufficient scope. Required: admin',
      });
      const token = await stack.logIn(account);
      expect((await stack.send(`GET ${path}`, { headers: bearer(token) })).status).toBe(200);
    },
  );

  test.each([
    ['viewer', 'GET', 200],
    ['viewer', 'POST', 403],
    ['viewer', 'DELETE', 403],
    ['editor', 'GET', 200],
    ['editor', 'POST', 200],
    ['editor', 'DELETE', 200],
  ])('a person who is a %s may %s events: %i', async (role, method, status) => {
    const token = await personOf(role);
    expect((await stack.send(`${method} /v1/events`, { headers: bearer(token) })).status).toBe(status);
    expect((await stack.send('GET /v1/admin/export', { headers: bearer(token) })).status).toBe(403);
    expect((await stack.send('GET /v1/api-keys', { headers: bearer(token) })).status).toBe(403);
  });

  test('keys are managed by people: a key with every scope may not', async () => {
    const token = await stack.logIn(await stack.onboard());
    const { key } = await stack.createKey(token, { scopes: ['read', 'write', 'delete', 'admin'] });
    const response = await stack.send('POST /v1/api-keys', { headers: apiKey(key), json: { name: 'x' } });
    expect(response.status).toBe(403);
    expect(response.json.code).toBe('user_required');
  });

  test('a key that has expired is told so', async () => {
    const token = await stack.logIn(await stack.onboard());
    const { key } = await stack.createKey(token, { expires_at: inSeconds(2) });
    expect((await stack.send('GET /v1/stats', { headers: apiKey(key) })).status).toBe(200);
    await sleep(2100);
    const response = await stack.send('GET /v1/stats', { headers: apiKey(key) });
    expect(response.status).toBe(401);
    expect(response.json.detail).toMatch(/expired/);
  });

  test('over its limit a key gets a 429 with a whole number of seconds', async () => {
    const { apiKey: key } = await stack.onboard();
    const calls = Array.from({ length: 101 }, () => stack.send('GET /v1/stats', { headers: apiKey(key) }));
    const refused = (await Promise.all(calls)).find(({ status }) => status === 429);
    // The 101 calls may have met the edge of a window; another hundred then lie behind it.
    const response = refused ?? (await callUntilRefused(key));
    expect(response.status).toBe(429);
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(Number(response.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(response.json.detail).toMatch(/^Rate limit exceeded. Try again in \d+ seconds?\.$/);
  });

  test.each([
    'PUT /v1/auth/login',
    'GET /v1/auth/login',
    'GET /v1/auth',
    'GET /v1/auth/unknown/thing',
    'POST /health',
    'GET /',
    'GET /elsewhere',
  ])("%s is a 404 in the profile's shape, and never the upstream's", async (target) => {
    const response = await stack.send(target);
    expect(response.status).toBe(404);
    expect(response.json).toMatchObject({ type: 'not_found_error', code: 'not_found', status: 404 });
    expect(response.json.request_id).toBe(response.headers['x-request-id']);
  });
});

/** No route changes a role yet, so a session's record is changed. */
async function personOf(role: string): Promise<string> {
  const token = await stack.logIn(await stack.onboard());
  const { sid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  await stack.table.update(sessionKey(sid), {
    UpdateExpression: 'SET rol = :role',
    ExpressionAttributeValues: { ':role': { S: role } },
  });
  return token;
}

async function callUntilRefused(key: string) {
  for (let call = 0; ; call += 1) {
    const response = await stack.send('GET /v1/stats', { headers: apiKey(key) });
    if (response.status === 429 || call > 100) return response;
  }
}
