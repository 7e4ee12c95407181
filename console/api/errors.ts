/** An error that the API answers with, in Latchkey's own representation; of API Gateway's own, as far as it can be read. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Empty where the answer had none. */
  readonly code: string;
  readonly fields: readonly { readonly field: string; readonly message: string }[];
  /** Undefined where the answer names no time. */
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | null;

  constructor(body: unknown, response: Response) {
    const read = isObject(body) ? body : {};
    const inner = isObject(read.error) ? read.error : read;
    const text = [inner.message, inner.detail, read.message, read.error].find(
      (each): each is string => typeof each === 'string',
    );
    super(text ?? response.statusText);
    this.status = response.status;
    this.code = typeof inner.code === 'string' ? inner.code : '';
    this.fields = Array.isArray(inner.errors) ? inner.errors : [];
    const after = Number(response.headers.get('Retry-After') ?? Number.NaN);
    this.retryAfterSeconds = Number.isFinite(after) ? after : undefined;
    this.requestId = response.headers.get('X-Request-ID');
  }
}

/** Nothing answered: the network, or the reader's own machine. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** What is wrong with a field of the API, or with a part of it. */
export function fieldFault(error: unknown, name: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find(
    ({ field }) => field.startsWith(name) && /^($|[.[])/.test(field.slice(name.length)),
  )?.message;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
