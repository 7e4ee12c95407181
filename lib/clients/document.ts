/** An OpenAPI document, as far as it is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly $ref?: string }[];
}

/** Operations for browsers, for OAuth's own libraries, and for who moves a whole tenant. */
const OTHERS_TAGS = new Set(['Pages', 'Console', 'Discovery', 'Administration']);
const OTHERS_OPERATIONS = new Set([
  'getOpenApi',
  'authorize',
  'decideAuthorization',
  'requestToken',
  'revokeToken',
  'introspectToken',
  'authorizeDevice',
  'showDevice',
  'decideDevice',
]);

/** Sets of words that each deployment has its own of, or that later versions may add to: texts to a client. */
const OPEN_SCHEMAS = new Set(['Scope', 'DefaultScope', 'Role', 'Environment']);

/** The part of an OpenAPI document that client libraries are generated from, with the components that it refers to. */
export function clientDocument<Document extends ApiDocument>(document: Document): Document {
  const paths = Object.entries(document.paths).flatMap(([path, operations]): [string, object][] => {
    const kept = Object.entries(operations).filter(([, operation]) => isForClients(operation));
    return kept.length > 0 ? [[path, Object.fromEntries(kept)]] : [];
  });
  return referring({ ...document, paths: Object.fromEntries(paths) });
}

function isForClients({ operationId, tags }: Operation): boolean {
  return !OTHERS_OPERATIONS.has(operationId) && !tags.some((tag) => OTHERS_TAGS.has(tag));
}

/** The document without components that nothing refers to, and without headers. */
function referring<Document extends ApiDocument>(document: Document): Document {
  const { headers: _, securitySchemes = {}, ...components } = document.components;
  const text = JSON.stringify(document.paths, withoutHeaders);
  const referred = new Set(referencesIn(text));
  for (const reference of referred) {
    const [kind = '', name = ''] = reference.split('/');
    for (const next of referencesIn(JSON.stringify(components[kind]?.[name] ?? null, withoutHeaders)))
      referred.add(next);
  }
  const kept = Object.entries(components).map(([kind, named]) => [
    kind,
    Object.fromEntries(
      Object.entries(named)
        .filter(([name]) => referred.has(`${kind}/${name}`))
        .map(([name, schema]) => [name, OPEN_SCHEMAS.has(name) ? { type: 'string' } : schema]),
    ),
  ]);
  return JSON.parse(
    JSON.stringify(
      { ...document, components: { ...Object.fromEntries(kept), securitySchemes } },
      withoutHeaders,
    ),
  );
}

const referencesIn = (text: string) =>
  [...text.matchAll(/"#\/components\/(\w+\/[^"]+)"/g)].map(([, name]) => name ?? '');

/** A replacer of `JSON.stringify` that leaves out references to headers: of these generators make nothing, but warn. */
export function withoutHeaders(_name: string, value: { readonly $ref?: string } | null): unknown {
  return value?.$ref?.startsWith('#/components/headers/') ? undefined : value;
}
