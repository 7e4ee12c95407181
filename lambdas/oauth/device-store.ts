import { parseScopes, scopesText } from '../contract/scopes.ts';
import { deviceKey, userCodeKey } from '../kernel/item-keys.ts';
import { type Item, N, number, oneOf, S, text } from '../kernel/items.ts';
import { isCommitted, type Table } from '../kernel/table.ts';
import { sessionWrites } from '../sessions/session-store.ts';
import type { NewSession } from '../sessions/sessions.ts';
import { approvalItem, approvalOf, stillConnected } from './code-store.ts';
import type { Approval } from './codes.ts';
import { type Device, type DeviceRequest, type DeviceStore, POLL_SECONDS } from './device.ts';

/** Seconds for which a device is remembered after its end, so that it is told why. */
const MEMORY_SECONDS = 86_400;

const STATES = ['waiting', 'denied', 'approved', 'used'] as const;
const WAITING = 'st = :waiting AND xa > :now';

/** Devices that wait for their person, by the hash of their code; and the codes that they show. */
export class DynamoDeviceStore implements DeviceStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  begin(hash: string, request: DeviceRequest, now: number): Promise<boolean> {
    const { userCode, clientId, scopes, resource, expiresAt } = request;
    const times = { xa: N(expiresAt), ttl: N(expiresAt + MEMORY_SECONDS) };
    return isCommitted(
      this.#table.transact([
        {
          Put: {
            Item: { ...userCodeKey(userCode), dev: S(hash), ...times },
            ConditionExpression: 'attribute_not_exists(PK) OR xa <= :now',
            ExpressionAttributeValues: { ':now': N(now) },
          },
        },
        {
          Put: {
            Item: {
              ...deviceKey(hash),
              st: S('waiting'),
              ucd: S(userCode),
              cli: S(clientId),
              res: S(resource),
              ...(scopes === null ? {} : { scp: S(scopesText(scopes)) }),
              ...times,
            },
            ConditionExpression: 'attribute_not_exists(PK)',
          },
        },
      ]),
    );
  }

  async find(hash: string): Promise<Device | undefined> {
    const item = await this.#table.get(deviceKey(hash));
    return item && deviceOf(hash, item);
  }

  async findWaiting(userCode: string, now: number): Promise<Device | undefined> {
    const shown = await this.#table.get(userCodeKey(userCode));
    const device = shown && (await this.find(text(shown, 'dev')));
    return device?.state === 'waiting' && device.expiresAt > now ? device : undefined;
  }

  decide(hash: string, approval: Omit<Approval, 'expiresAt'> | null, now: number): Promise<boolean> {
    const approved = approval === null ? {} : approvalItem(approval);
    const attributes: Item = { ...approved, st: S(approval === null ? 'denied' : 'approved') };
    const names = Object.keys(attributes);
    return this.#table.updateIf(deviceKey(hash), {
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: WAITING,
      // Some of their names are words that DynamoDB keeps for itself.
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
        ':waiting': S('waiting'),
        ':now': N(now),
      },
    });
  }

  poll(hash: string, now: number): Promise<boolean> {
    return this.#table.updateIf(deviceKey(hash), {
      UpdateExpression: 'SET polled = :now',
      ConditionExpression: 'attribute_exists(PK) AND (attribute_not_exists(polled) OR polled <= :before)',
      ExpressionAttributeValues: { ':now': N(now), ':before': N(now - POLL_SECONDS) },
    });
  }

  redeem(hash: string, session: NewSession, now: number): Promise<boolean> {
    return isCommitted(
      this.#table.transact([
        {
          Update: {
            Key: deviceKey(hash),
            UpdateExpression: 'SET st = :used, sid = :session',
            ConditionExpression: 'st = :approved AND xa > :now',
            ExpressionAttributeValues: {
              ':used': S('used'),
              ':approved': S('approved'),
              ':session': S(session.sessionId),
              ':now': N(now),
            },
          },
        },
        stillConnected(session),
        ...sessionWrites(session),
      ]),
    );
  }
}

function deviceOf(hash: string, item: Item): Device {
  const state = oneOf(STATES, text(item, 'st'));
  return {
    hash,
    userCode: text(item, 'ucd'),
    clientId: text(item, 'cli'),
    scopes: item.scp?.S === undefined ? null : parseScopes(item.scp.S),
    resource: text(item, 'res'),
    expiresAt: number(item, 'xa'),
    state,
    approval: state === 'approved' || state === 'used' ? approvalOf(item) : null,
    sessionId: item.sid?.S ?? null,
  };
}
