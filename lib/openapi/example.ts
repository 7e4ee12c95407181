import type { Json } from './json.ts';

/**
 * Profiles present results, wrap them and write errors by functions. The shape of what such a function makes is read off
 * what it makes of an example: a value with one of everything that a schema has, of which each part can be told from all
 * others. `known` holds the schema of each part. Without optional fields, where
 * `isLeast`: what is left out then may be absent.
 */
export function exampleOf(
  schema: Json,
  known: Map<unknown, Json>,
  resolve: (reference: string) => Json,
  isLeast = false,
): unknown {
  const { $ref, properties, required, items } = schema as {
    $ref?: string;
    properties?: Record<string, Json>;
    required?: readonly string[];
    items?: Json;
  };
  const value =
    $ref !== undefined
      ? exampleOf(resolve($ref), known, resolve, isLeast)
      : properties !== undefined
        ? Object.fromEntries(
            Object.entries(properties)
              .filter(([name]) => !isLeast || required?.includes(name))
              .map(([name, member]) => [name, exampleOf(member, known, resolve, isLeast)]),
          )
        : items !== undefined
          ? [exampleOf(items, known, resolve, isLeast)]
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

/** A shape of which only that is required which a lesser one has too. */
export function requiredAsIn(shape: Json, lesser: Json): Json {
  const { properties } = shape as { properties?: Record<string, Json> };
  const { properties: always, required } = lesser as {
    properties?: Record<string, Json>;
    required?: unknown;
  };
  if (properties === undefined || always === undefined) return shape;
  const members = Object.entries(properties).map(([name, member]) => [
    name,
    always[name] === undefined ? member : requiredAsIn(member, always[name]),
  ]);
  return { ...shape, properties: Object.fromEntries(members), required };
}
