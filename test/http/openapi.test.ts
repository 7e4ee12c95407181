import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERRORS } from '../../lambdas/contract/errors.ts';
import { openApiDocument, publishedPath } from '../../lambdas/http/openapi.ts';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { rightsIn } from '../support/deployment.ts';

/** What OpenAPI 3.1.0 demands of the objects that the document uses; unknown members are errors. */
const schemaObject = z.record(z.string(), z.unknown());
const content = z.record(z.string().regex(/^\w+\/[\w.+-]+$/), z.strictObject({ schema: schemaObject }));
const operation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  summary: z.string().min(1),
  description: z.string().optional(),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      schema: schemaObject,
    }),
  ),
  requestBody: z.strictObject({ content, required: z.boolean().optional() }).optional(),
  responses: z.record(
    z.string().regex(/^[2-5]\d\d$/),
    z.strictObject({
      description: z.string().min(1),
      headers: z.record(z.string(), z.strictObject({ $ref: z.string() })).optional(),
      content,
    }),
  ),
});
const documentSchema = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string().min(1), version: z.string().min(1) }),
  servers: z.array(z.unknown()).optional(),
  tags: z.array(z.unknown()).optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().startsWith('/'),
    z.record(z.enum(['get', 'head', 'post', 'put', 'patch', 'delete']).or(z.string()), operation),
  ),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(['http', 'apiKey']) })),
    schemas: z.record(z.string(), schemaObject),
    headers: z.record(
      z.string().regex(/^[A-Za-z-]+$/),
      z.strictObject({ description: z.string().min(1), schema: schemaObject }),
    ),
  }),
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))(
  'the OpenAPI document of %s',
  (_name, profile) => {
    const raw = openApiDocument(routes, profile, rightsIn(profile));
    const document = documentSchema.parse(raw);
    const rows = apiRows(routes, profile).filter((row) => row.kind === 'route');
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

    test('has every route of the table and nothing else', () => {
      const inDocument = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
      );
      expect(inDocument.sort()).toEqual(
        rows.map(({ method, path }) => `${method} ${publishedPath(path)}`).sort(),
      );
    });

    test('says of each route what its row says: public or not, its success, and the errors that it can answer', () => {
      for (const { method, path, access, route } of rows) {
        const found = document.paths[publishedPath(path)]?.[method.toLowerCase()];
        expect(found?.security, route.id).toEqual(access.kind === 'public' ? [] : undefined);
        const statuses = Object.keys(found?.responses ?? {});
        expect(statuses).toContain(String(route.success.status));
        for (const code of route.errors) expect(statuses).toContain(String(ERRORS[code].status));
        expect(found?.requestBody === undefined).toBe(route.body === undefined && route.lines === undefined);
        if (access.kind === 'credential')
          expect(statuses).toEqual(expect.arrayContaining(['401', '403', '429']));
      }
    });

    test('promises the allowance to whoever is recognised, and Retry-After with a 429 alone', () => {
      for (const { security, responses } of operations) {
        for (const [status, { headers = {} }] of Object.entries(responses)) {
          expect('RateLimit' in headers).toBe(security === undefined && status !== '401');
          expect('Retry-After' in headers).toBe(status === '429');
        }
      }
    });

    test('names every parameter of a path, required, and no other', () => {
      for (const [path, methods] of Object.entries(document.paths)) {
        const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
        for (const { parameters } of Object.values(methods)) {
          const declared = parameters.filter((parameter) => parameter.in === 'path');
          expect(declared.map(({ name }) => name)).toEqual(inPath);
          expect(declared.every(({ required }) => required)).toBe(true);
        }
      }
    });

    test('every reference leads somewhere, and every security scheme is defined', () => {
      const text = JSON.stringify(raw);
      for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
        expect(Object.keys(document.components.schemas)).toContain(name);
      }
      for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/headers\/([\w-]+)"/g)) {
        expect(Object.keys(document.components.headers)).toContain(name);
      }
      expect(text.match(/"\$ref":"(?!#\/components\/(schemas|headers)\/[\w-]+")/)).toBeNull();
      const used = [document.security, ...operations.map(({ security = [] }) => security)]
        .flat()
        .flatMap(Object.keys);
      expect(Object.keys(document.components.securitySchemes)).toEqual(expect.arrayContaining(used));
    });

    test('X-API-Key is a way to present a credential where the contract takes it there, and nowhere else', () => {
      const isTaken = profile.credentials.includes('x-api-key');
      expect(document.security).toEqual([{ bearer: [] }, ...(isTaken ? [{ apiKey: [] }] : [])]);
      expect('apiKey' in document.components.securitySchemes).toBe(isTaken);
    });

    test('what a request can name of scopes and roles is what the deployment declares, and what it means', () => {
      const { scopes, roles } = rightsIn(profile);
      const { Scope, Role } = (raw.components as { schemas: Record<string, { enum: string[] }> }).schemas;
      expect(Scope?.enum).toEqual(scopes.map(({ name }) => name));
      expect(Role?.enum).toEqual(Object.keys(roles));
      for (const { name, description } of scopes)
        expect(Scope).toMatchObject({ description: expect.stringContaining(`\`${name}\`: ${description}`) });
    });

    test('every schema is a JSON Schema that a validator can read', () => {
      const schemas = operations.flatMap(({ responses, requestBody, parameters }) => [
        ...Object.values(responses).flatMap((response) => Object.values(response.content)),
        ...Object.values(requestBody?.content ?? {}),
        ...parameters,
      ]);
      const { schemas: components } = raw.components as { schemas: Record<string, unknown> };
      const inlined = (_name: string, part: { $ref?: string } | null) =>
        typeof part?.$ref === 'string' ? components[part.$ref.split('/').at(-1) ?? ''] : part;
      for (const { schema } of schemas) {
        if ('$ref' in schema) continue;
        const whole = JSON.parse(JSON.stringify(schema), inlined);
        expect(() => z.fromJSONSchema(whole as Parameters<typeof z.fromJSONSchema>[0])).not.toThrow();
      }
    });

    test('is JSON as it stands, and the same every time', () => {
      expect(JSON.parse(JSON.stringify(raw))).toEqual(raw);
      expect(JSON.stringify(openApiDocument(routes, profile, rightsIn(profile)))).toBe(JSON.stringify(raw));
    });

    test('operation ids are the routes’ own, each once for a route that has one path', () => {
      expect(new Set(operations.map(({ operationId }) => operationId))).toEqual(
        new Set(rows.map(({ route }) => route.id)),
      );
    });

    test('the error schema is what the profile’s errors are', () => {
      const shape = profile.errorBody({
        status: 404,
        type: 'not_found_error',
        code: 'c',
        title: 't',
        message: 'm',
        requestId: 'r',
        fields: [{ field: 'f', message: 'm' }],
      });
      const schema = document.components.schemas.Error as Parameters<typeof z.fromJSONSchema>[0];
      expect(z.fromJSONSchema(schema).safeParse(shape).success).toBe(true);
      expect(z.fromJSONSchema(schema).safeParse({}).success).toBe(false);
    });
  },
);
