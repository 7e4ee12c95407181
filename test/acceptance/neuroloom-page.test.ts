import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  apiKey,
  bearer,
  startTestStack,
  type TestStack,
  withinOneWindow,
} from '../support/stack.ts';
import { Page } from './page.ts';

let stack: TestStack;
let ada: Account;
let token: string;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'neuroloom' });
  ada = await stack.onboard();
  token = await stack.logIn(ada);
});
afterAll(() => stack?.stop());

const call = (target: string, key: string) => stack.send(target, { headers: bearer(key) });
const create = async (fields: object) =>
  stack.createKey(await stack.logIn(await stack.onboard()), { name: 'k', ...fields });

const page = new Page('neuroloom', 'https://api.neuroloom.dev', () => stack);

describe('the page in commands', () => {
  page.command(/memories/, async (run) => {
    const { status, body } = await run({ nlk_live_your_key_here: ada.apiKey });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      tenant_id: ada.tenantId,
      environment: 'live',
      request: { path: '/v1/memories' },
    });
  });
});

describe('the page in words', () => {
  page.aside('Authentication Neuroloom uses API keys for authentication.');
  page.promise(
    'Every request must include a valid key and is automatically scoped to a single workspace.',
    async () => {
      expect((await stack.send('GET /v1/memories')).status).toBe(401);
      const { json } = await call('GET /v1/memories', ada.apiKey);
      expect(json.workspace_id).toBe(ada.workspaceId);
      expect(json.request.headers['x-latchkey-workspace']).toBe(ada.workspaceId);
    },
  );
  page.aside('Creating an API Key');
  page.notYet('dashboard', '- Go to app.neuroloom.dev and log in', 'API Keys');
  page.promise('- Click New API Key, give it a name, and select its scope', async () => {
    const named = await stack.createKey(token, { name: 'search', scopes: ['read'] });
    expect([named.name, named.scopes]).toEqual(['search', ['read']]);
  });
  page.promise('- Copy the key — it is shown only once', async () => {
    const { key, id } = await stack.createKey(token);
    for (const target of ['GET /v1/api-keys', `GET /v1/api-keys/${id}`]) {
      expect((await stack.send(target, { headers: bearer(token) })).text).not.toContain(key);
    }
  });
  page.promise(
    'API keys are prefixed by environment: | Prefix | Environment | |---|---| nlk_live_ | Production | nlk_test_ | Sandbox / staging |',
    async () => {
      for (const environment of ['live', 'test']) {
        const { key, ...view } = await create({ environment });
        expect([view.environment, key]).toEqual([environment, expect.stringMatching(`^nlk_${environment}_`)]);
        expect((await call('GET /v1/memories', key)).json.environment).toBe(environment);
      }
    },
  );
  page.aside('Using the Authorization Header');
  page.promise('Pass your API key in the Authorization header on every request:', async () => {
    expect((await call('GET /v1/memories', ada.apiKey)).status).toBe(200);
    expect((await stack.send('GET /v1/memories', { headers: apiKey(ada.apiKey) })).status).toBe(401);
  });
  page.aside('The SDK handles this automatically:', 'Workspace Isolation');
  page.promise('Every API key belongs to exactly one workspace.', async () => {
    const { workspace_id } = await stack.createKey(token);
    expect(workspace_id).toBe(ada.workspaceId);
    const two = { name: 'two', workspace_id: [ada.workspaceId, ada.workspaceId] };
    const refused = await stack.send('POST /v1/api-keys', { headers: bearer(token), json: two });
    expect(refused.status).toBe(400);
  });
  page.aside('All data — memories, embeddings', 'strictly isolated per workspace.');
  page.promise('You cannot read or write data across workspaces with a single key.', async () => {
    const other = await stack.onboard();
    for (const workspace of [other.workspaceId, 'unknown']) {
      for (const method of ['GET', 'POST']) {
        const headers = { ...bearer(ada.apiKey), 'X-Workspace-Id': workspace };
        expect((await stack.send(`${method} /v1/memories`, { headers })).status).toBe(404);
      }
      const json = { name: 'k', workspace_id: workspace };
      expect((await stack.send('POST /v1/api-keys', { headers: bearer(ada.apiKey), json })).status).toBe(404);
    }
  });
  page.aside('To work with multiple workspaces', 'Key Scopes | Scope | Permitted operations | |---|---|');
  for (const [sentence, scope, may, mayNot] of [
    [
      'read | GET endpoints only — search and retrieve |',
      'read',
      ['GET'],
      ['POST', 'PATCH', 'PUT', 'DELETE'],
    ],
    ['write | GET, POST, PATCH, DELETE |', 'write', ['GET', 'POST', 'PATCH', 'DELETE'], []],
    [
      'admin | All operations including key management |',
      'admin',
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      [],
    ],
  ] as const) {
    page.promise(sentence, async () => {
      const { key } = await create({ scopes: [scope] });
      for (const method of may) {
        expect([method, (await call(`${method} /v1/memories/1`, key)).status]).toEqual([method, 200]);
      }
      for (const method of mayNot) {
        expect([method, (await call(`${method} /v1/memories/1`, key)).status]).toEqual([method, 403]);
      }
      expect((await call('GET /v1/api-keys', key)).status).toBe(scope === 'admin' ? 200 : 403);
    });
  }
  page.promise('Use the narrowest scope possible for production agents.', async () => {
    expect((await create({})).scopes).toEqual(['read']);
  });
  page.aside('Rotating Keys');
  page.promise(
    'To rotate a compromised key: - Generate a new key in the dashboard - Deploy the new key to all services - Revoke the old key from Settings → API Keys → Revoke',
    async () => {
      const old = await stack.createKey(token, { name: 'service' });
      const fresh = await stack.createKey(token, { name: 'service' });
      for (const { key } of [old, fresh]) expect((await call('GET /v1/memories', key)).status).toBe(200);
      await stack.send(`DELETE /v1/api-keys/${old.id}`, { headers: bearer(token) });
      expect((await call('GET /v1/memories', old.key)).status).toBe(401);
      expect((await call('GET /v1/memories', fresh.key)).status).toBe(200);
    },
  );
  page.promise(
    'Revocation is immediate. In-flight requests using the old key will receive a 401 Unauthorized response.',
    async () => {
      const { key, id } = await stack.createKey(token);
      let revokedAt = Number.POSITIVE_INFINITY;
      const flight = Array.from({ length: 40 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 5));
        const sentAt = performance.now();
        const { status } = await call('GET /v1/memories', key);
        return { sentAt, status };
      });
      await new Promise((resolve) => setTimeout(resolve, 80));
      await stack.send(`DELETE /v1/api-keys/${id}`, { headers: bearer(token) });
      revokedAt = performance.now();
      const late = (await Promise.all(flight)).filter(({ sentAt }) => sentAt > revokedAt);
      late.push({ sentAt: 0, status: (await call('GET /v1/memories', key)).status });
      expect(late.map(({ status }) => status)).toEqual(late.map(() => 401));
    },
  );
  page.aside('Error Responses | Status | Reason | |---|---|');
  page.promise('401 Unauthorized | Missing or invalid API key |', async () => {
    for (const headers of [{}, bearer('nlk_live_wrong'), { authorization: 'Token' }]) {
      const { status, json } = await stack.send('GET /v1/memories', { headers });
      expect([status, json.type]).toEqual([401, 'authentication_error']);
    }
  });
  page.promise('403 Forbidden | Key exists but lacks the required scope |', async () => {
    const { key } = await create({ scopes: ['read'] });
    const { status, json } = await call('POST /v1/memories', key);
    expect([status, json.detail]).toEqual([403, 'Insufficient scope. Required: write']);
  });
  page.promise('429 Too Many Requests | Rate limit exceeded — see Retry-After header |', async () => {
    const { key } = await create({});
    await withinOneWindow(30);
    const answers = await Promise.all(Array.from({ length: 101 }, () => call('GET /v1/memories', key)));
    const limited = answers.find(({ status }) => status === 429);
    expect(limited?.headers['retry-after']).toMatch(/^([1-9]|[1-5]\d|60)$/);
  });
  page.aside('Next Steps', 'Use Neuroloom as an MCP tool server');
  page.allIsAccountedFor();
});

describe('what the service’s own plugin takes for granted', () => {
  test('it checks its key with Authorization: Token, the workspace in a header, a slash at the end: 200 or 401', async () => {
    const headers = { authorization: `Token ${ada.apiKey}`, 'X-Workspace-Id': ada.workspaceId };
    const right = await stack.send('GET /api/v1/workspaces/', { headers });
    expect(right.status).toBe(200);
    expect(right.json).toMatchObject({ tenant_id: ada.tenantId, request: { path: '/api/v1/workspaces/' } });
    const wrong = { ...headers, authorization: 'Token nlk_live_wrong' };
    expect((await stack.send('GET /api/v1/workspaces/', { headers: wrong })).status).toBe(401);
    expect((await stack.send('GET /api/v1/workspaces/')).status).toBe(401);
  });

  test.each(['/api/v1/memories/', '/api/v1/memories/7/', '/api/v1/', '/v1/memories/'])(
    'the slash at the end of %s goes on to the upstream',
    async (path) => {
      expect((await call(`GET ${path}?q=1`, ada.apiKey)).json.request.path).toBe(`${path}?q=1`);
    },
  );

  test('a scope that this contract has not is a 400 that names those that it has, for a new key and a present one', async () => {
    const { id } = await stack.createKey(token);
    for (const [target, json] of [
      ['POST /v1/api-keys', { name: 'k', scopes: ['delete'] }],
      [`PATCH /v1/api-keys/${id}`, { scopes: ['read', 'delete'] }],
    ] as const) {
      const response = await stack.send(target, { headers: bearer(token), json });
      expect([response.status, response.json.detail]).toEqual([
        400,
        'scopes: must be some of read, write, admin',
      ]);
    }
  });
});
