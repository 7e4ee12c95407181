/** A field of a request that was not accepted, by the name that the request has it under. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What an error knows of the answer that it comes from. */
export interface ErrorDetails {
  /** The HTTP status; null where no answer was involved. */
  readonly status: number | null;
  /** The stable name of the error, such as `insufficient_scope`; empty where the answer had none. */
  readonly code: string;
  /** As in the server's logs: name it when you ask for help. */
  readonly requestId: string | null;
  /** The wrong fields; empty where the answer names none. */
  readonly errors: readonly FieldError[];
  /** Seconds after which to come again; null where the answer does not say. */
  readonly retryAfter: number | null;
}

const NO_ANSWER: ErrorDetails = { status: null, code: '', requestId: null, errors: [], retryAfter: null };

/** Every error of this client. */
export class LatchkeyError extends Error implements ErrorDetails {
  override readonly name: string = 'LatchkeyError';
  readonly status: number | null;
  readonly code: string;
  readonly requestId: string | null;
  readonly errors: readonly FieldError[];
  readonly retryAfter: number | null;

  constructor(message: string, details: Partial<ErrorDetails> = {}, options?: ErrorOptions) {
    super(message, options);
    const { status, code, requestId, errors, retryAfter } = { ...NO_ANSWER, ...details };
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** 401, or no credential was given to the client. */
export class AuthenticationError extends LatchkeyError {
  override readonly name = 'AuthenticationError';
}

/** 403: the credential is good, and may not do this. */
export class PermissionError extends LatchkeyError {
  override readonly name = 'PermissionError';
}

/** 404: it is not there, or belongs to somebody else. */
export class NotFoundError extends LatchkeyError {
  override readonly name = 'NotFoundError';
}

/** 409: the thing is in a state that does not allow this. */
export class ConflictError extends LatchkeyError {
  override readonly name = 'ConflictError';
}

/** 400 or 422: `errors` has the wrong fields. */
export class ValidationError extends LatchkeyError {
  override readonly name = 'ValidationError';
}

/** 429: `retryAfter` has the seconds to wait. */
export class RateLimitError extends LatchkeyError {
  override readonly name = 'RateLimitError';
}

/** 5xx. */
export class ServerError extends LatchkeyError {
  override readonly name = 'ServerError';
}

/** No answer: the connection could not be made or was lost. `cause` has the reason. */
export class ConnectionError extends LatchkeyError {
  override readonly name: string = 'ConnectionError';
}

/** No answer within `timeoutSeconds`. */
export class TimeoutError extends ConnectionError {
  override readonly name = 'TimeoutError';
}

type ErrorClass = new (message: string, details: Partial<ErrorDetails>) => LatchkeyError;

const BY_STATUS: Readonly<Record<number, ErrorClass>> = {
  400: ValidationError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  422: ValidationError,
  429: RateLimitError,
};

/** The error that an answer with a status of 400 or more means. Reads its body. */
export async function errorOf(response: Response): Promise<LatchkeyError> {
  const { status, headers } = response;
  const body = parsed(await response.text());
  // Latchkey's own form, the envelopes of published contracts, RFC 6749's, and API Gateway's `message`.
  const inner = isObject(body.error) ? body.error : body;
  const meta = isObject(body.meta) ? body.meta : {};
  const oauthCode = body.error_description === undefined ? undefined : body.error;
  const message =
    firstText(inner.detail, inner.message, body.error_description, body.error) ??
    `The server answered with status ${status}.`;
  const fields = inner.errors ?? inner.details;
  const ErrorOfStatus = BY_STATUS[status] ?? (status >= 500 ? ServerError : LatchkeyError);
  const requestId =
    firstText(
      headers.get('X-Request-ID'),
      body.request_id,
      meta.request_id,
      headers.get('x-amzn-RequestId'),
    ) ?? null;
  return new ErrorOfStatus(requestId === null ? message : `${message} (request ${requestId})`, {
    status,
    code: firstText(oauthCode, inner.code, inner.type) ?? '',
    requestId,
    errors: Array.isArray(fields) ? fields.filter(isFieldError) : [],
    retryAfter: retryAfterSeconds(headers.get('Retry-After'), Date.now()),
  });
}

/** The seconds of a `Retry-After` (RFC 9110, 10.2.3), which is a number of seconds or a date; null where it is neither. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  const date = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - nowMs) / 1000));
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : {};
  } catch {
    return {};
  }
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

function isFieldError(value: unknown): value is FieldError {
  return isObject(value) && typeof value.field === 'string' && typeof value.message === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
