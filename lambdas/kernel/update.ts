import type { Item } from './items.ts';

/** Parts of an update of an item, which several hands add to. */
export interface Update {
  readonly set: readonly string[];
  readonly remove: readonly string[];
  /** Of attributes that may be reserved words: `#name` to `name`. */
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}

/** A condition of a write, with what it names. */
export interface Condition extends Pick<Update, 'names' | 'values'> {
  readonly condition: string;
}

/** One update of them all, in their order. */
export function joinedUpdate(...parts: readonly Partial<Update>[]): Update {
  return {
    set: parts.flatMap(({ set = [] }) => set),
    remove: parts.flatMap(({ remove = [] }) => remove),
    names: Object.assign({}, ...parts.map(({ names }) => names)),
    values: Object.assign({}, ...parts.map(({ values }) => values)),
  };
}

export function isEmpty({ set, remove }: Update): boolean {
  return set.length === 0 && remove.length === 0;
}

/** An update that is not empty, as DynamoDB takes it: it refuses empty maps. */
export function updateExpression({ set, remove, names, values }: Update) {
  const clauses = [
    ...(set.length === 0 ? [] : [`SET ${set.join(', ')}`]),
    ...(remove.length === 0 ? [] : [`REMOVE ${remove.join(', ')}`]),
  ];
  return {
    UpdateExpression: clauses.join(' '),
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}
