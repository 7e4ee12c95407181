import {
  clientKey,
  emailKey,
  identityKey,
  keyRecordKey,
  passkeyKey,
  sessionKey,
  signInKey,
} from '../kernel/item-keys.ts';
import { type Item, type ItemKey, text } from '../kernel/items.ts';

/** Items of another partition that rows of a kind lead to. */
interface Lead {
  /** The key of one of them, by what tells it from the others. */
  readonly keyOf: (name: string) => ItemKey;
  /** What a row says of them. `id` ends its sort key. */
  readonly names: (row: Item, id: string) => readonly string[];
}

/** By the kind of a row: the items of other partitions that it leads to, which go with it. */
const LED_TO: Readonly<Record<string, Lead>> = {
  USER: { keyOf: emailKey, names: (row) => [text(row, 'email')] },
  APIKEY: { keyOf: keyRecordKey, names: (row) => [text(row, 'locator')] },
  SESSION: { keyOf: sessionKey, names: (_row, id) => [id] },
  SIGNIN: { keyOf: signInKey, names: (row) => [text(row, 'hash')] },
  IDENTITY: { keyOf: identityKey, names: (_row, id) => [id] },
  CLIENT: { keyOf: clientKey, names: (_row, id) => [id] },
  FACTORS: { keyOf: passkeyKey, names: (row) => row.pks?.SS ?? [] },
};

/** The partitions of these items, as rights name them: whoever erases may delete there. */
export const LED_TO_PARTITIONS: readonly string[] = Object.values(LED_TO).map(({ keyOf }) =>
  text(keyOf('*'), 'PK'),
);

/** The kind and the id of a row, as its sort key names them. */
export function kindOf(row: Item): readonly [kind: string, id: string] {
  const [kind = '', ...id] = text(row, 'SK').split('#');
  return [kind, id.join('#')];
}

/** The items that a row of a tenant or of a person leads to. */
export function ledTo(row: Item): readonly ItemKey[] {
  const [kind, id] = kindOf(row);
  const lead = LED_TO[kind];
  return lead === undefined ? [] : lead.names(row, id).map(lead.keyOf);
}
