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

/** By the kind of a row: the items of other partitions that it leads to, which go with it. `id` ends its sort key. */
const LED_TO: Readonly<Record<string, (row: Item, id: string) => readonly ItemKey[]>> = {
  USER: (row) => [emailKey(text(row, 'email'))],
  APIKEY: (row) => [keyRecordKey(text(row, 'locator'))],
  CLIENT: (_row, id) => [clientKey(id)],
  SESSION: (_row, id) => [sessionKey(id)],
  SIGNIN: (row) => [signInKey(text(row, 'hash'))],
  FACTORS: (row) => (row.pks?.SS ?? []).map(passkeyKey),
  IDENTITY: (_row, id) => [identityKey(id)],
};

/** The kind and the id of a row, as its sort key names them. */
export function kindOf(row: Item): readonly [kind: string, id: string] {
  const [kind = '', ...id] = text(row, 'SK').split('#');
  return [kind, id.join('#')];
}

/** The items that a row of a tenant or of a person leads to. */
export function ledTo(row: Item): readonly ItemKey[] {
  const [kind, id] = kindOf(row);
  return LED_TO[kind]?.(row, id) ?? [];
}
