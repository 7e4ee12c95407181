import type * as api from './generated/types.gen.ts';

/** `workspace_id` -> `workspaceId`. */
type CamelCase<Name> = Name extends `${infer Word}_${infer Rest}`
  ? `${Word}${Capitalize<CamelCase<Rest>>}`
  : Name;
type CamelCased<Fields> = { [Name in keyof Fields as CamelCase<Name>]: Fields[Name] };

/** An API key: what is known of it, never the key itself. */
export type ApiKey = Readonly<CamelCased<api.ApiKey>>;

type Unnamed = Omit<CamelCased<api.CreateKeyRequest>, 'name'>;

/** A key to be made. `label` is another word for `name`. */
export type NewApiKey = Readonly<
  Unnamed & ({ name: string; label?: never } | { label: string; name?: never })
>;

/** How a key is rotated. */
export type Rotation = Readonly<CamelCased<api.RotateKeyRequest>>;

/** An API key with the key itself, which is shown once. It is not in what `console.log` or `JSON.stringify` show. */
export type IssuedApiKey = ApiKey & { readonly key: string };

/** Keeps the key out of every enumeration. */
class Issued {
  readonly #key: string;

  constructor({ key, ...fields }: IssuedApiKey) {
    this.#key = key;
    Object.assign(this, fields);
  }

  get key(): string {
    return this.#key;
  }
}

/** The key that an answer shows. */
export function issuedApiKey(view: api.ApiKey, key: string): IssuedApiKey {
  return new Issued({ ...apiKey(view), key }) as unknown as IssuedApiKey;
}

/** An API key as the API describes it. */
export function apiKey(view: api.ApiKey): ApiKey {
  const named = Object.entries(view).map(([name, value]) => [camelCase(name), value]);
  return Object.fromEntries(named);
}

/** The body that asks for a key. */
export function createKeyRequest({ label, name = label, ...fields }: NewApiKey): Record<string, unknown> {
  return snakeCased({ name, ...fields });
}

export function snakeCased(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [snakeCase(name), value]));
}

const camelCase = (name: string) => name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
