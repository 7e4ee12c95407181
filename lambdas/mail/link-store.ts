import { linkKey } from '../kernel/item-keys.ts';
import { type Item, N, number, oneOf, S, text } from '../kernel/items.ts';
import { Problem } from '../kernel/problem.ts';
import type { Table, TransactionWrite } from '../kernel/table.ts';
import {
  LINK_PATHS,
  type Link,
  type LinkKind,
  type LinkStore,
  type NewLink,
  type PresentedLink,
} from './link.ts';

const KINDS = Object.keys(LINK_PATHS) as LinkKind[];

/** TTL deletes late, so the expiry is compared. A link that was never sent has none, and no secret. */
const IS_GOOD = 'xa > :now AND contains(hashes, :hash) AND attribute_not_exists(used)';

/** The write that makes a link, for the transaction of the change that it belongs to. */
export function linkWrite(link: NewLink): TransactionWrite {
  return { Put: { Item: linkItem(link), ConditionExpression: 'attribute_not_exists(PK)' } };
}

/**
 * The write that uses a link, for the transaction of what it is used for: of any number at once one is committed.
 * `otherwise` is `invalid_link`: used, expired, taken back, or never there.
 */
export function useLink({ id, hash }: PresentedLink, now: number): TransactionWrite {
  return {
    Update: {
      Key: linkKey(id),
      UpdateExpression: 'SET used = :now',
      ConditionExpression: IS_GOOD,
      ExpressionAttributeValues: { ':now': N(now), ':hash': S(hash) },
    },
    otherwise: new Problem('invalid_link'),
  };
}

/** The write that takes a link back. A link that is gone already is no failure. */
export function revokeLink(id: string): TransactionWrite {
  return { Delete: { Key: linkKey(id) } };
}

/** Links in the table, by their ids, each with the hashes of its secrets. */
export class DynamoLinkStore implements LinkStore {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async add(link: NewLink): Promise<void> {
    await this.#table.transact([linkWrite(link)]);
  }

  async arm(id: string, hash: string, now: number): Promise<Link | undefined> {
    const item = await this.#table.get(linkKey(id));
    if (item === undefined) return undefined;
    const expiresAt = now + number(item, 'life');
    const armed = await this.#table.updatedIf(linkKey(id), {
      UpdateExpression: 'SET xa = :expiry ADD hashes :hashes',
      ConditionExpression: 'attribute_not_exists(used) AND #ttl > :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':expiry': N(expiresAt), ':hashes': { SS: [hash] }, ':now': N(now) },
    });
    return armed && linkOf(armed);
  }

  async read({ id, hash }: PresentedLink, now: number): Promise<Link | undefined> {
    const item = await this.#table.get(linkKey(id));
    const isGood =
      item !== undefined &&
      number(item, 'xa') > now &&
      item.used === undefined &&
      item.hashes?.SS?.includes(hash);
    return isGood ? linkOf(item) : undefined;
  }

  async use(presented: PresentedLink, now: number): Promise<void> {
    await this.#table.transact([useLink(presented, now)]);
  }
}

function linkItem(link: NewLink): Item {
  return {
    ...linkKey(link.id),
    kind: S(link.kind),
    sub: S(link.subject),
    facts: S(JSON.stringify(link.facts)),
    life: N(link.lifetimeSeconds),
    ttl: N(link.forgottenAt),
  };
}

function linkOf(item: Item): Link {
  return {
    id: text(item, 'PK').slice('LINK#'.length),
    kind: oneOf(KINDS, text(item, 'kind')),
    subject: text(item, 'sub'),
    facts: JSON.parse(text(item, 'facts')),
    lifetimeSeconds: number(item, 'life'),
    expiresAt: number(item, 'xa'),
  };
}
