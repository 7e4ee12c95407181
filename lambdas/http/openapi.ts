import type * as z from 'zod';
import { ERRORS, type ErrorCode } from '../contract/errors.ts';
import type { Profile } from '../contract/profile.ts';
import { RATE_LIMIT_HEADERS } from '../contract/rate-limit-headers.ts';
import { apiRows } from '../kernel/api-rows.ts';
import { Problem } from '../kernel/problem.ts';
import type { Success } from '../kernel/results.ts';
import type { Route } from '../kernel/route.ts';
import { oauthErrorBody } from './oauth-error.ts';
import { inputSchema, type Json, jsonSchema, outputSchema, shapeOf } from './published-schema.ts';
import { mediaTypeOf } from './render.ts';

/** What any row that takes a credential can answer, and any row at all. */
const CREDENTIAL_ERRORS: readonly ErrorCode[] = [
  'missing_credential',
  'invalid_credential',
  'expired_credential',
  'revoked_credential',
  'disabled_credential',
  'ended_session',
  'suspended_tenant',
  'insufficient_scope',
  'address_not_allowed',
  // Of the workspace that `X-Workspace-Id` names.
  'not_found',
  'rate_limited',
];
const NDJSON = 'application/x-ndjson';
const COMMON_ERRORS: readonly ErrorCode[] = ['malformed_request', 'internal', 'unavailable'];

/** An OpenAPI document: `paths` has the operations by path and method. */
export interface OpenApiDocument extends Json {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/** The OpenAPI 3.1 document of a profile, from the route table. */
export function openApiDocument(routes: readonly Route[], profile: Profile): OpenApiDocument {
  const securitySchemes = securitySchemesOf(profile);
  const paths: Record<string, Record<string, Json>> = {};
  for (const row of apiRows(routes, profile)) {
    if (row.kind !== 'route') continue;
    const path = publishedPath(row.path);
    const operations = (paths[path] ??= {});
    operations[row.method.toLowerCase()] = operation(row.route, path, row.access.kind === 'public', profile);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: profile.title,
      version: '1',
      description: `Every GET answers HEAD too. Everything else below ${profile.upstreamPrefixes.join(', ')} goes to the API behind the front door.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    paths,
    components: {
      securitySchemes,
      schemas: {
        Error: errorSchema(profile),
        OAuthError: shapeOf(oauthErrorBody(new Problem('internal'), 'id')),
      },
      headers: HEADERS,
    },
  };
}

/** How the contract takes a credential. `Authorization: Token` has no scheme of OpenAPI's: it is bearer by another name. */
function securitySchemesOf({ credentials }: Profile): Record<string, Json> {
  return {
    bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API key.' },
    ...(credentials.includes('x-api-key')
      ? { apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } }
      : {}),
  };
}

/** OpenAPI has no parameter of several segments (4.8.8.2 leaves `/` in one undefined): it is called as any other. */
export function publishedPath(path: string): string {
  return path.replace('+}', '}');
}

const integer = (description: string): Json => ({ description, schema: { type: 'integer', minimum: 0 } });

const HEADERS = {
  'Retry-After': integer('Whole seconds until a repetition can succeed.'),
  'X-RateLimit-Limit': integer('Requests a minute of this API key or session.'),
  'X-RateLimit-Remaining': integer('Those that are left until the minute of the clock ends.'),
  'X-RateLimit-Reset': integer('When it ends, in Unix seconds.'),
  'RateLimit-Policy': {
    description: 'The limit and its seconds (draft-ietf-httpapi-ratelimit-headers-11).',
    schema: { type: 'string', examples: ['"default";q=100;w=60'] },
  },
  RateLimit: {
    description: 'What is left of it, and seconds until it begins anew (same draft).',
    schema: { type: 'string', examples: ['"default";r=50;t=30'] },
  },
} satisfies Record<'Retry-After' | keyof typeof RATE_LIMIT_HEADERS, Json>;

/** The headers of a response: the allowance goes to who was recognised, and a 429 says when to come back. */
function responseHeaders(status: number, isPublic: boolean): Json {
  const names = [
    ...(status === 429 ? ['Retry-After'] : []),
    ...(isPublic || status === 401 ? [] : Object.keys(RATE_LIMIT_HEADERS)),
  ];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function headersMember(headers: Json): { headers?: Json } {
  return Object.keys(headers).length === 0 ? {} : { headers };
}

function operation(route: Route, path: string, isPublic: boolean, profile: Profile): Json {
  const { body, query, lines, takesCookies = [], success, alternatives = [] } = route;
  const errors = [
    ...COMMON_ERRORS,
    ...(isPublic ? [] : CREDENTIAL_ERRORS),
    ...(body === undefined && lines === undefined
      ? []
      : (['invalid_field', 'payload_too_large', 'unsupported_media_type'] as const)),
    ...route.errors,
  ];
  return {
    operationId: route.id,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    ...(isPublic ? { security: [] } : {}),
    parameters: [
      ...pathParameters(path),
      ...(query === undefined ? [] : queryParameters(query)),
      ...takesCookies.map((name) => ({ name, in: 'cookie', required: false, schema: { type: 'string' } })),
      ...(isPublic ? [] : [WORKSPACE_PARAMETER]),
    ],
    ...requestBody(route, profile),
    responses: {
      ...Object.fromEntries(
        [success, ...alternatives].map((each) => [
          each.status,
          successResponse(each, route, isPublic, profile),
        ]),
      ),
      ...errorResponses(errors, route.oauth ? 'OAuthError' : 'Error', isPublic),
    },
  };
}

const WORKSPACE_PARAMETER: Json = {
  name: 'X-Workspace-Id',
  in: 'header',
  required: false,
  schema: {
    type: 'string',
    description: 'The workspace to work in: one of the tenant, or of a key its own.',
  },
};

function requestBody({ body, lines, takesForm }: Route, profile: Profile): Json {
  if (lines !== undefined) {
    return { requestBody: { content: { [NDJSON]: { schema: jsonSchema(lines.schema, 'input') } } } };
  }
  if (body === undefined) return {};
  const schema = inputSchema(body, profile);
  const types = ['application/json', ...(takesForm ? ['application/x-www-form-urlencoded'] : [])];
  return { requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema }])) } };
}

/** The media types of a success, without parameters. */
function mediaTypes(success: Success): string[] {
  switch (success.kind) {
    case 'text':
    case 'html':
      return mediaTypeOf(success).split(';', 1);
    case 'redirect':
    case 'empty':
      return [];
    case 'ndjson':
      return [NDJSON];
    case 'json or ndjson':
      return ['application/json', NDJSON];
    default:
      return ['application/json'];
  }
}

/** A success as a response: what it holds, and the headers of its kind. */
function successResponse(success: Success, route: Route, isPublic: boolean, profile: Profile): Json {
  const types = mediaTypes(success);
  const headers = {
    ...responseHeaders(success.status, isPublic),
    ...(success.kind === 'redirect' ? { Location: LOCATION } : {}),
    ...(success.setsCookies === undefined ? {} : { 'Set-Cookie': cookiesHeader(success.setsCookies) }),
  };
  return {
    description: success.description,
    ...headersMember(headers),
    ...(types.length === 0
      ? {}
      : {
          content: Object.fromEntries(
            types.map((type) => [type, { schema: schemaOf(type, success, route, profile) }]),
          ),
        }),
  };
}

function schemaOf(type: string, success: Success, route: Route, profile: Profile): Json {
  if (type === NDJSON && 'line' in success && success.line !== undefined)
    return jsonSchema(success.line, 'output');
  return outputSchema(route, success, profile);
}

const LOCATION: Json = {
  description: 'Where to go on.',
  required: true,
  schema: { type: 'string', format: 'uri-reference' },
};

function cookiesHeader(names: readonly string[]): Json {
  return { description: `Sets ${names.join(', ')}.`, schema: { type: 'string' } };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType): Json[] {
  const schema = jsonSchema(query, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
}

/** One response a status, naming the codes that come with it. */
function errorResponses(
  codes: readonly ErrorCode[],
  schema: 'Error' | 'OAuthError',
  isPublic: boolean,
): Json {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => ERRORS[code].title).join('; '),
        ...headersMember(responseHeaders(status, isPublic)),
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
      },
    ]),
  );
}

/** The shape of the profile's errors, read off one. */
function errorSchema(profile: Profile): Json {
  return shapeOf(
    profile.errorBody({
      status: 401,
      type: 'authentication_error',
      code: 'code',
      title: 'title',
      message: 'message',
      requestId: 'id',
      fields: [],
    }),
  );
}
