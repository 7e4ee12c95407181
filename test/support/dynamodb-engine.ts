/** A DynamoDB for tests: the embedded engine in memory, or whatever `DYNAMODB_ENDPOINT` points at. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

const BINARY = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url));
const READY_WITHIN_MS = 10_000;

/** What the engine takes from anybody; both clients of a test sign with it. */
export const ENGINE_REGION = 'eu-central-1';
export const ENGINE_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

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

/** Starts an engine on a free port and resolves when it answers. @throws Error if it does not within 10 s */
export async function startEngine(): Promise<Engine> {
  const given = process.env.DYNAMODB_ENDPOINT;
  const port = given ? 0 : await freePort();
  const endpoint = given?.replace(/\/$/, '') ?? `http://127.0.0.1:${port}`;
  const child = given
    ? undefined
    : spawn(BINARY, ['serve', '--host', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  const exited = child && once(child, 'exit').catch(() => {});
  const kill = () => child?.kill();
  process.once('exit', kill);
  const client = new DynamoDBClient({
    endpoint,
    region: ENGINE_REGION,
    credentials: ENGINE_CREDENTIALS,
    maxAttempts: 1,
  });

  async function stop(): Promise<void> {
    client.destroy();
    process.off('exit', kill);
    if (kill()) await exited;
  }

  try {
    await ready(client, () => child !== undefined && child.exitCode !== null);
  } catch (cause) {
    await stop();
    throw new Error(`No DynamoDB engine at ${endpoint}`, { cause });
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

async function ready(client: DynamoDBClient, ended: () => boolean): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await client.send(new ListTablesCommand({ Limit: 1 }));
      return;
    } catch (error) {
      if (ended() || performance.now() > until) throw error;
      await sleep(20);
    }
  }
}

/** A port that was free a moment ago: the engine cannot be asked for "any". */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port');
  return address.port;
}
