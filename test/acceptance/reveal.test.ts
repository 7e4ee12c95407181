/** Keys that are shown again (`revealApiKey`), on the whole stack with KMS. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  bearer,
  expectStatus,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

const KEYS = '/v1/auth/api-keys';

let stack: TestStack;
let dynamodb: DynamoDBClient;
let vaultTable: string;
let ada: Account;
let other: Account;

beforeAll(async () => {
  stack = await startTestStack({
    profile: 'nams',
    config: { revealApiKey: true, tiers: { free: ROOMY_TIER } },
  });
  const { dynamodbEndpoint: endpoint, region, credentials } = stack.local;
  dynamodb = new DynamoDBClient({ endpoint, region, credentials });
  vaultTable = stack.local.physicalId('VaultTable');
  ada = await stack.onboard();
  other = await stack.onboard();
});
afterAll(async () => {
  dynamodb?.destroy();
  await stack?.stop();
});

const call = (credential: string, target: string, json?: object) =>
  stack.send(target, { headers: bearer(credential), ...(json === undefined ? {} : { json }) });
const create = async (credential = ada.apiKey, fields: object = {}) =>
  expectStatus(
    await call(credential, `POST ${KEYS}`, { label: 'k', scopes: ['read', 'write'], ...fields }),
    201,
  ).json;
const reveal = (id: string, credential = ada.apiKey, workspaceId = ada.workspaceId) =>
  call(credential, `GET ${KEYS}/${id}/reveal?workspace_id=${workspaceId}`);
const isKept = async (id: string) => {
  const Key = { PK: { S: `VAULT#${ada.tenantId}#${id}` }, SK: { S: 'VAULT' } };
  return (await dynamodb.send(new GetItemCommand({ TableName: vaultTable, Key }))).Item !== undefined;
};

describe('a key is shown again', () => {
  test('to the key that made it, as the client reads it', async () => {
    const { id, key } = await create();
    const { status, json, headers } = await reveal(id);
    expect([status, json]).toEqual([200, { id, key }]);
    expect(headers['cache-control']).toBe('no-store');
    expect((await stack.send('GET /v1/entities', { headers: bearer(json.key) })).status).toBe(200);
  });

  test('also the first one, to the person who opened the account', async () => {
    const token = await stack.logIn(ada);
    const { status, json } = await reveal(ada.keyId, token);
    expect([status, json.key]).toEqual([200, ada.apiKey]);
    expect((await reveal(ada.keyId)).status).toBe(410);
  });

  test('not by a token of a key, nor to who did not make it', async () => {
    const manager = await create(ada.apiKey, { scopes: ['admin'] });
    const { id } = await create(manager.key);
    expect((await reveal(id, manager.key)).status).toBe(200);
    const asked = expectStatus(await call(manager.key, 'POST /v1/auth/token', {}), 201).json;
    const byToken = await reveal(id, asked.access_token);
    expect([byToken.status, byToken.json.code]).toEqual([403, 'key_required']);
    expect((await reveal(id)).status).toBe(410);
    expect((await reveal(id, other.apiKey, other.workspaceId)).status).toBe(404);
    expect((await reveal(id, manager.key, other.workspaceId)).status).toBe(404);
  });

  test('and every time is a row of the audit trail', async () => {
    const { id } = await create();
    await reveal(id);
    await reveal(id);
    const { data } = (await call(ada.apiKey, `GET /v1/audit?target=key:${id}&action=key.reveal`)).json;
    expect(data).toHaveLength(2);
    expect(data[0]).toMatchObject({ actor: `key:${ada.keyId}`, target_name: 'k' });
    expect(stack.local.figures().some(({ name }) => name === 'Reveals')).toBe(true);
  });
});

describe('what is kept', () => {
  test('is a ciphertext in a table of its own: in no export and no log, and not in the table', async () => {
    const { id, key } = await create();
    expect(await isKept(id)).toBe(true);
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: vaultTable }));
    expect(JSON.stringify(Items)).not.toContain(key.slice(-38));
    const { ciphertext } = Items.find(({ PK }) => PK?.S === `VAULT#${ada.tenantId}#${id}`) ?? {};
    const exported = await call(ada.apiKey, 'GET /v1/admin/export');
    expect(exported.text).not.toContain(ciphertext?.S ?? key);
    const items = await dynamodb.send(new ScanCommand({ TableName: stack.local.outputs.TableName }));
    expect(JSON.stringify(items.Items)).not.toContain(ciphertext?.S ?? key);
    expect(stack.lines.join('\n')).not.toContain(key);
  });

  test('goes with the key’s revocation, and with its rotation', async () => {
    const [revoked, rotated] = [await create(), await create()];
    await call(ada.apiKey, `DELETE ${KEYS}/${revoked.id}`);
    expect((await reveal(revoked.id)).status).toBe(410);
    await stack.local.idle();
    expect(await isKept(revoked.id)).toBe(false);
    const { key } = expectStatus(await call(ada.apiKey, `POST ${KEYS}/${rotated.id}/rotate`, {}), 200).json;
    expect((await reveal(rotated.id)).json.key).toBe(key);
    await stack.local.idle();
    expect((await reveal(rotated.id)).json.key).toBe(key);
  });

  test('and ends with the key', async () => {
    const { id } = await create(ada.apiKey, { expiresInDays: 7 });
    const Key = { PK: { S: `VAULT#${ada.tenantId}#${id}` }, SK: { S: 'VAULT' } };
    const end = async () =>
      Number((await dynamodb.send(new GetItemCommand({ TableName: vaultTable, Key }))).Item?.ttl?.N);
    const week = Date.now() / 1000 + 7 * 86_400;
    expect(Math.abs((await end()) - week)).toBeLessThan(60);
    await call(ada.apiKey, `PATCH ${KEYS}/${id}`, { expiresInDays: 1 });
    for (let round = 0; round < 20 && (await end()) > week - 86_400; round += 1) {
      await stack.local.idle();
      await sleep(100);
    }
    expect(Math.abs((await end()) - (week - 6 * 86_400))).toBeLessThan(60);
  });
});
