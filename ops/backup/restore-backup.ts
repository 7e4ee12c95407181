import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { CryptoKey } from 'jose';
import type { Item } from '../../lambdas/kernel/items.ts';
import type { KeysetUse } from '../../lambdas/signing/control-facts.ts';
import { sdkCalls } from '../dynamodb-calls.ts';
import { describeTable, untilActive } from '../recover/restored-table.ts';
import { OpsError, type Target } from '../target.ts';
import { FILES, LEDGER_FILES, type Manifest, SECRETS, TABLE_FILES } from './make-backup.ts';
import { digestOf, readSealed } from './sealed-file.ts';

/** Items of one BatchWriteItem (DynamoDB developer guide, "Quotas"). */
const ITEMS_A_WRITE = 25;
const ATTEMPTS = 10;

export interface RestoredItems {
  readonly items: number;
  readonly ledger_entries: number;
}

/**
 * Writes a backup into a new table and the stack's ledger and secrets. The stack does not serve from that table yet: a
 * recovery ends in it what has ended since. Repeating it writes the same again.
 */
export async function restoreBackup(
  { folder, into }: { readonly folder: string; readonly into: string },
  manifest: Manifest,
  key: CryptoKey,
  target: Target,
): Promise<RestoredItems> {
  const { dynamodb, ledgerTableName, secrets, secretIds } = target;
  if (ledgerTableName === undefined) throw new OpsError('The outputs lack LedgerTableName.');
  const valuesOf = (file: string) => readSealed(join(folder, file), { backup: manifest.backup, file }, key);
  await requireWhole(folder, manifest);
  await createTable(into, dynamodb);
  let items = 0;
  for (const file of TABLE_FILES)
    for await (const page of valuesOf(file)) items += await writeAll(itemsOf(page), into, dynamodb);
  let entries = 0;
  for (const file of LEDGER_FILES)
    for await (const page of valuesOf(file))
      entries += await writeAll(itemsOf(page).filter(isEntry), ledgerTableName, dynamodb);
  for await (const value of valuesOf(SECRETS)) {
    const { use, keyset } = value as { readonly use: KeysetUse; readonly keyset: string };
    await secrets.send(new PutSecretValueCommand({ SecretId: secretIds[use], SecretString: keyset }));
  }
  return { items, ledger_entries: entries };
}

/** Before anything is written: a backup that lacks a part restores a deployment that lacks it. */
async function requireWhole(folder: string, { files }: Manifest): Promise<void> {
  if (files === undefined)
    throw new OpsError(`${folder} is not finished: run "backup" on it again, or take another.`);
  for (const file of FILES) {
    const digest = await digestOf(join(folder, file)).catch(() => undefined);
    if (digest === undefined || digest !== files[file])
      throw new OpsError(`${file} is missing or was changed since the backup.`);
  }
}

/**
 * The items of a page. Backups that were made before ADR 0195 have the bytes of binary values as members of an object, by their
 * places: DynamoDB would take that for no bytes at all, and an allow-list of none lets every address in.
 */
function itemsOf(page: unknown): Item[] {
  const text = JSON.stringify(page, (name, value) => (name === 'B' ? textOf(value) : value));
  return JSON.parse(text);
}

/** Bytes by their places as base64 text; anything else, such as the value of an attribute that is called `B`, as it is. */
function textOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const bytes = Object.values(value);
  const areBytes = bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256);
  const inPlaces = Object.keys(value).every((name, place) => name === String(place));
  return areBytes && inPlaces ? Buffer.from(bytes).toString('base64') : value;
}

/** The other stack has a position of its own. */
function isEntry({ PK }: Item): boolean {
  return PK?.S !== 'POSITION';
}

async function createTable(TableName: string, dynamodb: DynamoDBClient): Promise<void> {
  if ((await describeTable(TableName, dynamodb)) === undefined)
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { Enabled: true },
        AttributeDefinitions: ['PK', 'SK'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
      }),
    );
  await untilActive(TableName, dynamodb, () => undefined);
}

async function writeAll(items: readonly Item[], table: string, dynamodb: DynamoDBClient): Promise<number> {
  const calls = sdkCalls(dynamodb);
  for (let start = 0; start < items.length; start += ITEMS_A_WRITE) {
    let left: object[] = items.slice(start, start + ITEMS_A_WRITE).map((Item) => ({ PutRequest: { Item } }));
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt === ATTEMPTS) throw new OpsError(`${table} takes no more: run the command again.`);
      if (attempt > 0) await sleep(2 ** attempt * 50);
      const { UnprocessedItems } = await calls.call<{
        readonly UnprocessedItems?: Readonly<Record<string, object[]>>;
      }>('BatchWriteItem', { RequestItems: { [table]: left } });
      left = UnprocessedItems?.[table] ?? [];
    }
  }
  return items.length;
}
