import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERRORS, type ErrorType, type FieldError } from '../../lambdas/contract/errors.ts';
import { errorCodeOf } from '../../lambdas/contract/profile.ts';
import { apiRows } from '../../lambdas/kernel/api-rows.ts';
import { routes } from '../../lambdas/table/index.ts';
import { openApiDocument, publishedPath } from '../../lib/openapi/document.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { RIGHTS, rightsIn } from '../support/deployment.ts';
import { dereferenced } from '../support/dereferenced.ts';

/** What OpenAPI 3.1.0 demands of the objects that the document uses; unknown members are errors. */
const schemaObject = z.record(z.string(), z.unknown());
const content = z.record(z.string().regex(/^\w+\/[\w.+-]+$/), z.strictObject({ schema: schemaObject }));
const parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  description: z.string().optional(),
  required: z.boolean(),
  schema: schemaObject,
});
const header = z.strictObject({
  description: z.string().min(1),
  required: z.boolean().optional(),
  schema: schemaObject,
});
const response = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string().regex(/^[A-Za-z-]+$/), header).optional(),
  content: content.optional(),
});
const operation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  summary: z.string().min(1),
  description: z.string().optional(),
  tags: z.array(z.string()).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(parameter),
  requestBody: z.strictObject({ content, required: z.boolean() }).optional(),
  responses: z.record(z.string().regex(/^[2-5]\d\d$/), response),
});
const named = <Part extends z.ZodType>(part: Part) => z.record(z.string().regex(/^[A-Za-z-]+$/), part);
const documentSchema = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: z.string().min(1),
    version: z.string().min(1),
    description: z.string().min(1),
    license: z.strictObject({ name: z.string().min(1), identifier: z.string().min(1) }),
  }),
  servers: z.array(z.strictObject({ url: z.string().min(1) })).length(1),
  tags: z.array(z.strictObject({ name: z.string(), description: z.string().min(1) })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'head', 'post', 'put', 'patch', 'delete']), operation),
  ),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(['http', 'apiKey']) })),
    schemas: named(schemaObject),
    parameters: named(parameter),
    responses: named(response),
    headers: named(header),
  }),
});

describe.each(PROFILES.map((profile) => [profile.name, profile] as const))(
  'the OpenAPI document of %s',
  (_name, profile) => {
    const raw = openApiDocument(routes, profile, rightsIn(profile));
    // Throws for a reference that leads nowhere.
    const document = documentSchema.parse(dereferenced(raw));
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
        const found = document.paths[publishedPath(path)]?.[method.toLowerCase() as 'get'];
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

    test('every component is referred to, and every security scheme is defined', () => {
      const text = JSON.stringify(raw);
      const { securitySchemes, ...components } = document.components;
      for (const [kind, parts] of Object.entries(components)) {
        for (const name of Object.keys(parts)) expect(text).toContain(`"#/components/${kind}/${name}"`);
      }
      const used = [document.security, ...operations.map(({ security = [] }) => security)]
        .flat()
        .flatMap(Object.keys);
      expect(Object.keys(securitySchemes)).toEqual(expect.arrayContaining(used));
    });

    test('every tag is declared, and no other', () => {
      const used = new Set(operations.flatMap(({ tags }) => tags));
      expect(new Set(document.tags.map(({ name }) => name))).toEqual(used);
    });

    test('a body is required where the route does not take something without fields', () => {
      for (const { method, path, route } of rows) {
        const body = document.paths[publishedPath(path)]?.[method.toLowerCase() as 'get']?.requestBody;
        const isOptional = route.body?.safeParse({}).success ?? false;
        expect(body?.required, route.id).toBe(body === undefined ? undefined : !isOptional);
      }
    });

    test('results may get more members, and bodies may not', () => {
      const schemas = (contents: object) =>
        JSON.stringify(contents).match(/"additionalProperties":false/) !== null;
      for (const { operationId, responses, requestBody } of operations) {
        expect(schemas(responses), operationId).toBe(false);
        // Endpoints of a standard and forms pass over what they do not know; a line of an import says so itself.
        const route = routes.find(({ id }) => id === operationId);
        const isOpen =
          route?.oauth !== undefined || route?.takesForm === true || operationId === 'importTenant';
        if (requestBody !== undefined) expect(schemas(requestBody), operationId).toBe(!isOpen);
      }
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
      for (const { name, description } of scopes) {
        const line = `\`${name}\`: ${description}`;
        expect(Scope).toMatchObject({ description: expect.stringContaining(line) });
      }
    });

    test('every schema is a JSON Schema that a validator can read', () => {
      const schemas = operations.flatMap(({ responses, requestBody, parameters }) => [
        ...Object.values(responses).flatMap((each) => Object.values(each.content ?? {})),
        ...Object.values(requestBody?.content ?? {}),
        ...parameters,
      ]);
      // zod reads all but two keywords that say which fields come together; redocly and spectral read those too.
      for (const { schema } of schemas) {
        const { dependentRequired: _, not: __, ...readable } = schema;
        expect(() => z.fromJSONSchema(readable as Parameters<typeof z.fromJSONSchema>[0])).not.toThrow();
      }
    });

    test('is JSON as it stands, and the same every time', () => {
      expect(JSON.parse(JSON.stringify(raw))).toEqual(raw);
      expect(JSON.stringify(openApiDocument(routes, profile, rightsIn(profile)))).toBe(JSON.stringify(raw));
    });

    test('operation ids are the routes’ own, with the path behind it where a route has more than one', () => {
      const ids = operations.map(({ operationId }) => operationId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { path, route } of rows) {
        const methods = document.paths[publishedPath(path)];
        const id = methods?.[route.method.toLowerCase() as 'get']?.operationId ?? '';
        const isFirst = (profile.paths[route.id] ?? [path])[0] === path;
        expect(id === route.id, path).toBe(isFirst);
        expect(id.startsWith(route.id)).toBe(true);
      }
    });

    test('the error schema is what the profile’s errors are, with and without fields, and names their codes', () => {
      const schema = z.fromJSONSchema(
        document.components.schemas.ApiError as Parameters<typeof z.fromJSONSchema>[0],
      );
      const view = {
        status: 404,
        type: 'not_found_error',
        title: 't',
        message: 'm',
        requestId: 'r',
      } as const;
      const code = errorCodeOf(profile, 'not_found');
      for (const fields of [[], [{ field: 'f', message: 'm' }]])
        expect(schema.safeParse(profile.errorBody({ ...view, code, fields })).success).toBe(true);
      // Not every profile's errors have a status or a code in words.
      const right = JSON.stringify(profile.errorBody({ ...view, code, fields: [] }));
      for (const change of [{ code: 'c' }, { status: 999 }, { type: 't' as ErrorType }]) {
        const wrong = profile.errorBody({ ...view, code, fields: [], ...change });
        expect(schema.safeParse(wrong).success).toBe(JSON.stringify(wrong) === right);
      }
      expect(schema.safeParse({}).success).toBe(false);
      const wrongField = { field: 'f' } as FieldError;
      expect(schema.safeParse(profile.errorBody({ ...view, code, fields: [wrongField] })).success).toBe(
        false,
      );
    });
  },
);

describe('a table of few rows', () => {
  const profile = PROFILES.find(({ name }) => name === 'default');
  if (profile === undefined) throw new Error('no default profile');
  const health = routes.find(({ id }) => id === 'getHealth');
  const tenant = routes.find(({ id }) => id === 'updateTenant');
  if (health === undefined || tenant === undefined) throw new Error('no such route');

  test('tells the scopes that new keys can have by default: those that do not manage', () => {
    const rights = { ...RIGHTS, managing: ['admin'] };
    const { schemas } = openApiDocument([tenant], profile, rights).components as {
      schemas: Record<string, { enum: string[] }>;
    };
    expect(schemas.DefaultScope?.enum).toEqual(['read', 'write', 'delete']);
  });

  test('has the chapters of its rows alone', () => {
    expect(openApiDocument([health], profile, RIGHTS).tags).toMatchObject([{ name: 'Service' }]);
  });

  test('with two schemas of one name is an error that names them', () => {
    const schema = z.object({ key: z.string() }).meta({ id: 'ApiKey' });
    expect(() => openApiDocument([{ ...tenant, body: schema }], profile, RIGHTS)).not.toThrow();
    const success = { status: 200, description: 'd', schema: z.string().meta({ id: 'ApiKey' }) } as const;
    expect(() => openApiDocument([{ ...tenant, body: schema, success }], profile, RIGHTS)).toThrow(
      'Two schemas have the name "ApiKey"',
    );
  });

  test('with two patterns of one text is an error', () => {
    const body = z.object({ name: z.string().regex(/a/).regex(/b/) });
    expect(() => openApiDocument([{ ...tenant, body }], profile, RIGHTS)).toThrow('A text has two patterns');
  });
});
