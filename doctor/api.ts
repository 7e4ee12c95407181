/** The deployment as its own OpenAPI document describes it: the doctor knows no profile. */
export interface Operation {
  readonly method: string;
  readonly path: string;
}

interface Document {
  readonly info: { readonly title: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: {
    readonly schemas: {
      readonly ApiError: { readonly required: readonly string[] };
      readonly Scope: { readonly enum: readonly string[] };
      readonly Role: { readonly enum: readonly string[] };
    };
    readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  };
}

type SecurityScheme =
  | { readonly type: 'http'; readonly scheme: string }
  | { readonly type: 'apiKey'; readonly in: string; readonly name: string };

interface OperationObject {
  readonly operationId: string;
  readonly security?: readonly object[];
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, when it is a JSON object. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly milliseconds: number;
  /** Which of API Gateway's own answers it is, e.g. `AccessDeniedException`; nothing for a function's. */
  readonly errorType: string | null;
}

export class Api {
  readonly url: string;
  #document: Promise<Document> | undefined;
  /** Headers of any answer that are empty, or hold a reference to the context in place of its value. */
  readonly oddHeaders: string[] = [];

  /** @param url the API's root, with its stage if it has one */
  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
  }

  async call(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: object,
  ): Promise<ApiResponse> {
    const started = performance.now();
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    for (const [name, value] of response.headers)
      if (value === '' || /\bcontext\.|\$context|^(null|undefined)$/.test(value))
        this.oddHeaders.push(`${name}: ${value} (${response.status})`);
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: objectOf(text),
      milliseconds: Math.round(performance.now() - started),
      errorType: response.headers.get('x-amzn-errortype'),
    };
  }

  /** The title of the profile that is served. */
  async title(): Promise<string> {
    return (await this.#openApi()).info.title;
  }

  /** The operation of that id; throws when the profile has none. */
  async operation(id: string): Promise<Operation> {
    const found = (await this.operations()).find((operation) => operation.id === id);
    if (found === undefined) throw new Error(`The API has no operation ${id}.`);
    return found;
  }

  async operations(): Promise<readonly (Operation & { readonly id: string; readonly isPublic: boolean })[]> {
    const { paths } = await this.#openApi();
    return Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId: id, security }]) => ({
        id,
        method: method.toUpperCase(),
        path,
        isPublic: security?.length === 0,
      })),
    );
  }

  /** The headers in which the profile takes a key: one way of presenting it after the other. */
  async waysToPresent(key: string): Promise<readonly Record<string, string>[]> {
    const { securitySchemes } = (await this.#openApi()).components;
    return Object.values(securitySchemes).map((scheme) =>
      scheme.type === 'apiKey'
        ? { [scheme.name]: key }
        : { Authorization: `${capitalized(scheme.scheme)} ${key}` },
    );
  }

  /** The names of the scopes and roles that there are. */
  async declaredRights(): Promise<{ readonly scopes: readonly string[]; readonly roles: readonly string[] }> {
    const { Scope, Role } = (await this.#openApi()).components.schemas;
    return { scopes: Scope.enum, roles: Role.enum };
  }

  /** Whether a body has the shape of the profile's errors, with every value filled in. */
  async isError({ json, text }: ApiResponse): Promise<boolean> {
    const { required } = (await this.#openApi()).components.schemas.ApiError;
    return (
      required.every((name) => json[name] !== undefined && json[name] !== '') && !text.includes('$context')
    );
  }

  #openApi(): Promise<Document> {
    this.#document ??= this.call('GET', '/openapi.json').then((response) => {
      if (response.status !== 200) throw new Error(`/openapi.json answers ${response.status}.`);
      return response.json as unknown as Document;
    });
    return this.#document;
  }
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The first text of that name in a body, however deep. */
export function findField(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [each, inner] of Object.entries(value)) {
    const found = each === name && typeof inner === 'string' ? inner : findField(inner, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first string in a body, however deep, that looks like this: profiles put things in different places. */
export function findText(value: unknown, pattern: RegExp): string | undefined {
  if (typeof value === 'string') return pattern.test(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const found = findText(inner, pattern);
    if (found !== undefined) return found;
  }
  return undefined;
}
