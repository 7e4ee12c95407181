import { parseScopes, type Scope, scopesText } from '../contract/scopes.ts';
import type { AddressBlock } from './address.ts';
import { blocksValue, storedBlocks } from './allow-list.ts';
import { USED_AT, USED_FROM } from './attributes.ts';
import { timestamp } from './clock.ts';
import { type AttributeValue, type Item, N, number as numberOf, oneOf, S, text as textOf } from './items.ts';

/** How a field stands in an item: in one attribute that is written and read, or read off several that others write. */
export type Stored<Value> = InAttribute<Value> | ReadOff<Value>;

export interface InAttribute<Value> {
  readonly attribute: string;
  /** Throws when the item is not of the shape that we write. */
  readonly read: (item: Item) => Value;
  /** Undefined where the attribute is absent for this value. */
  readonly write: (value: Value) => AttributeValue | undefined;
}

export interface ReadOff<Value> {
  readonly read: (item: Item) => Value;
}

export function readOff<Value>(read: (item: Item) => Value): ReadOff<Value> {
  return { read };
}

/** The last use of a credential. */
export interface LastUse {
  /** Unix seconds. */
  readonly at: number;
  /** The IP address. */
  readonly address: string;
}

/** The last use of a credential as the authorizer notes it; null before the first. */
export const lastUse: ReadOff<LastUse | null> = readOff((item) => {
  const at = numberOf(item, USED_AT);
  return at === 0 ? null : { at, address: item[USED_FROM]?.S ?? '' };
});

/** The last use as people see it, of an API key and of a session alike. */
export const shownLastUse = {
  last_used_at: (use: LastUse | null) => (use === null ? null : timestamp(use.at)),
  last_used_ip: (use: LastUse | null) => use?.address ?? null,
};

export function text(attribute: string): InAttribute<string> {
  return { attribute, read: (item) => textOf(item, attribute), write: S };
}

/** Null is an absent attribute. */
export function optionalText(attribute: string): InAttribute<string | null> {
  return {
    attribute,
    read: (item) => item[attribute]?.S ?? null,
    write: (value) => (value === null ? undefined : S(value)),
  };
}

/** One of a few words; any other is not believed. */
export function choice<const Choice extends string>(
  attribute: string,
  allowed: readonly Choice[],
): InAttribute<Choice> {
  return { attribute, read: (item) => oneOf(allowed, textOf(item, attribute)), write: S };
}

/** An absent attribute is `absent`. */
export function number(attribute: string, absent = 0): InAttribute<number> {
  return { attribute, read: (item) => numberOf(item, attribute, absent), write: N };
}

/** 0 is an absent attribute. */
export function numberUnlessZero(attribute: string): InAttribute<number> {
  return { ...number(attribute), write: (value) => (value === 0 ? undefined : N(value)) };
}

/** Null is an absent attribute; so is 0. */
export function optionalNumber(attribute: string): InAttribute<number | null> {
  return {
    attribute,
    read: (item) => numberOf(item, attribute) || null,
    write: (value) => (value === null ? undefined : N(value)),
  };
}

/** Null is 0. */
export function numberOrZero(attribute: string): InAttribute<number | null> {
  return { ...optionalNumber(attribute), write: (value) => N(value ?? 0) };
}

/** False is an absent attribute. */
export function flag(attribute: string): InAttribute<boolean> {
  return {
    attribute,
    read: (item) => item[attribute]?.BOOL === true,
    write: (value) => (value ? { BOOL: true } : undefined),
  };
}

export function scopes(attribute: string): InAttribute<readonly Scope[]> {
  return {
    attribute,
    read: (item) => parseScopes(textOf(item, attribute)),
    write: (value) => S(scopesText(value)),
  };
}

/** A list in its order. */
export function textList(attribute: string): InAttribute<readonly string[]> {
  return {
    attribute,
    read: (item) => (item[attribute]?.L ?? []).map(({ S: entry = '' }) => entry),
    write: (value) => ({ L: value.map(S) }),
  };
}

/** Null is an absent attribute. */
export function optionalScopes(attribute: string): InAttribute<readonly Scope[] | null> {
  return {
    attribute,
    read: (item) => (item[attribute]?.S === undefined ? null : parseScopes(item[attribute].S)),
    write: (value) => (value === null ? undefined : S(scopesText(value))),
  };
}

/** What was checked before it was written, as JSON; null is an absent attribute. */
export function optionalJson<Value>(attribute: string): InAttribute<Value | null> {
  return {
    attribute,
    read: (item) => (item[attribute]?.S === undefined ? null : (JSON.parse(item[attribute].S) as Value)),
    write: (value) => (value === null ? undefined : S(JSON.stringify(value))),
  };
}

/** No block is an absent attribute. */
export function blocks(attribute: string): InAttribute<readonly AddressBlock[]> {
  return {
    attribute,
    read: (item) => storedBlocks(item[attribute]),
    write: (value) => (value.length === 0 ? undefined : blocksValue(value)),
  };
}

export function textMap(attribute: string): InAttribute<Readonly<Record<string, string>>> {
  return {
    attribute,
    read: (item) =>
      Object.fromEntries(
        Object.entries(item[attribute]?.M ?? {}).map(([name, value]) => [name, value.S ?? '']),
      ),
    write: (value) => ({
      M: Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, S(entry)])),
    }),
  };
}
