/**
 * The DynamoDB types that Latchkey's items use. Bytes are mostly stored as base64 text: the two clients (the SDK and the
 * authorizer's own) spell binary values differently, and text they spell alike.
 */
export interface AttributeValue {
  readonly S?: string;
  /** Bytes as the SDK has them; as base64 text in a stream and with the authorizer's client. See {@link bytesOf}. */
  readonly B?: Uint8Array | string;
  readonly N?: string;
  readonly SS?: readonly string[];
  readonly M?: Readonly<Record<string, AttributeValue>>;
  readonly BOOL?: boolean;
}

export type Item = Readonly<Record<string, AttributeValue>>;

export interface ItemKey {
  readonly PK: AttributeValue;
  readonly SK: AttributeValue;
}

export const S = (text: string): AttributeValue => ({ S: text });
export const N = (number: number): AttributeValue => ({ N: String(number) });

/** The bytes of a binary value, whichever client has read it. */
export function bytesOf(value: Uint8Array | string): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}

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
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new Error(`The store holds an unknown value; allowed are ${allowed.join(', ')}.`);
  return found;
}
