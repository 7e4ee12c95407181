import * as z from 'zod';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { publishedName } from '../../lambdas/http/field-names.ts';
import type { FieldRules } from '../../lambdas/kernel/fields.ts';
import type { Route } from '../../lambdas/kernel/route.ts';
import { exampleOf, requiredAsIn, shapeOf } from './example.ts';
import { type Json, nameIn, pascalCase, reference } from './json.ts';

/** A JSON Schema of an object, in the members that are read here. */
interface ObjectSchema extends Json, FieldRules {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

/** The schemas of a profile's routes. A body or a result stands in `named`, and each place that has it refers there. */
export interface PublishedSchemas {
  readonly named: Readonly<Record<string, Json>>;
  readonly body: (route: Route) => Json;
  readonly query: (route: Route) => ObjectSchema;
  readonly result: (route: Route) => Json;
  /** The schema of the lines that a route takes. */
  readonly linesIn: (route: Route) => Json;
  /** The schema of the lines that a route answers. */
  readonly linesOut: (route: Route) => Json;
}

/** Converts all schemas of the routes, with the names of fields and the forms of results that the profile publishes. */
export function publishedSchemas(routes: readonly Route[], profile: Profile): PublishedSchemas {
  const inputs = converted(
    routes.flatMap(({ id, body, query, lines }) => [
      ...(body === undefined ? [] : [[`${id} body`, body] as const]),
      ...(query === undefined ? [] : [[`${id} query`, query] as const]),
      ...(lines === undefined ? [] : [[`${id} lines`, lines.schema] as const]),
    ]),
    'input',
  );
  const outputs = converted(
    routes.flatMap(({ id, success }) => [
      ...('schema' in success ? [[id, success.schema] as const] : []),
      ...('line' in success && success.line !== undefined ? [[`${id} line`, success.line] as const] : []),
    ]),
    'output',
  );
  const named: Record<string, Json> = {};
  const name = (id: string, schema: Json): Json => {
    if ('$ref' in schema) return schema;
    if (JSON.stringify(named[id] ?? schema) !== JSON.stringify(schema))
      throw new Error(`Two schemas have the name "${id}". Give one of them another "id" in its metadata.`);
    named[id] = schema;
    return reference('schemas', id);
  };
  for (const [id, schema] of [...Object.entries(inputs.named), ...Object.entries(outputs.named)])
    name(id, schema);
  const resolve = ($ref: string) => outputs.named[nameIn($ref)] ?? {};

  /** The shape of what the profile makes of a route's result, read off an example with everything and one with the least. */
  const presented = ({ id }: Route, own: Json, envelope: Profile['envelope'] = (body) => body) => {
    const known = new Map<unknown, Json>();
    const [shape, least] = [false, true].map((isLeast) => {
      const example = exampleOf(own, known, resolve, isLeast);
      const value = profile.present[id]?.(example as Json) ?? example;
      return shapeOf(envelope(value, { requestId: 'request id', processingTimeMs: 0 }), known);
    });
    return requiredAsIn(shape ?? {}, least ?? {});
  };
  /** What the profile presents in place of something with a name has a name too, wherever it is part of a result. */
  const forms = new Map<string, Json>();
  for (const route of routes) {
    const own = outputs.schemas[route.id];
    if (typeof own?.$ref !== 'string' || profile.present[route.id] === undefined) continue;
    const form = presented(route, own);
    forms.set(JSON.stringify(form), name(`Published${nameIn(own.$ref)}`, form));
  }
  const withForms = (schema: Json): Json =>
    JSON.parse(JSON.stringify(schema), (_, part) => forms.get(JSON.stringify(part)) ?? part);

  return {
    named,
    body: ({ id }) => {
      const schema = withDefaults(inputs.schemas[`${id} body`] ?? {}, profile.requestDefaults?.[id]);
      return name(`${pascalCase(id)}Request`, withFieldRules(inPublishedNames(schema, profile)));
    },
    query: ({ id }) => inPublishedNames(inputs.schemas[`${id} query`] ?? {}, profile),
    result: (route) => {
      const own = outputs.schemas[route.id] ?? {};
      // Rows that give the same have one result, also in the frame that a profile puts around it.
      const shared = profile.present[route.id] === undefined ? own.$ref : undefined;
      const id = `${typeof shared === 'string' ? nameIn(shared) : pascalCase(route.id)}Result`;
      if (route.success.kind === 'raw' || route.oauth !== undefined) return name(id, own);
      return name(id, withForms(presented(route, own, profile.envelope)));
    },
    linesIn: ({ id }) => inputs.schemas[`${id} lines`] ?? {},
    linesOut: ({ id }) => outputs.schemas[`${id} line`] ?? outputs.schemas[id] ?? {},
  };
}

/** Schemas as JSON Schema, and those apart that have an `id` in their metadata. */
function converted(schemas: readonly (readonly [string, z.ZodType])[], io: 'input' | 'output') {
  const all = z.toJSONSchema(z.object(Object.fromEntries(schemas)), {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      // `format` says the same in one word, and every integer of JSON is a safe one.
      if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // A field that is added to an answer must not break clients that validate it.
      if (io === 'output' && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
      if (jsonSchema.allOf?.some((part) => typeof part === 'object' && 'pattern' in part))
        throw new Error('A text has two patterns, which clients read as two types: say them as one.');
    },
  });
  const text = JSON.stringify(all).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { properties, $defs } = JSON.parse(text) as {
    properties?: Record<string, Json>;
    $defs?: Record<string, Json>;
  };
  const named = Object.entries($defs ?? {}).map(([name, { id: _, ...schema }]) => [name, schema]);
  return { schemas: properties ?? {}, named: Object.fromEntries(named) as Record<string, Json> };
}

/** A body whose fields the profile fills in where they are left out. */
function withDefaults(schema: ObjectSchema, defaults: Readonly<Record<string, string>> = {}): ObjectSchema {
  const { properties = {}, required = [] } = schema;
  const filled = Object.entries(defaults).map(([field, value]) => [
    field,
    { ...properties[field], default: value },
  ]);
  return filled.length === 0
    ? schema
    : {
        ...schema,
        properties: { ...properties, ...Object.fromEntries(filled) },
        required: required.filter((field) => !Object.hasOwn(defaults, field)),
      };
}

/** A body or query with the names of its fields that the profile publishes. What is refused on purpose is no field. */
function inPublishedNames(schema: ObjectSchema, { requestFields }: Profile): ObjectSchema {
  const { properties = {}, required, exactlyOne, atLeastOne, atMostOne, ...rest } = schema;
  const published = (fields: readonly string[]) => fields.map((field) => publishedName(field, requestFields));
  const members = Object.entries(properties)
    .filter(([, { not }]) => JSON.stringify(not) !== '{}')
    .map(([field, member]) => [publishedName(field, requestFields), member]);
  return {
    ...rest,
    properties: Object.fromEntries(members),
    ...(required === undefined ? {} : { required: published(required) }),
    ...(exactlyOne === undefined ? {} : { exactlyOne: published(exactlyOne) }),
    ...(atLeastOne === undefined ? {} : { atLeastOne: published(atLeastOne) }),
    ...(atMostOne === undefined ? {} : { atMostOne: published(atMostOne) }),
  };
}

/**
 * Rules about fields as JSON Schema. Alternatives are whole objects: of `oneOf` beside `properties` clients make types
 * that are intersections with `unknown`.
 */
function withFieldRules({ exactlyOne, atLeastOne, atMostOne, ...schema }: ObjectSchema): Json {
  const { properties = {}, required = [], description, ...rest } = schema;
  const about = description === undefined ? {} : { description };
  if (exactlyOne !== undefined) {
    const alternatives = exactlyOne.map((one) => ({
      ...rest,
      properties: Object.fromEntries(
        Object.entries(properties).filter(([field]) => field === one || !exactlyOne.includes(field)),
      ),
      required: [...required, one],
    }));
    return { ...about, oneOf: alternatives };
  }
  if (atLeastOne !== undefined)
    return {
      ...about,
      anyOf: atLeastOne.map((one) => ({ ...rest, properties, required: [...required, one] })),
    };
  if (atMostOne === undefined) return schema;
  // The names are declared once more for those who check that what is required is declared.
  const both = Object.fromEntries(atMostOne.map((field) => [field, {}]));
  return { ...schema, not: { properties: both, required: atMostOne } };
}
