import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { systemClock } from '../lambdas/kernel/clock.ts';
import type { Item } from '../lambdas/kernel/items.ts';
import { newKeyItems } from '../lambdas/keys/key-store.ts';
import { issueKey } from '../lambdas/keys/keys.ts';
import { ENGINE_CREDENTIALS, ENGINE_REGION } from '../test/support/dynamodb-engine.ts';
import { authorizerEnvironment, decideOnce, keyEvent, loadAuthorizer } from './authorizer.ts';
import type { AuthorizerBundle } from './bundle.ts';
import { identitiesIn } from './identities.ts';
import type { Effort } from './options.ts';
import { type Call, comparePairs, type Ratio } from './pairs.ts';
import { createTableWithoutStream } from './table.ts';

/** Keys of the small table, and keys that are called in either: the two differ in nothing but the table's size. */
const SMALL = 1000;

/** As many as DynamoDB takes in a call. */
const BATCH = 25;
const ORIGIN = { actor: 'user:scale', requestId: 'scale' };

export interface ScaleResult {
  readonly keys: number;
  /** A decision over the large table, as a multiple of one over the small. */
  readonly large: Ratio;
}

/** Times decisions by random keys of a table with many keys against those of one with a thousand. */
export async function measureScale(
  bundle: AuthorizerBundle,
  endpoint: string,
  { rounds, callsPerBatch, scaleKeys }: Effort,
): Promise<ScaleResult> {
  const small = await filledTable(bundle, endpoint, SMALL);
  const large = await filledTable(bundle, endpoint, scaleKeys);
  const pairs = await comparePairs({ large: { floor: small, subject: large } }, rounds, callsPerBatch);
  return { keys: scaleKeys, large: pairs.large };
}

/** Makes a table with so many keys of one tenant, and gives what decides on a random one of {@link SMALL} among them. */
async function filledTable(bundle: AuthorizerBundle, endpoint: string, keys: number): Promise<Call> {
  const tableName = await createTableWithoutStream(endpoint);
  const owner = await (await identitiesIn(tableName, endpoint, bundle))('scale');
  const called = await fill({ tableName, endpoint }, bundle, owner.tenantId, keys);
  const handler = await loadAuthorizer(bundle.file, authorizerEnvironment(tableName, endpoint));
  return () => decideOnce(handler, keyEvent(called[Math.floor(Math.random() * called.length)] ?? ''));
}

async function fill(
  { tableName, endpoint }: { readonly tableName: string; readonly endpoint: string },
  { settings: { profile } }: AuthorizerBundle,
  tenantId: string,
  count: number,
): Promise<readonly string[]> {
  const client = new DynamoDBClient({ endpoint, region: ENGINE_REGION, credentials: ENGINE_CREDENTIALS });
  const called: string[] = [];
  let items: Item[] = [];
  const flush = async (): Promise<void> => {
    for (; items.length > 0; items = items.slice(BATCH)) {
      const writes = items.slice(0, BATCH).map((Item) => ({ PutRequest: { Item } }));
      await client.send(
        new BatchWriteItemCommand({ RequestItems: { [tableName]: writes as WriteRequest[] } }),
      );
    }
  };
  for (let index = 0; index < count; index += 1) {
    const { issue, key } = issueKey(
      {
        tenantId,
        workspaceId: 'scale',
        name: `Key ${index}`,
        environment: 'live',
        scopes: profile.keys.onboardingScopes,
        lifetimeSeconds: null,
        allowedBlocks: [],
        metadata: {},
        createdBy: 'user:scale',
      },
      profile.keys,
      systemClock(),
    );
    // The called keys lie all over the table.
    if (index % Math.floor(count / SMALL) === 0) called.push(key);
    items.push(...newKeyItems(issue, ORIGIN).flatMap((write) => ('Put' in write ? [write.Put.Item] : [])));
    if (items.length >= 40 * BATCH) await flush();
  }
  await flush();
  client.destroy();
  return called;
}
