import { INVALID_PARAMS, RpcError } from './rpc.ts';

/** A field of a tool, in the words of JSON Schema. */
export interface Field {
  readonly type: 'string' | 'integer' | 'boolean' | 'array';
  readonly description: string;
  readonly items?: { readonly type: 'string' };
  readonly minimum?: number;
  readonly maximum?: number;
}

export type Fields = Readonly<Record<string, Field>>;

/** What a tool is called with: texts, numbers, flags and lists of texts, by the names of its fields. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The schema of a tool's arguments. */
export const schemaOf = (fields: Fields, required: readonly string[]) => ({
  type: 'object',
  properties: fields,
  required,
  additionalProperties: false,
});

/** Throws with the name of the first argument that is wrong, and what it must be. */
export function requireArguments(fields: Fields, required: readonly string[], given: unknown): Arguments {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new RpcError(INVALID_PARAMS, 'arguments must be an object.');
  for (const name of required)
    if (!Object.hasOwn(given, name)) throw new ArgumentError(`${name} is missing.`);
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw new ArgumentError(`${name} is no argument of this tool.`);
    const fault = faultOf(field, value);
    if (fault !== undefined) throw new ArgumentError(`${name} must be ${fault}.`);
  }
  return given as Arguments;
}

/** Told to the model as the outcome of its call, so that it can mend it. */
export class ArgumentError extends Error {}

function faultOf({ type, minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Field, value: unknown) {
  if (type === 'array')
    return Array.isArray(value) && value.every((each) => typeof each === 'string')
      ? undefined
      : 'a list of texts';
  if (type === 'integer')
    return Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum
      ? undefined
      : `a whole number from ${minimum} to ${maximum}`;
  return typeof value === type ? undefined : type === 'string' ? 'a text' : 'true or false';
}
