import { type AuditedChange, auditEntry, type ChangeOrigin } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import { completing } from '../idempotency/claim-store.ts';
import type { Completes } from '../kernel/claim.ts';
import { NEVER } from '../kernel/clock.ts';
import {
  clientAssertionKey,
  clientKey,
  clientRowKey,
  REGISTRATIONS_KEY,
  tenantKey,
} from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import { CLIENT, type StoredClient } from './client-record.ts';
import { type ClientStore, MAX_CLIENTS, type SecretRotation } from './stored-clients.ts';

/** Hours whose registrations can still be unconsented: the present one and the 24 before it. */
const COUNTED_HOURS = 25;

/** Clients in the table: an item each, and of administered ones a row among the items of their tenant. */
export class DynamoClientStore implements ClientStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async find(clientId: string): Promise<StoredClient | undefined> {
    const item = await this.#table.get(clientKey(clientId));
    return item === undefined ? undefined : CLIENT.read({ client: item });
  }

  async list(tenantId: string): Promise<StoredClient[]> {
    const { items: rows } = await this.#table.query(`TENANT#${tenantId}`, 'CLIENT#', MAX_CLIENTS);
    const ids = rows.map((row) => text(row, 'SK').slice('CLIENT#'.length));
    const items = await this.#table.getAll(ids.map(clientKey));
    return items
      .map((client) => CLIENT.read({ client }))
      .sort((one, other) => (one.clientId < other.clientId ? -1 : 1));
  }

  async register(client: StoredClient): Promise<void> {
    await this.#table.transact([{ Put: { Item: clientItem(client) } }]);
  }

  async countRegistration(now: number): Promise<number> {
    const hour = hourOf(now);
    const item = await this.#table.update(REGISTRATIONS_KEY, {
      UpdateExpression: `ADD h${hour} :one`,
      ExpressionAttributeValues: { ':one': N(1) },
      ReturnValues: 'ALL_NEW',
    });
    const counts = Object.keys(item ?? {}).filter((name) => /^h\d+$/.test(name));
    const past = counts.filter((name) => Number(name.slice(1)) <= hour - COUNTED_HOURS);
    if (past.length > 0)
      await this.#table.update(REGISTRATIONS_KEY, { UpdateExpression: `REMOVE ${past.join(', ')}` });
    return counts
      .filter((name) => !past.includes(name))
      .reduce((sum, name) => sum + number(item ?? {}, name), 0);
  }

  async uncountRegistration(registeredAt: number): Promise<void> {
    const count = `h${hourOf(registeredAt)}`;
    await this.#table.updateIf(REGISTRATIONS_KEY, {
      UpdateExpression: `ADD ${count} :less`,
      // An hour that was forgotten must not come back below zero.
      ConditionExpression: `attribute_exists(${count})`,
      ExpressionAttributeValues: { ':less': N(-1) },
    });
  }

  async keep(clientId: string, now: number): Promise<number | undefined> {
    const kept = await this.#table.updatedIf(clientKey(clientId), {
      UpdateExpression: 'REMOVE expiry, #ttl',
      ConditionExpression: 'expiry > :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':now': N(now) },
    });
    return kept && number(kept, 'createdAt');
  }

  async create(
    client: StoredClient,
    tenantId: string,
    origin: ChangeOrigin & Completes<StoredClient>,
  ): Promise<void> {
    const change = {
      action: 'client.create',
      target: `client:${client.clientId}`,
      at: client.createdAt,
      before: null,
      after: CLIENT.audited(client, CLIENT.lasting),
      origin,
    } satisfies AuditedChange;
    await this.#audit.commit(
      tenantId,
      [auditEntry(change)],
      [
        ...completing(origin, client),
        { Put: { Item: clientItem(client), ConditionExpression: 'attribute_not_exists(PK)' } },
        { Put: { Item: clientRowKey(tenantId, client.clientId) } },
        {
          Update: {
            Key: tenantKey(tenantId),
            UpdateExpression: 'ADD clientCount :one',
            ConditionExpression:
              'attribute_exists(PK) AND (attribute_not_exists(clientCount) OR clientCount < :most)',
            ExpressionAttributeValues: { ':one': N(1), ':most': N(MAX_CLIENTS) },
          },
          otherwise: new Problem('limit_reached', {
            message: `A tenant has at most ${MAX_CLIENTS} clients of its own.`,
          }),
        },
      ],
    );
  }

  rotate(
    before: StoredClient,
    rotation: SecretRotation,
    origin: ChangeOrigin,
    now: number,
  ): Promise<boolean> {
    const { hash, replaces, previousExpiresAt } = rotation;
    const change = {
      action: 'client.rotate',
      target: `client:${before.clientId}`,
      at: now,
      before: null,
      after: null,
      origin,
    } satisfies AuditedChange;
    return isCommitted(
      this.#audit.commit(
        before.tenantId ?? '',
        [auditEntry(change)],
        [
          {
            Update: {
              Key: clientKey(before.clientId),
              UpdateExpression:
                'SET #secret = :hash, previousSecret = :replaces, previousSecretExpiry = :until',
              // Of rotations at once, one finds the secret that it replaces.
              ConditionExpression: '#secret = :replaces',
              ExpressionAttributeNames: { '#secret': 'secret' },
              ExpressionAttributeValues: {
                ':hash': S(hash),
                ':replaces': S(replaces),
                ':until': N(previousExpiresAt),
              },
            },
          },
        ],
      ),
    );
  }

  remove(before: StoredClient, tenantId: string, origin: ChangeOrigin, now: number): Promise<boolean> {
    const change = {
      action: 'client.delete',
      target: `client:${before.clientId}`,
      at: now,
      before: CLIENT.audited(before, CLIENT.lasting),
      after: null,
      origin,
    } satisfies AuditedChange;
    return isCommitted(
      this.#audit.commit(
        tenantId,
        [auditEntry(change)],
        [
          { Delete: { Key: clientKey(before.clientId), ConditionExpression: 'attribute_exists(PK)' } },
          { Delete: { Key: clientRowKey(tenantId, before.clientId) } },
          {
            Update: {
              Key: tenantKey(tenantId),
              UpdateExpression: 'ADD clientCount :less',
              ExpressionAttributeValues: { ':less': N(-1) },
            },
          },
        ],
      ),
    );
  }

  async useAssertion(hash: string, expiresAt: number, now: number): Promise<boolean> {
    return this.#table.updateIf(clientAssertionKey(hash), {
      UpdateExpression: 'SET #ttl = :ttl',
      // TTL deletes late, so what is past its time is compared and not believed.
      ConditionExpression: 'attribute_not_exists(PK) OR #ttl <= :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':ttl': N(expiresAt), ':now': N(now) },
    });
  }
}

function clientItem(client: StoredClient): Item {
  const { expiry, ...item } = CLIENT.item('client', client);
  const ends = client.expiresAt < NEVER;
  return {
    ...clientKey(client.clientId),
    ...item,
    ...(ends ? { expiry: N(client.expiresAt), ttl: N(client.expiresAt) } : {}),
  };
}

function hourOf(now: number): number {
  return Math.floor(now / 3600);
}
