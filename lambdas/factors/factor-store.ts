import { createHash } from 'node:crypto';
import type { AuditEntry } from '../audit/entries.ts';
import { AuditTrail } from '../audit/trail-store.ts';
import * as attribute from '../kernel/attributes.ts';
import { factorsKey, passkeyKey, RELYING_PARTY_KEY, tenantKey, userKey } from '../kernel/item-keys.ts';
import { type Item, N, number, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import { ConditionsFailed, type Table, type TransactionWrite, type WriteCondition } from '../kernel/table.ts';
import { type Mail, newMail } from '../mail/mail.ts';
import { mailWrite } from '../mail/outbox-store.ts';
import {
  type FactorChange,
  type FactorNotice,
  type FactorStore,
  type Factors,
  kindsOf,
  lastFactorStays,
  noFactors,
  otherRelyingParty,
} from './factors.ts';

type Person = Pick<Factors, 'tenantId' | 'userId'>;

/** Another change came first. */
const CHANGED = 'factors';

/**
 * Factors in the table: all of a person's in one item, whose version each change moves on; what their row tells of them;
 * and an item a passkey, by which its person is found.
 */
export class DynamoFactorStore implements FactorStore {
  readonly #table: Table;
  readonly #audit: AuditTrail;

  constructor(table: Table) {
    this.#table = table;
    this.#audit = new AuditTrail(table);
  }

  async find(person: Person): Promise<Factors> {
    const item = await this.#table.get(factorsKey(person.userId));
    return item === undefined ? noFactors(person) : factorsOf(item);
  }

  async change(change: FactorChange): Promise<boolean> {
    const { entries = [] } = change;
    const writes = writesOf(change);
    try {
      if (entries.length === 0) await this.#table.transact(writes);
      else await this.#audit.commit(change.after.tenantId, entries, writes);
      return true;
    } catch (error) {
      if (error instanceof ConditionsFailed && error.names[0] === CHANGED) return false;
      throw error;
    }
  }

  async findPasskey(credentialId: string): Promise<Person | undefined> {
    const item = await this.#table.get(passkeyKey(hashOf(credentialId)));
    return item && { tenantId: text(item, 'ten'), userId: text(item, 'usr') };
  }

  async isRequiredByTenant(tenantId: string): Promise<boolean> {
    const tenant = await this.#table.get(tenantKey(tenantId));
    return tenant?.[attribute.REQUIRES_FACTOR]?.BOOL === true;
  }

  async relyingParty(): Promise<string | undefined> {
    return (await this.#table.get(RELYING_PARTY_KEY))?.id?.S;
  }
}

/**
 * The writes that forget a person's factors as their item says they are, for the transaction that removes the person. A
 * change of them meanwhile fails it.
 */
export function forgetFactors(
  { tenantId, userId }: Person,
  item: Item | undefined,
): readonly TransactionWrite[] {
  const unchanged: WriteCondition =
    item === undefined
      ? { ConditionExpression: 'attribute_not_exists(PK)' }
      : {
          ConditionExpression: 'v = :version',
          ExpressionAttributeValues: { ':version': N(number(item, 'v')) },
        };
  return [
    { Delete: { Key: factorsKey(userId), ...unchanged } },
    ...(item?.pks?.SS ?? []).map((hash) => ({
      Delete: {
        Key: passkeyKey(hash),
        ConditionExpression: 'attribute_not_exists(PK) OR (ten = :tenant AND usr = :user)',
        ExpressionAttributeValues: { ':tenant': S(tenantId), ':user': S(userId) },
      },
    })),
  ];
}

/** In the order in which their problems matter. */
function writesOf({
  before,
  after,
  entries = [],
  tells,
  unlessRequired,
  relyingParty,
}: FactorChange): readonly TransactionWrite[] {
  const [had, has] = [kindsOf(before), kindsOf(after)];
  const isOther = had.join() !== has.join();
  const added = after.passkeys.filter(({ id }) => before.passkeys.every((each) => each.id !== id));
  const removed = before.passkeys.filter(({ id }) => after.passkeys.every((each) => each.id !== id));
  return [
    {
      Put: {
        Item: itemOf(after, before.version + 1),
        ConditionExpression: before.version === 0 ? 'attribute_not_exists(PK)' : 'v = :version',
        ...(before.version === 0 ? {} : { ExpressionAttributeValues: { ':version': N(before.version) } }),
      },
      otherwise: CHANGED,
    },
    ...(isOther ? [personUpdate(after, unlessRequired)] : []),
    ...(unlessRequired === undefined ? [] : [notRequiredByTenant(after.tenantId)]),
    ...(relyingParty === undefined ? [] : [sameRelyingParty(relyingParty)]),
    ...added.map(({ id }) => ({
      Put: {
        Item: { ...passkeyKey(hashOf(id)), ten: S(after.tenantId), usr: S(after.userId) },
        ConditionExpression: 'attribute_not_exists(PK)',
      },
      otherwise: new Problem('conflicting_state', { message: 'This passkey is registered already.' }),
    })),
    ...removed.map(({ id }) => ({ Delete: { Key: passkeyKey(hashOf(id)) } })),
    ...(tells === undefined ? [] : [mailWrite(mailOf(tells, entries))]),
  ];
}

/** The mail of a notice. */
function mailOf({ to, template, language = 'en' }: FactorNotice, [entry]: readonly AuditEntry[]): Mail {
  const now = entry?.at ?? 0;
  return newMail({ to, template, language, facts: {} }, now);
}

/** What the person's row tells of their factors. The last one goes only while their role is one that asks for none. */
function personUpdate(after: Omit<Factors, 'version'>, role: string | undefined): TransactionWrite {
  return {
    Update: {
      Key: userKey(after.tenantId, after.userId),
      UpdateExpression: `SET ${attribute.FACTORS} = :kinds`,
      ConditionExpression: `attribute_exists(PK)${role === undefined ? '' : ' AND #role = :role'}`,
      ...(role === undefined ? {} : { ExpressionAttributeNames: { '#role': 'role' } }),
      ExpressionAttributeValues: {
        ':kinds': { L: kindsOf(after).map(S) },
        ...(role === undefined ? {} : { ':role': S(role) }),
      },
    },
    otherwise: role === undefined ? new Problem('not_found') : lastFactorStays(),
  };
}

function notRequiredByTenant(tenantId: string): TransactionWrite {
  return {
    ConditionCheck: {
      Key: tenantKey(tenantId),
      ConditionExpression: `attribute_not_exists(${attribute.REQUIRES_FACTOR}) OR ${attribute.REQUIRES_FACTOR} = :no`,
      ExpressionAttributeValues: { ':no': { BOOL: false } },
    },
    otherwise: lastFactorStays(),
  };
}

/** Passkeys are good for one relying party: with another all that there are would be lost (WebAuthn, 5.4.2). */
function sameRelyingParty(id: string): TransactionWrite {
  return {
    Update: {
      Key: RELYING_PARTY_KEY,
      UpdateExpression: 'SET id = :id',
      ConditionExpression: 'attribute_not_exists(PK) OR id = :id',
      ExpressionAttributeValues: { ':id': S(id) },
    },
    otherwise: otherRelyingParty(),
  };
}

function itemOf({ tenantId, userId, ...factors }: Omit<Factors, 'version'>, version: number): Item {
  const hashes = factors.passkeys.map(({ id }) => hashOf(id));
  return {
    ...factorsKey(userId),
    ten: S(tenantId),
    v: N(version),
    factors: S(JSON.stringify(factors)),
    // By these its passkeys are found when the person is erased.
    ...(hashes.length === 0 ? {} : { pks: { SS: hashes } }),
  };
}

function factorsOf(item: Item): Factors {
  return {
    ...noFactors({ tenantId: text(item, 'ten'), userId: text(item, 'PK').slice('USER#'.length) }),
    ...JSON.parse(text(item, 'factors')),
    version: number(item, 'v'),
  };
}

/** An id of a credential may be longer than a key of the table. */
function hashOf(credentialId: string): string {
  return createHash('sha256').update(credentialId).digest('base64url');
}
