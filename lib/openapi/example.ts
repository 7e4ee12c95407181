import type { Json } from './json.ts';

/**
 * Profiles present results, wrap them and write errors by functions. The shape of what such a function makes is read off
 * what it makes of an example: a value with one of everything that a schema has, of which each part can be told from all
 * others. `known` holds the schema of each part.
 */
export function exampleOf(
  schema: Json,
  known: Map<unknown, Json>,
  resolve: (reference: string) => Json,
): unknown {
  const { $ref, properties, items } = schema as {
    $ref?: string;
    properties?: Record<string, Json>;
    items?: Json;
  };
  const value =
    $ref !== undefined
      ? exampleOf(resolve($ref), known, resolve)
      : properties !== undefined
        ? Object.fromEntries(
            Object.entries(properties).map(([name, member]) => [name, exampleOf(member, known, resolve)]),
          )
        : items !== undefined
          ? [exampleOf(items, known, resolve)]
          : `example ${known.size}`;
  known.set(value, schema);
  return value;
}

/** The schema of a value. A part of an example has its own; a truth value that a function writes is always that one. */
export function shapeOf(value: unknown, known: ReadonlyMap<unknown, Json>): Json {
  const schema = known.get(value);
  if (schema !== undefined) return schema;
  if (value === null) return { type: 'null' };
  if (typeof value === 'boolean') return { type: 'boolean', const: value };
  if (Array.isArray(value)) return { type: 'array', items: shapeOf(value[0], known) };
  if (typeof value !== 'object') return { type: typeof value };
  const members = Object.entries(value as Json).filter(([, member]) => member !== undefined);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, member]) => [name, shapeOf(member, known)])),
    required: members.map(([name]) => name),
  };
}
