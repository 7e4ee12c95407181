import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  APIGatewayClient,
  CreateApiKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeysCommand,
} from '@aws-sdk/client-api-gateway';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outputsOf } from '../../local/outputs-file.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { assemblyOf } from '../support/assembly.ts';
import { OPS, OperatorShell, run } from './shell.ts';

/** What an operator does to a stack as a whole, as a shell runs it. */

let stack: LocalStack;
let shell: OperatorShell;
let apiGateway: APIGatewayClient;
let dynamodb: DynamoDBClient;
/** The clock of throttles and schedules: it stands, so that no reconciler runs between two steps. */
let now = Date.now();

beforeAll(async () => {
  stack = await startStack({
    assemblyDir: await assemblyOf({ profile: 'default' }),
    log: null,
    now: () => now,
  });
  const { region, credentials } = stack;
  apiGateway = new APIGatewayClient({ endpoint: stack.apiGatewayEndpoint, region, credentials });
  dynamodb = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region, credentials });
  shell = new OperatorShell(stack);
});
afterAll(async () => {
  await stack?.stop();
  shell?.remove();
});

const ops = (...args: string[]) => shell.json(...args);
const refusal = async (...args: string[]) => (await shell.refusal(...args)).text ?? '';

describe('protect', () => {
  const isProtected = async () => {
    const states = await Promise.all(
      [stack.outputs.TableName, stack.outputs.LedgerTableName].map(async (TableName) => {
        const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
        return Table?.DeletionProtectionEnabled === true;
      }),
    );
    expect(states[0]).toBe(states[1]);
    return states[0];
  };

  test('switches the deletion protection of table and ledger on and off, and says when there is nothing to do', async () => {
    expect(await isProtected()).toBe(false);
    expect(await ops('protect', '--dry-run')).toMatchObject({
      protected: false,
      changed: 'nothing (--dry-run)',
    });
    expect(await isProtected()).toBe(false);
    expect(await ops('protect')).toEqual({
      table: stack.outputs.TableName,
      ledger: stack.outputs.LedgerTableName,
      protected: true,
    });
    expect(await isProtected()).toBe(true);
    expect(await ops('protect')).toMatchObject({ protected: true, changed: 'nothing' });
    expect(await ops('protect', '--off')).toMatchObject({ protected: false });
    expect(await isProtected()).toBe(false);
  });
});

describe('teardown', () => {
  const names = async () =>
    ((await apiGateway.send(new GetApiKeysCommand({ limit: 500 }))).items ?? []).map(({ name = '' }) => name);

  test('lists what tenants have left, deletes it only when the stack is gone, and nothing of anybody else', async () => {
    const prefix = stack.outputs.UsageKeyPrefix ?? '';
    const ofTenants = [1, 2, 3].map((tenant) => `${prefix}${String(tenant).repeat(32)}0`);
    const foreign = ['someoneelseskey0123456789', `${'f'.repeat(32)}${'1'.repeat(32)}0`];
    for (const name of [...ofTenants, ...foreign]) {
      now += 1_000;
      await apiGateway.send(new CreateApiKeyCommand({ name, value: name, enabled: true }));
    }
    const listed = await ops('teardown');
    expect(listed).toMatchObject({ left: 3, of_the_stack: 4 });
    expect(listed.keys.map(({ name }: { name: string }) => name).sort()).toEqual(ofTenants);
    expect(await refusal('teardown', '--delete')).toContain('The stack is still there: it has 4 usage keys');
    expect(await names()).toEqual(expect.arrayContaining(ofTenants));

    // What `cdk destroy` does.
    const { items = [] } = await apiGateway.send(new GetApiKeysCommand({ limit: 500 }));
    for (const { id, name = '' } of items) {
      if (!name.startsWith(prefix) || ofTenants.includes(name)) continue;
      now += 1_000;
      await apiGateway.send(new DeleteApiKeyCommand({ apiKey: id }));
    }
    now += 10_000;
    expect(await ops('teardown')).toMatchObject({ left: 3, of_the_stack: 0 });
    expect(await ops('teardown', '--delete')).toEqual({ deleted: 3 });
    expect((await names()).sort()).toEqual([...foreign].sort());
    expect(await ops('teardown', '--delete')).toEqual({ deleted: 0 });
  });

  test('says what is missing where the outputs do not name the prefix', async () => {
    const { UsageKeyPrefix: _, ...older }: Record<string, string> = outputsOf(stack);
    const file = join(shell.folder, 'older.json');
    writeFileSync(file, JSON.stringify({ local: older }));
    const failed = await run(process.execPath, [OPS, 'teardown', '--outputs', file]).catch((error) => error);
    expect(failed.stderr).toContain('The outputs lack UsageKeyPrefix');
  });
});
