import * as z from 'zod';
import type { Profile } from '../contract/profile.ts';
import type { Success } from '../kernel/results.ts';
import type { Route } from '../kernel/route.ts';
import { publishedName } from './field-names.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The schema of what a route takes, with the field names that the profile publishes. */
export function inputSchema(schema: z.ZodType, profile: Profile): Json {
  const written = jsonSchema(schema, 'input');
  const { properties, required } = written as { properties?: Json; required?: readonly string[] };
  const named = (field: string) => publishedName(field, profile.requestFields);
  return {
    ...written,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, type]) => [named(name), type]),
          ),
        }),
    ...(required === undefined ? {} : { required: required.map(named) }),
  };
}

/**
 * The schema of a route's success. A profile presents results by functions, so the shape of what they make is read
 * off one example; where they change nothing, the route's own schema stands.
 */
export function outputSchema({ id }: Route, success: Success, profile: Profile): Json {
  if (!('schema' in success)) return { type: 'string' };
  const own = jsonSchema(success.schema, 'output');
  if (success.kind === 'raw' || success.kind === 'ndjson') return own;
  const known = new Map<unknown, Json>();
  const example = exampleOf(own, known) as Json;
  const presented = profile.present[id]?.(example) ?? example;
  const body = profile.envelope(presented, { requestId: 'id', processingTimeMs: 0 });
  return shapeOf(body, known);
}

/** The shape of a value; a part of a known example has its schema. */
export function shapeOf(value: unknown, known: ReadonlyMap<unknown, Json> = new Map()): Json {
  const schema = known.get(value);
  if (schema !== undefined) return schema;
  if (value === null) return { type: 'null' };
  if (Array.isArray(value))
    return { type: 'array', items: value.length === 0 ? {} : shapeOf(value[0], known) };
  if (typeof value !== 'object') return { type: typeof value };
  const members = Object.entries(value as Json).filter(([, member]) => member !== undefined);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, member]) => [name, shapeOf(member, known)])),
    required: members.map(([name]) => name),
  };
}

/** A value with one of everything that a schema has. Each part can be told from the others, and is noted in `known`. */
function exampleOf(schema: Json, known: Map<unknown, Json>): unknown {
  const { properties, items } = schema as { properties?: Record<string, Json>; items?: Json };
  const value =
    properties !== undefined
      ? Object.fromEntries(
          Object.entries(properties).map(([name, member]) => [name, exampleOf(member, known)]),
        )
      : items !== undefined
        ? [exampleOf(items, known)]
        : `example ${known.size}`;
  known.set(value, schema);
  return value;
}

export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return rest;
}
