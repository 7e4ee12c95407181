import type { DynamoDBRecord } from 'aws-lambda';
import { ENVIRONMENTS, type Environment } from '../contract/scopes.ts';
import * as attribute from '../kernel/attributes.ts';
import { type Clock, NEVER } from '../kernel/clock.ts';
import { type Item, number, oneOf, text } from '../kernel/items.ts';
import { imagesOf } from '../kernel/stream-records.ts';
import { keyMark } from '../keys/key-format.ts';
import type { DynamoKeyStore } from '../keys/key-store.ts';
import type { DynamoVaultStore } from '../keys/vault-store.ts';
import type { DynamoAccountStore } from '../people/account-store.ts';
import type { DynamoUsageKeyStore } from '../plans/usage-key-store.ts';

/** The stores of everything that hangs on keys. */
export interface Settled {
  readonly keys: Pick<DynamoKeyStore, 'settleRevoked' | 'forget' | 'names'>;
  readonly accounts: Pick<DynamoAccountStore, 'keepAddress'>;
  readonly usageKeys: Pick<DynamoUsageKeyStore, 'register'>;
  readonly clock: Clock;
  /** What is kept of keys for who made them; null where keys are shown once. */
  readonly vault: Pick<DynamoVaultStore, 'forget' | 'keepOnly' | 'moveEnd'> | null;
}

/**
 * Brings what hangs on a key in line with it: a revoked one gives its place back, what TTL deleted is no longer listed,
 * and a first use keeps the address of who signed up, whose tenant may then have a usage key. Doing it twice changes
 * nothing, as a stream delivers at least once.
 */
export async function settleKey(
  record: DynamoDBRecord,
  { keys, accounts, usageKeys, clock, vault }: Settled,
): Promise<void> {
  const { before, after } = imagesOf(record);
  const item = after ?? before;
  if (item?.SK?.S !== 'KEY') return;
  const [tenantId, id] = [text(item, attribute.TENANT), text(item, attribute.KEY_ID)];
  const environment = oneOf<Environment>(ENVIRONMENTS, text(item, attribute.ENVIRONMENT));
  if (vault !== null) await settleVault(before, after, vault);
  if (after === undefined) return keys.forget(tenantId, id, environment);
  if (after[attribute.STATE]?.S === 'revoked') await keys.settleRevoked(tenantId, id, environment);
  if (number(after, attribute.USES) !== 1) return;
  await accounts.keepAddress(tenantId, number(after, attribute.USED_AT));
  await usageKeys.register(tenantId, clock());
}

/** What is kept of a key goes with its revocation, its record, its expiry and a rotation. */
async function settleVault(
  before: Item | undefined,
  after: Item | undefined,
  vault: NonNullable<Settled['vault']>,
): Promise<void> {
  const item = after ?? before ?? {};
  const [tenantId, id] = [text(item, attribute.TENANT), text(item, attribute.KEY_ID)];
  if (after === undefined || after[attribute.STATE]?.S === 'revoked') return vault.forget(tenantId, id);
  if (before === undefined) return;
  if (before[attribute.HASH]?.S !== after[attribute.HASH]?.S) {
    const mark = keyMark(Buffer.from(text(after, attribute.HASH), 'base64')).toString('base64url');
    await vault.keepOnly(tenantId, id, mark);
  }
  if (before[attribute.EXPIRY]?.N === after[attribute.EXPIRY]?.N) return;
  const expiresAt = number(after, attribute.EXPIRY);
  await vault.moveEnd(tenantId, id, expiresAt === NEVER ? null : expiresAt);
}
