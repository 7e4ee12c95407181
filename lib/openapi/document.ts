import { ERRORS, type ErrorCode } from '../../lambdas/contract/errors.ts';
import type { Profile } from '../../lambdas/contract/profile.ts';
import { RATE_LIMIT_HEADERS } from '../../lambdas/contract/rate-limit-headers.ts';
import { TAGS } from '../../lambdas/contract/tags.ts';
import { mediaTypeOf } from '../../lambdas/http/render.ts';
import { type ApiRow, apiRows } from '../../lambdas/kernel/api-rows.ts';
import type { ResultKind, Success } from '../../lambdas/kernel/results.ts';
import type { Route } from '../../lambdas/kernel/route.ts';
import { errorSchemas } from './errors.ts';
import { HEADERS, headersOf, PARAMETERS } from './headers.ts';
import { type ComponentKind, type Json, pascalCase, reference, referredNames } from './json.ts';
import { type DocumentedRights, rightsSchemas } from './rights.ts';
import { type PublishedSchemas, publishedSchemas } from './schemas.ts';

/** Error codes of any row that takes a credential, of any row with fields, and of any row at all. */
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
const BODY_ERRORS: readonly ErrorCode[] = ['payload_too_large', 'unsupported_media_type'];
const IDEMPOTENCY_ERRORS: readonly ErrorCode[] = ['request_in_flight', 'idempotency_key_reused'];
const COMMON_ERRORS: readonly ErrorCode[] = ['malformed_request', 'internal', 'unavailable'];

const NDJSON = 'application/x-ndjson';

/** An OpenAPI document: `paths` has the operations by path and method. */
export interface OpenApiDocument extends Json {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

type OwnRow = Extract<ApiRow, { kind: 'route' }>;

/**
 * The OpenAPI 3.1 document of a profile with a deployment's scopes and roles, from the route table. Its server is the one
 * that serves it.
 */
export function openApiDocument(
  routes: readonly Route[],
  profile: Profile,
  rights: DocumentedRights,
): OpenApiDocument {
  const rows = apiRows(routes, profile).filter((row) => row.kind === 'route');
  const published = [...new Set(rows.map(({ route }) => route))];
  const schemas = publishedSchemas(published, profile);
  const responses: Record<string, Json> = {};
  const paths: Record<string, Record<string, Json>> = {};
  const ids = new Set<string>();
  for (const row of rows) {
    const operationId = ids.has(row.route.id) ? row.route.id + pascalCase(row.path) : row.route.id;
    ids.add(operationId);
    const operations = (paths[publishedPath(row.path)] ??= {});
    operations[row.method.toLowerCase()] = { operationId, ...operation(row, schemas, responses) };
  }
  const securitySchemes = securitySchemesOf(profile);
  return {
    openapi: '3.1.0',
    info: {
      title: profile.title,
      version: '1',
      description: `Every GET answers HEAD too. Everything else below ${profile.upstreamPrefixes.join(', ')} goes to the API behind the front door.`,
      license: { name: 'MIT, of the front door', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS)
      .filter(([name]) => published.some(({ tag }) => tag === name))
      .map(([name, description]) => ({ name, description })),
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    paths,
    components: {
      securitySchemes,
      ...referredComponents(paths, {
        parameters: PARAMETERS,
        responses,
        headers: HEADERS,
        schemas: { ...schemas.named, ...rightsSchemas(rights), ...errorSchemas(profile) },
      }),
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

function operation(
  { path, route, access }: OwnRow,
  schemas: PublishedSchemas,
  responses: Record<string, Json>,
): Json {
  const { query, takesCookies = [], idempotent, success, alternatives = [] } = route;
  const isPublic = access.kind === 'public';
  return {
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    ...(isPublic ? { security: [] } : {}),
    parameters: [
      ...pathParameters(path),
      ...(query === undefined ? [] : queryParameters(schemas.query(route))),
      ...takesCookies.map((name) => ({ name, in: 'cookie', required: false, schema: { type: 'string' } })),
      ...(isPublic ? [] : [reference('parameters', 'X-Workspace-Id')]),
      ...(idempotent === undefined ? [] : [reference('parameters', 'Idempotency-Key')]),
    ],
    ...requestBody(route, schemas),
    responses: {
      ...Object.fromEntries(
        // What differs in its media type alone is one response.
        [...groupedBy([success, ...alternatives], ({ status }) => status)].map(([status, all]) => [
          status,
          {
            description: all.map(({ description }) => description).join(' Or: '),
            ...headersOf(
              [
                ...(isPublic ? [] : Object.keys(RATE_LIMIT_HEADERS)),
                ...all.flatMap(({ kind }) => HEADERS_OF_KINDS[kind ?? 'json'] ?? []),
              ],
              all.flatMap(({ setsCookies = [] }) => setsCookies),
            ),
            ...contentOf(all, route, schemas),
          },
        ]),
      ),
      ...errorResponses(route, isPublic, responses),
    },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ properties = {}, required }: ReturnType<PublishedSchemas['query']>): Json[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required?.includes(name) ?? false,
    schema,
  }));
}

/** No body is no fields: it is required where the row takes something without fields for a mistake. */
function requestBody(route: Route, schemas: PublishedSchemas): Json {
  const { body, lines, takesForm } = route;
  if (lines !== undefined) {
    const schema = { ...linesOf(schemas.linesIn(route)), minLength: 1 };
    return { requestBody: { required: true, content: { [NDJSON]: { schema } } } };
  }
  if (body === undefined) return {};
  const types = ['application/json', ...(takesForm ? ['application/x-www-form-urlencoded'] : [])];
  return {
    requestBody: {
      required: !body.safeParse({}).success,
      content: Object.fromEntries(types.map((type) => [type, { schema: schemas.body(route) }])),
    },
  };
}

/** The headers that come with results of some kinds. */
const HEADERS_OF_KINDS: Readonly<Partial<Record<ResultKind, readonly string[]>>> = {
  ndjson: ['X-Next-Cursor'],
  'json or ndjson': ['X-Next-Cursor'],
  redirect: ['Location'],
};

function contentOf(all: readonly Success[], route: Route, schemas: PublishedSchemas): Json {
  const types = Object.assign({}, ...all.map((each) => contentTypes(each, route, schemas)));
  return Object.keys(types).length === 0 ? {} : { content: types };
}

/** The content of a success by its media types, without their parameters. */
function contentTypes(success: Success, route: Route, schemas: PublishedSchemas): Json {
  const lines = () => ({ [NDJSON]: { schema: linesOf(schemas.linesOut(route)) } });
  const json = () => ({ 'application/json': { schema: schemas.result(route) } });
  switch (success.kind) {
    case 'empty':
    case 'redirect':
      return {};
    case 'text':
    case 'html':
    case 'file':
      return { [mediaTypeOf(success).split(';', 1)[0] ?? '']: { schema: { type: 'string' } } };
    case 'ndjson':
      return lines();
    case 'json or ndjson':
      return { ...json(), ...lines() };
    default:
      return json();
  }
}

/** OpenAPI 3.1 knows no sequence of JSON documents: it is a text, and its parts are in the words of JSON Schema. */
function linesOf(line: Json): Json {
  return { type: 'string', contentMediaType: NDJSON, contentSchema: { type: 'array', items: line } };
}

/** Names of groups of codes that always come together. */
const GROUPS = Object.entries<readonly ErrorCode[]>({
  BadRequest: ['malformed_request', 'invalid_field'],
  Unauthorized: CREDENTIAL_ERRORS.filter((code) => ERRORS[code].status === 401),
  Forbidden: CREDENTIAL_ERRORS.filter((code) => ERRORS[code].status === 403),
});

/** One response a status, naming the codes that come with it. Rows with the same codes share it. */
function errorResponses(
  { body, lines, query, idempotent, errors, oauth, page }: Route,
  isPublic: boolean,
  responses: Record<string, Json>,
): Json {
  const takesBody = body !== undefined || lines !== undefined;
  const codes = new Set<ErrorCode>([
    ...COMMON_ERRORS,
    ...(takesBody || query !== undefined ? (['invalid_field'] as const) : []),
    ...(isPublic ? [] : CREDENTIAL_ERRORS),
    ...(takesBody ? BODY_ERRORS : []),
    ...(idempotent === undefined ? [] : IDEMPOTENCY_ERRORS),
    ...errors,
  ]);
  const statuses = [...groupedBy(codes, (code) => ERRORS[code].status)].sort(([one], [other]) => one - other);
  return Object.fromEntries(
    statuses.map(([status, group]) => {
      // The allowance goes to who was recognised, and a 429 says when to come back.
      const isRecognised = !isPublic && status !== 401;
      const name = `${oauth ? 'OAuth' : page ? 'Page' : ''}${isPublic && status !== 401 ? 'Public' : ''}${nameOf(group)}`;
      responses[name] = {
        description: group.map((code) => ERRORS[code].title).join('; '),
        ...headersOf([
          ...(status === 429 ? ['Retry-After'] : []),
          ...(isRecognised ? Object.keys(RATE_LIMIT_HEADERS) : []),
        ]),
        content: page
          ? { 'text/html': { schema: { type: 'string' } } }
          : { 'application/json': { schema: reference('schemas', oauth ? 'OAuthError' : 'ApiError') } },
      };
      return [status, reference('responses', name)];
    }),
  );
}

/** The name of a response: of its codes, of which some together have one name. */
function nameOf(codes: readonly ErrorCode[]): string {
  const group = GROUPS.find(([, members]) => members.every((code) => codes.includes(code)));
  const others = codes.filter((code) => !group?.[1].includes(code)).sort();
  return [...(group === undefined ? [] : [group[0]]), ...others.map(pascalCase)].join('Or');
}

/** Those of the components that the paths refer to, directly or by others. */
function referredComponents(
  paths: unknown,
  components: Readonly<Record<ComponentKind, Readonly<Record<string, Json>>>>,
): Json {
  const referred: Partial<Record<ComponentKind, Json>> = {};
  let count: number;
  do {
    count = sizeOf(referred);
    for (const kind of Object.keys(components) as ComponentKind[]) {
      const names = [...referredNames(kind, [paths, referred])].sort();
      referred[kind] = Object.fromEntries(names.map((name) => [name, components[kind][name] ?? {}]));
    }
  } while (sizeOf(referred) > count);
  return referred;
}

function sizeOf(components: Readonly<Partial<Record<ComponentKind, Json>>>): number {
  return Object.values(components).reduce((count, named) => count + Object.keys(named).length, 0);
}

/** As `Map.groupBy`, which Node.js 20 does not have: the document is made while a user's app is synthesized. */
function groupedBy<Each>(all: Iterable<Each>, statusOf: (each: Each) => number): Map<number, Each[]> {
  const groups = new Map<number, Each[]>();
  for (const each of all) groups.set(statusOf(each), [...(groups.get(statusOf(each)) ?? []), each]);
  return groups;
}
