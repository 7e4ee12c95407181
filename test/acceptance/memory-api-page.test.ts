import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emailKey, tenantKey } from '../../lambdas/kernel/item-keys.ts';
import type { HttpRequest } from '../support/http.ts';
import {
  apiKey,
  bearer,
  inSeconds,
  PASSWORD,
  startTestStack,
  type TestStack,
  untilPast,
} from '../support/stack.ts';
import { Page } from './page.ts';

const KEYS = '/v1/account/api-keys';
const ENVELOPE = {
  success: true,
  meta: { request_id: expect.any(String), processing_time_ms: expect.any(Number) },
};

let stack: TestStack;

/** The key that the signup gave, which has every scope. */
let key: string;
let tenantId: string;
let addresses = 0;

const signUp = async (email = `signup${(addresses += 1)}@example.com`, fields: object = {}) =>
  stack.send('POST /v1/signup', { json: { name: 'Ada', email, ...fields } });
const call = (target: string, credential = key, request: HttpRequest = {}) =>
  stack.send(target, { ...request, headers: bearer(credential) });
const create = async (json: object, credential = key) =>
  (await call(`POST ${KEYS}`, credential, { json: { name: 'k', ...json } })).json.data;

/** A tenant of its own. */
const newKey = async (): Promise<string> => (await signUp()).json.data.key;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'memory-api' });
  ({ key, tenant_id: tenantId } = (await signUp()).json.data);
});
afterAll(() => stack?.stop());

const page = new Page('memory-api', 'https://api.memory-api.com', () => stack);

describe('the page in commands', () => {
  page.command(/memories -H "Authorization/, async (run) => {
    const { status, body } = await run({ 'mem_live_abc123...': key });
    expect([status, body.tenant_id]).toEqual([200, tenantId]);
  });
  page.command(/memories -H "X-API-Key/, async (run) => {
    const { status, body } = await run({ 'mem_live_abc123...': key });
    expect([status, body.tenant_id]).toEqual([200, tenantId]);
  });
  page.command(/^curl https:\S+api-keys -H/, async (run) => {
    const { status, body } = await run({ $API_KEY: key });
    expect(status).toBe(200);
    expect(body).toMatchObject(ENVELOPE);
    expect(body.data[0]).toMatchObject({
      id: expect.stringMatching(/^key_/),
      name: expect.any(String),
      key_prefix: expect.stringMatching(/^mem_live_/),
      environment: 'live',
      scopes: ['read', 'write', 'delete', 'admin'],
      is_active: true,
      created_at: expect.stringMatching(/Z$/),
      last_used_at: expect.stringMatching(/Z$/),
    });
  });
  page.command(/Production Server/, async (run) => {
    const { status, body } = await run({ $API_KEY: key });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...ENVELOPE,
      data: {
        id: expect.stringMatching(/^key_/),
        name: 'Production Server',
        environment: 'live',
        scopes: ['read', 'write'],
        key: expect.stringMatching(/^mem_live_/),
      },
    });
  });
  page.command(/DELETE/, async (run) => {
    const { id, key: doomed } = await create({});
    expect((await call('GET /v1/memories', doomed)).status).toBe(200);
    const { status, body } = await run({ $API_KEY: key, key_abc123: id });
    expect([status, body]).toEqual([200, { ...ENVELOPE, data: { id, status: 'revoked' } }]);
    expect((await call('GET /v1/memories', doomed)).status).toBe(401);
    // Another's key, and none at all.
    const other = (await signUp()).json.data;
    for (const foreign of [other.key_id, 'key_none']) {
      expect((await run({ $API_KEY: key, key_abc123: foreign })).status).toBe(404);
    }
  });
  page.command(/Analytics/, async (run) => {
    const { status, body } = await run({ $API_KEY: key });
    expect([status, body.data.name, body.data.scopes]).toEqual([201, 'Analytics', ['read']]);
  });
  page.command(/Temp Key/, async (run) => {
    const { status, body } = await run({ $API_KEY: key });
    expect(status).toBe(201);
    const { created_at, expires_at, scopes } = body.data;
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(30 * 86_400_000);
    expect(scopes).toEqual(['read', 'write']);
  });
});

describe('the page in words', () => {
  page.aside('--- sidebar_position: 2 ---', '## API Keys');
  page.promise(
    'All API requests (except `/health` and `/signup`) require authentication using an API key.',
    async () => {
      for (const target of ['GET /v1/memories', `GET ${KEYS}`, `POST ${KEYS}`, 'DELETE /v1/memories/1']) {
        const { status, json } = await stack.send(target);
        expect([target, status, json.error.code]).toEqual([target, 401, 'MISSING_API_KEY']);
      }
      expect((await stack.send('GET /health')).status).toBe(200);
      for (const path of ['/signup', '/v1/signup']) {
        const json = { name: 'Ada', email: `open${path.length}@example.com` };
        expect((await stack.send(`POST ${path}`, { json })).status).toBe(201);
      }
    },
  );
  page.promise('### Key Format ``` mem_{environment}_{random_string} ```', async () => {
    expect(key).toMatch(/^mem_live_[0-9A-Za-z]{50}$/);
  });
  page.promise('- `mem_live_...` - Production keys (counts against billing)', async () => {
    const owner = await newKey();
    const statuses: number[] = [];
    for (let made = 0; made < 10; made += 1) {
      const json = { name: 'k', environment: 'live' };
      statuses.push((await call(`POST ${KEYS}`, owner, { json })).status);
    }
    // The tier has room for ten, of which the signup made one.
    expect(statuses).toEqual([...Array(9).fill(201), 409]);
    expect((await call('GET /v1/memories', owner)).json.environment).toBe('live');
  });
  page.promise('- `mem_test_...` - Sandbox keys (free, for testing)', async () => {
    const owner = await newKey();
    const made = [];
    for (let index = 0; index < 10; index += 1) made.push(await create({ environment: 'test' }, owner));
    for (const one of made)
      expect(one).toMatchObject({ environment: 'test', key: expect.stringMatching(/^mem_test_/) });
    const full = await call(`POST ${KEYS}`, owner, { json: { name: 'k', environment: 'test' } });
    expect([full.status, full.json.error.code]).toEqual([409, 'LIMIT_REACHED']);
    // They take no live key's place, and one that is revoked gives its own back.
    expect((await create({ environment: 'live' }, owner)).environment).toBe('live');
    await call(`DELETE ${KEYS}/${made[0].id}`, owner);
    const again = await create({ environment: 'test' }, owner);
    const { json } = await call('GET /v1/memories', again.key);
    expect([json.environment, json.request.headers['x-latchkey-environment']]).toEqual(['test', 'test']);
  });
  page.aside('### Using Your API Key');
  page.promise('Include your key in every request using one of these methods:', async () => {
    for (const headers of [bearer(key), apiKey(key)]) {
      expect((await stack.send('GET /v1/memories', { headers })).status).toBe(200);
    }
    expect(
      (await stack.send('GET /v1/memories', { headers: { authorization: `Token ${key}` } })).status,
    ).toBe(401);
  });
  page.aside('**Authorization Header (Recommended)**', '### Revoke a Key');
  page.aside('## Scopes API keys can have different permission scopes:', '|-------|-------------|');
  for (const [sentence, scope, may, mayNot] of [
    [
      '| `read` | Read memories, query, view usage |',
      'read',
      ['GET /v1/memories', 'GET /v1/usage'],
      ['POST /v1/memories', 'DELETE /v1/memories/1', `GET ${KEYS}`],
    ],
    [
      '| `write` | Create and update memories |',
      'write',
      ['POST /v1/memories', 'PUT /v1/memories/1', 'PATCH /v1/memories/1'],
      ['GET /v1/memories', 'DELETE /v1/memories/1', `GET ${KEYS}`],
    ],
    [
      '| `delete` | Delete memories |',
      'delete',
      ['DELETE /v1/memories/1'],
      ['GET /v1/memories', 'POST /v1/memories', `GET ${KEYS}`],
    ],
    [
      '| `admin` | Manage API keys, full access |',
      'admin',
      ['GET /v1/memories', 'POST /v1/memories', 'DELETE /v1/memories/1', `GET ${KEYS}`],
      [],
    ],
  ] as const) {
    page.promise(sentence, async () => {
      const owner = await newKey();
      const { key: small } = await create({ scopes: [scope] }, owner);
      for (const target of may) expect([target, (await call(target, small)).status]).toEqual([target, 200]);
      for (const target of mayNot) {
        const { status, json } = await call(target, small);
        expect([target, status, json.error.code]).toEqual([target, 403, 'INSUFFICIENT_SCOPE']);
      }
    });
  }
  page.aside('### Example: Read-Only Key ## Key Expiration');
  page.promise('You can create keys that automatically expire:', async () => {
    const owner = await newKey();
    const end = inSeconds(6);
    const { key: short } = await create({ expires_at: end }, owner);
    expect((await call('GET /v1/memories', short)).status).toBe(200);
    await untilPast(end);
    const { status, json } = await call('GET /v1/memories', short);
    expect([status, json.error.code]).toEqual([401, 'INVALID_API_KEY']);
    expect(json.error.message).toMatch(/expired/);
  });
  page.aside('## Security Best Practices', 'const apiKey = process.env.MEMORY_API_KEY; ```');
  page.allIsAccountedFor();
});

describe('what the service’s own clients take for granted', () => {
  test('a signup answers with id, key and name of the key, and the key opens everything', async () => {
    const response = await signUp('grace@example.com', { plan_id: 'free' });
    expect(response.status).toBe(201);
    expect(response.json).toMatchObject({
      ...ENVELOPE,
      data: {
        id: expect.stringMatching(/^key_/),
        key: expect.stringMatching(/^mem_live_/),
        name: 'Default Key',
      },
    });
    const { id, key: secret } = response.json.data;
    const { data } = (await call(`GET ${KEYS}`, secret)).json;
    expect(data.map((one: { id: string; name: string }) => [one.id, one.name])).toEqual([
      [id, 'Default Key'],
    ]);
  });

  test('a key that is made without a name is a Default Key', async () => {
    const { status, json } = await call(`POST ${KEYS}`, key, { json: { scopes: ['read'] } });
    expect([status, json.data.name]).toEqual([201, 'Default Key']);
    const refused = await call(`POST ${KEYS}`, key, { json: { name: null } });
    expect([refused.status, refused.json.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });

  test('the account says organisation and plan; the address is told to keys that manage people', async () => {
    const { key: owner, tenant_id } = (await signUp('owner@example.com', { name: 'Ada & Sons' })).json.data;
    const account = {
      org_id: tenant_id,
      name: 'Ada & Sons',
      plan: { id: 'free', name: 'free' },
      is_active: true,
      created_at: expect.stringMatching(/Z$/),
    };
    const { status, json } = await call('GET /v1/account', owner);
    expect([status, json]).toMatchObject([
      200,
      { ...ENVELOPE, data: { ...account, email: 'owner@example.com' } },
    ]);
    const reader = await create({ scopes: ['read'] }, owner);
    expect((await call('GET /v1/account', reader.key)).json.data).toMatchObject({ ...account, email: null });
    const writer = await create({ scopes: ['write'] }, owner);
    expect((await call('GET /v1/account', writer.key)).status).toBe(403);
    expect((await stack.send('GET /v1/account')).status).toBe(401);
    // A wrong method of the account, and a path below it, are ours too.
    expect((await call('POST /v1/account', owner)).status).toBe(405);
    expect((await call('GET /v1/account/billing', owner)).status).toBe(404);
  });

  test('usage is shown under both of its paths, with what counts against billing', async () => {
    const owner = await newKey();
    for (const path of ['/v1/usage', '/v1/account/usage']) {
      const { status, json } = await call(`GET ${path}`, owner);
      expect([path, status, json]).toMatchObject([
        path,
        200,
        {
          ...ENVELOPE,
          data: {
            current: { period: new Date().toISOString().slice(0, 7), api_calls: expect.any(Number) },
            this_month: { live: expect.any(Number), test: 0 },
          },
        },
      ]);
    }
  });

  test('errors are an object of code and message, whoever answers: the gateway, the authorizer, a function', async () => {
    const { key: small } = await create({ scopes: ['read'] });
    for (const [target, headers, status, code] of [
      ['GET /v1/memories', {}, 401, 'MISSING_API_KEY'],
      ['GET /v1/memories', bearer('mem_live_wrong'), 401, 'INVALID_API_KEY'],
      ['POST /v1/memories', bearer(small), 403, 'INSUFFICIENT_SCOPE'],
      ['GET /elsewhere', {}, 404, 'NOT_FOUND'],
      ['PUT /v1/signup', {}, 405, 'METHOD_NOT_ALLOWED'],
      ['POST /v1/signup', {}, 400, 'VALIDATION_ERROR'],
      [`GET ${KEYS}?limit=0`, bearer(key), 400, 'VALIDATION_ERROR'],
    ] as const) {
      const response = await stack.send(target, { headers });
      expect([target, response.status]).toEqual([target, status]);
      expect(response.json).toMatchObject({
        success: false,
        error: { code, message: expect.any(String) },
        meta: { request_id: response.headers['x-request-id'] },
      });
    }
  });

  test('over its limit a key gets RATE_LIMIT_EXCEEDED from the gateway itself', async () => {
    const owner = await newKey();
    let limited: Awaited<ReturnType<typeof call>> | undefined;
    for (let round = 0; round < 3 && limited === undefined; round += 1) {
      const answers = await Promise.all(Array.from({ length: 110 }, () => call('GET /v1/memories', owner)));
      limited = answers.find(({ status }) => status === 429);
    }
    expect(limited?.json).toMatchObject({ success: false, error: { code: 'RATE_LIMIT_EXCEEDED' } });
    expect(limited?.headers['retry-after']).toMatch(/^\d+$/);
  });

  test('the list is paged by a cursor beside the request’s id', async () => {
    const owner = await newKey();
    await create({}, owner);
    const first = (await call(`GET ${KEYS}?limit=1`, owner)).json;
    const second = (await call(`GET ${KEYS}?limit=1&cursor=${first.meta.next_cursor}`, owner)).json;
    expect(first.data[0].id).not.toBe(second.data[0].id);
    expect((await call(`GET ${KEYS}?cursor=${first.meta.next_cursor}`)).json.error.code).toBe(
      'VALIDATION_ERROR',
    );
  });
});

describe('an address that nobody has shown to be theirs', () => {
  /** As if 24 hours had passed. */
  const letTheHoldPass = async (email: string, tenant: string) => {
    const past = Math.floor(Date.now() / 1000) - 1;
    for (const item of [emailKey(email), tenantKey(tenant)]) {
      await stack.table.update(item, {
        UpdateExpression: 'SET heldUntil = :past',
        ConditionExpression: 'attribute_exists(heldUntil)',
        ExpressionAttributeValues: { ':past': { N: String(past) } },
      });
    }
  };

  test('is held for who signed up with it: of 20 at once one gets it, and the next does not', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        // The function has ten instances at most: who finds none free comes again.
        for (;;) {
          const answer = await signUp(index % 2 === 0 ? 'race@example.com' : ' RACE@Example.com');
          if (answer.status < 500) return answer;
        }
      }),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
    const late = await signUp('race@example.com');
    expect([late.status, late.json.error.code]).toEqual([409, 'EMAIL_TAKEN']);
  });

  test('stays theirs once the key has been used, beyond the 24 hours', async () => {
    const { key: used, tenant_id: id } = (await signUp('used@example.com')).json.data;
    expect((await call('GET /v1/memories', used)).status).toBe(200);
    await stack.local.idle();
    expect(await stack.table.get(emailKey('used@example.com'))).not.toHaveProperty('heldUntil');
    expect(await stack.table.get(emailKey('used@example.com'))).not.toHaveProperty('ttl');
    expect(await stack.table.get(tenantKey(id))).not.toHaveProperty('heldUntil');
    expect((await signUp('used@example.com')).status).toBe(409);
  });

  test('is free after 24 hours without a use, and the key of who let it pass opens nothing any more', async () => {
    const squatter = (await signUp('victim@example.com')).json.data;
    await letTheHoldPass('victim@example.com', squatter.tenant_id);
    const refused = await call('GET /v1/memories', squatter.key);
    expect([refused.status, refused.json.error.code]).toEqual([401, 'INVALID_API_KEY']);
    const owner = (await signUp('victim@example.com')).json.data;
    expect((await call('GET /v1/memories', owner.key)).status).toBe(200);
    // The stream has seen the squatter's late call too.
    await stack.local.idle();
    expect((await call('GET /v1/memories', squatter.key)).status).toBe(401);
    expect((await stack.table.get(emailKey('victim@example.com')))?.tenantId?.S).toBe(owner.tenant_id);
  });

  test('can be taken with a password as well, once it is free', async () => {
    const { tenant_id: id } = (await signUp('person@example.com')).json.data;
    const json = { email: 'person@example.com', password: PASSWORD };
    expect((await stack.send('POST /v1/auth/onboard', { json })).status).toBe(409);
    await letTheHoldPass('person@example.com', id);
    expect((await stack.send('POST /v1/auth/onboard', { json })).status).toBe(201);
    expect((await stack.send('POST /v1/auth/login', { json })).status).toBe(200);
    expect((await signUp('person@example.com')).status).toBe(409);
  });

  test('has no password: nobody logs in with one, in the words of a wrong one', async () => {
    await signUp('nopassword@example.com');
    for (const password of ['', 'undefined', 'null', PASSWORD]) {
      const json = { email: 'nopassword@example.com', password };
      const { status } = await stack.send('POST /v1/auth/login', { json });
      expect([password, status]).toEqual([password, password === '' ? 400 : 401]);
    }
  });

  test.each([
    ['another plan', { plan_id: 'enterprise' }, /plan_id: must be free/],
    ['a plan that there is not', { plan_id: 'gold' }, /plan_id: must be free/],
    ['a plan that is no text', { plan_id: 7 }, /plan_id/],
    ['a password', { password: PASSWORD }, /password: is not a field/],
    ['no name', { name: undefined }, /name: is required/],
    ['a name of control characters', { name: 'a\u0000b' }, /name/],
    ['a name that is too long', { name: 'x'.repeat(101) }, /name/],
    ['no address', { email: 'ada' }, /email/],
    ['a list of addresses', { email: ['a@example.com'] }, /email/],
  ])('signing up with %s is a 400 that says so', async (_case, fields, reason) => {
    const { status, json } = await signUp(undefined, fields);
    expect([status, json.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(json.error.message).toMatch(reason);
  });

  test('nothing of a signup is logged but its line', async () => {
    const { key: secret } = (await signUp('quiet@example.com')).json.data;
    await call('GET /v1/memories', secret);
    const log = stack.lines.join('\n');
    expect(log).not.toContain(secret);
    expect(log).not.toContain('quiet@example.com');
  });
});
