/** The sub-client `auth`, and the generated operations, as they speak to the server. */
import { afterEach, describe, expect, test } from 'vitest';
import { connect, createUser, getMe, listUsers, removeUser } from '../../../clients/typescript/src/api.ts';
import {
  ConnectionError,
  KeyNotShownError,
  Latchkey,
  NotFoundError,
  paginate,
} from '../../../clients/typescript/src/index.ts';
import { MemgraphClient } from '../../../clients/typescript/src/profiles/memgraph.ts';
import { MemoryClient } from '../../../clients/typescript/src/profiles/nams.ts';
import { type Answer, type Asked, type ScriptedServer, scriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
afterEach(() => server?.stop());

const clientOf = async (script: readonly Answer[] | ((asked: Asked) => Answer)) => {
  server = await scriptedServer(script);
  return new Latchkey({ endpoint: server.url, apiKey: 'lk_secret' });
};
const key = (id: string) => ({ id, name: 'ci', workspace_id: 'w1', created_at: '2026-01-01T00:00:00Z' });
const targets = () => server.asked.map(({ method, path }) => `${method} ${path}`);

/** Three keys on two pages. */
const pages = ({ path }: Asked): Answer =>
  path.includes('cursor=two')
    ? { json: { data: [key('c')], next_cursor: null } }
    : { json: { data: [key('a'), key('b')], next_cursor: 'two' } };

describe('a list', () => {
  test('is all of it when awaited', async () => {
    const client = await clientOf(pages);
    const keys = await client.auth.listApiKeys('w 1');
    expect(keys.map(({ id, workspaceId, createdAt }) => [id, workspaceId, createdAt])).toEqual(
      ['a', 'b', 'c'].map((id) => [id, 'w1', '2026-01-01T00:00:00Z']),
    );
    expect(targets()).toEqual([
      'GET /v1/api-keys?workspace_id=w+1',
      'GET /v1/api-keys?workspace_id=w+1&cursor=two',
    ]);
  });

  test('is fetched no further than it is read', async () => {
    const client = await clientOf(pages);
    for await (const { id } of client.auth.listApiKeys()) if (id === 'b') break;
    expect(server.asked).toHaveLength(1);
  });

  test('ends after an empty cursor, and with an error where a page names itself as the next', async () => {
    const empty = await clientOf(() => ({ json: { data: [key('a')], next_cursor: '' } }));
    expect(await empty.auth.listApiKeys()).toHaveLength(1);
    await server.stop();
    const circle = await clientOf(() => ({ json: { data: [key('a')], next_cursor: 'same' } }));
    await expect(circle.auth.listApiKeys().all()).rejects.toThrow(
      'The server gave the cursor of a page as that of the next one.',
    );
    expect(server.asked).toHaveLength(2);
  });

  test('can be read more than once', async () => {
    const client = await clientOf(pages);
    const keys = client.auth.listApiKeys();
    expect([(await keys).length, (await keys.all()).length]).toEqual([3, 3]);
  });

  test('of a generated operation is read the same way', async () => {
    const client = connect(await clientOf(pages));
    const ids: string[] = [];
    for await (const { id } of paginate((cursor) =>
      listUsers({ client, throwOnError: true, query: { ...(cursor && { cursor }) } }),
    ))
      ids.push(id);
    expect(ids).toEqual(['a', 'b', 'c']);
  });
});

describe('making a key', () => {
  test('sends the fields in the words of the API, and an Idempotency-Key of its own each time', async () => {
    const client = await clientOf([{ status: 201, json: { ...key('a'), key: 'lk_new' } }]);
    const fields = { label: 'ci-runner', scopes: ['read'], workspaceId: 'w1', expiresInDays: 30 };
    expect((await client.auth.createApiKey(fields)).key).toBe('lk_new');
    await client.auth.createApiKey(fields);
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
      name: 'ci-runner',
      scopes: ['read'],
      workspace_id: 'w1',
      expires_in_days: 30,
    });
    expect(new Set(server.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });

  test('whose answer was lost says which key it is', async () => {
    const client = await clientOf([{ instead: 'lost' }, { status: 201, json: key('key_9') }]);
    const error = await client.auth.createApiKey({ name: 'ci' }).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(KeyNotShownError);
    expect(error).toMatchObject({ id: 'key_9', message: expect.stringContaining("rotateApiKey('key_9')") });
  });
});

test('rotating and revoking name the key, and nothing that is in it is part of the path', async () => {
  const client = await clientOf([{ json: { ...key('a'), key: 'lk_new' } }]);
  await client.auth.rotateApiKey('a', { graceSeconds: 60 });
  await client.auth.revokeApiKey('../users?x=/1');
  expect(targets()).toEqual(['POST /v1/api-keys/a/rotate', 'DELETE /v1/api-keys/..%2Fusers%3Fx%3D%2F1']);
  expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ grace_seconds: 60 });
});

describe('a contract', () => {
  test('has its rows at its own paths, for generated operations too', async () => {
    await clientOf([{ json: { ...key('a'), data: [], next_cursor: null } }]);
    const client = new MemoryClient({ endpoint: `${server.url}/v1/`, apiKey: 'nams_secret' });
    await client.auth.listApiKeys();
    await client.auth.getApiKey('a');
    const { getKey, createKey } = await import('../../../clients/typescript/src/api.ts');
    const connected = { client: connect(client), throwOnError: true as const };
    await getKey({ ...connected, path: { id: 'a/b' } });
    await createKey({ ...connected, body: { name: 'ci' } });
    await client.fetch('/entities');
    expect(targets()).toEqual([
      'GET /v1/auth/api-keys',
      'GET /v1/auth/api-keys/a',
      'GET /v1/auth/api-keys/a%2Fb',
      'POST /v1/auth/api-keys',
      'GET /v1/entities',
    ]);
    expect(server.asked[3]?.body).toBe('{"name":"ci"}');
    expect(server.asked.map(({ headers }) => headers.accept)).toEqual([
      ...Array(4).fill('application/vnd.latchkey+json'),
      '*/*',
    ]);
  });

  test('says which rows it has not', async () => {
    await clientOf([{}]);
    const client = new MemgraphClient({ endpoint: server.url, apiKey: 'mg_secret' });
    await expect(client.auth.refreshAccessToken('a')).rejects.toThrow('has no POST /v1/auth/refresh');
  });
});

describe('a generated operation', () => {
  test('carries the credential, and an Idempotency-Key where the row takes one', async () => {
    const client = connect(await clientOf([{ instead: 'lost' }, { json: { id: 'u1' } }]));
    const body = { email: 'a@example.com', password: 'x', role: 'viewer' as const };
    const { data } = await createUser({ client, body, throwOnError: true });
    expect(data).toEqual({ id: 'u1' });
    expect(server.asked).toHaveLength(2);
    const [first, second] = server.asked.map(({ headers }) => headers);
    expect(first?.authorization).toBe('Bearer lk_secret');
    expect(first?.['idempotency-key']).toMatch(/^[\da-f-]{36}$/);
    expect(second?.['idempotency-key']).toBe(first?.['idempotency-key']);
  });

  test('fails with the errors of the client, thrown or given', async () => {
    const client = connect(await clientOf([{ status: 404, json: { detail: 'Gone.', code: 'not_found' } }]));
    await expect(getMe({ client, throwOnError: true })).rejects.toBeInstanceOf(NotFoundError);
    expect((await getMe({ client })).error).toBeInstanceOf(NotFoundError);
  });
});

describe('what a call names', () => {
  test.each(['', '.', '..'])(
    'an id that would lead to another path (%j) is refused before it is sent',
    async (id) => {
      const { auth } = await clientOf([{ json: key('a') }]);
      for (const call of [() => auth.getApiKey(id), () => auth.revokeApiKey(id), () => auth.rotateApiKey(id)])
        await expect(call()).rejects.toThrow('id must be that of a thing');
      const client = connect(new Latchkey({ endpoint: server.url, apiKey: 'lk_secret' }));
      const removing = removeUser({ client, path: { id }, throwOnError: true });
      await expect(removing).rejects.toThrow('id must be that of a thing');
      expect(server.asked).toEqual([]);
    },
  );

  test('no redirect takes a refresh token, a subject token or a new key along to another server', async () => {
    const other = await scriptedServer([{ json: {} }]);
    const latchkey = await clientOf([{ status: 307, headers: { Location: `${other.url}/elsewhere` } }]);
    const { auth } = latchkey;
    const client = connect(latchkey);
    const body = { email: 'a@example.com', password: 'secret' };
    for (const call of [
      () => createUser({ client, body, throwOnError: true }),
      () => auth.refreshAccessToken('rt_secret'),
      () => auth.exchangeToken('subject'),
      () => auth.createApiKey({ name: 'ci' }),
    ])
      await expect(call()).rejects.toBeInstanceOf(ConnectionError);
    expect(other.asked).toEqual([]);
    await other.stop();
  });
});
