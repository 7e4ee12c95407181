/** A DynamoDB for tests: the embedded engine, or whatever `DYNAMODB_ENDPOINT` points at. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  createDynamoDbHttp,
  type DynamoDbHttp,
  type DynamoDbHttpOptions,
} from '../../lambdas/kernel/dynamodb-http.ts';
import { startEngine as startEmbeddedEngine } from '../../local/dynamodb/engine.ts';

/** What the engine takes from anybody; both clients of a test sign with it. */
export const ENGINE_REGION = 'eu-central-1';
export const ENGINE_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The product's own client of an engine. Two cores are shared by the engine and hundreds of parallel calls: it is patient. */
export function engineClient(endpoint: string, options: DynamoDbHttpOptions = {}): DynamoDbHttp {
  return createDynamoDbHttp({
    endpoint,
    region: ENGINE_REGION,
    credentials: () => ENGINE_CREDENTIALS,
    deadlineMs: 20_000,
    attemptTimeoutMs: 20_000,
    ...options,
  });
}

export interface Engine {
  /** Its URL, without a slash at the end. */
  endpoint: string;
  /**
   * Creates a table as the stack's: string keys `PK` and `SK`, a stream of new and old images, TTL on `ttl` (seconds).
   * @param name at least 3 characters. @default a fresh one
   * @returns the table's name
   */
  createTable(name?: string): Promise<string>;
  /** Ends the engine, if it was started here, and with it its tables. */
  stop(): Promise<void>;
}

/** Starts an engine on a free port and resolves when it answers. It ends with this process, however that ends. */
export async function startEngine(): Promise<Engine> {
  const given = process.env.DYNAMODB_ENDPOINT;
  // In files: in memory, each write to a table with a stream costs more than the one before.
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-engine-'));
  const engine = given ? undefined : await startEmbeddedEngine(folder);
  const endpoint = given?.replace(/\/$/, '') ?? engine?.endpoint ?? '';
  const client = new DynamoDBClient({
    endpoint,
    region: ENGINE_REGION,
    credentials: ENGINE_CREDENTIALS,
    maxAttempts: 1,
  });

  async function stop(): Promise<void> {
    client.destroy();
    await engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  return {
    endpoint,
    stop,
    async createTable(name = `latchkey-${crypto.randomUUID()}`) {
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [
            { AttributeName: 'PK', AttributeType: 'S' },
            { AttributeName: 'SK', AttributeType: 'S' },
          ],
          KeySchema: [
            { AttributeName: 'PK', KeyType: 'HASH' },
            { AttributeName: 'SK', KeyType: 'RANGE' },
          ],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        }),
      );
      await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName: name });
      await client.send(
        new UpdateTimeToLiveCommand({
          TableName: name,
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        }),
      );
      return name;
    },
  };
}
