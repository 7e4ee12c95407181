/**
 * A value as DynamoDB's JSON carries it; exactly one member is set. Numbers are strings, binary is base64.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export interface AttributeValue {
  readonly S?: string;
  readonly B?: string;
  readonly N?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly M?: Item;
  readonly L?: readonly AttributeValue[];
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
}

export type Item = Readonly<Record<string, AttributeValue>>;

/** The one table's primary key. */
export type ItemKey = Readonly<Record<'PK' | 'SK', AttributeValue>>;

/** The key of an item that was read. Throws when it has none: only a projection lacks it. */
export function keyOf({ PK, SK }: Item): ItemKey {
  if (PK === undefined || SK === undefined) throw new Error('An item has no key.');
  return { PK, SK };
}

export const S = (text: string): AttributeValue => ({ S: text });
export const N = (number: number): AttributeValue => ({ N: String(number) });

/** The text of an attribute that must be there. Throws when the item is not of the shape that we write. */
export function text(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw new Error(`The item ${item.PK?.S?.split('#')[0]} lacks ${name}.`);
  return value;
}

/** The number of an attribute, or `otherwise` when it is absent. */
export function number(item: Item, name: string, otherwise = 0): number {
  const value = item[name]?.N;
  return value === undefined ? otherwise : Number(value);
}

/** `value` as one of `allowed`. Throws on anything else: an item that we did not write is not believed. */
export function oneOf<T extends string>(allowed: readonly T[], value: string): T {
  for (const candidate of allowed) if (candidate === value) return candidate;
  throw new Error(`The store holds an unknown value; allowed are ${allowed.join(', ')}.`);
}
