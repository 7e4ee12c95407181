import type { Item } from './items.ts';

/**
 * Every failure of this client. `name` is the SDK's: the service's code (`ConditionalCheckFailedException`,
 * `ThrottlingException`, ...), `TimeoutError` for a connection that was silent or broke off, `SyntaxError` for an answer that is
 * not JSON, `CredentialsProviderError` for missing credentials. Where the SDK has only `Error`: `NetworkingError` for a
 * connection that could not be made, `ResponseTooLargeError`.
 */
export class DynamoDbError extends Error {
  /** Whether the same call may succeed later. What reaches a caller has been repeated already. */
  readonly retryable: boolean;
  /** The HTTP status; undefined if none came. */
  readonly status: number | undefined;
  /** Of a transaction that was cancelled: one reason a write, in their order (API_TransactWriteItems). */
  readonly CancellationReasons: readonly CancellationReason[] | undefined;
  /** The item that failed the condition, if `ReturnValuesOnConditionCheckFailure: 'ALL_OLD'` asked for it and it exists. */
  readonly Item: Item | undefined;

  constructor(
    name: string,
    message: string,
    { retryable = false, status, item, reasons, cause }: DynamoDbErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.retryable = retryable;
    this.status = status;
    this.Item = item;
    this.CancellationReasons = reasons;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html */
export interface CancellationReason {
  /** `None` of a write that nothing spoke against. */
  readonly Code?: string;
}

interface DynamoDbErrorDetails {
  retryable?: boolean;
  status?: number;
  item?: Item | undefined;
  reasons?: readonly CancellationReason[] | undefined;
  cause?: unknown;
}

/** The codes of what is too much for now, and of a transaction that is still under way: they take longer to pass. */
const THROTTLES = new Set([
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
]);

/**
 * The codes that are repeated whatever their status: the SDK's throttling and transient ones that DynamoDB sends, and
 * TransactionConflictException, which the SDK gives up on but which passes as soon as the other writer is done.
 */
const RETRYABLE_CODES = new Set([
  ...THROTTLES,
  'ReplicatedWriteConflictException',
  'RequestTimeoutException',
  'TransactionConflictException',
]);
const RETRYABLE_STATUSES = new Set([429, 500, 502, 503, 504]);

/** Node's codes of a lost connection, which the SDK calls a TimeoutError. */
const LOST_CONNECTION = new Set<unknown>(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** The output of a 200, the error of anything else. */
export function parseAnswer(status: number, text: string): unknown {
  let body: unknown;
  let cause: unknown;
  try {
    // An error may come without a body. A success may not (the SDK lets it): no decision rests on an answer that is none.
    body = JSON.parse(text === '' && status !== 200 ? '{}' : text);
  } catch (error) {
    cause = error;
  }
  if (typeof body !== 'object' || body === null) {
    return new DynamoDbError('SyntaxError', `DynamoDB answered ${status} without a JSON object`, {
      retryable: RETRYABLE_STATUSES.has(status),
      status,
      cause,
    });
  }
  return status === 200 ? body : serviceError(status, body);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function serviceError(status: number, body: ErrorBody): DynamoDbError {
  const name = String(body.__type ?? 'Unknown').replace(/^.*#/, '');
  const message = String(body.message ?? body.Message ?? 'UnknownError');
  return new DynamoDbError(name, message, {
    retryable: RETRYABLE_STATUSES.has(status) || RETRYABLE_CODES.has(name) || isFrozen(name, message),
    status,
    item: body.Item,
    reasons: body.CancellationReasons,
  });
}

interface ErrorBody {
  __type?: string;
  message?: string;
  Message?: string;
  Item?: Item;
  CancellationReasons?: readonly CancellationReason[];
}

/** The instance was frozen between signing and sending; a fresh signature is all it takes. The SDK repeats it too. */
function isFrozen(name: string, message: string): boolean {
  return name === 'InvalidSignatureException' && message.includes('Signature expired');
}

/** All of them are repeated: what cannot be reached now may be in some milliseconds. */
export function connectionError(cause: NodeJS.ErrnoException, reusedSocket: boolean): DynamoDbError {
  const lost = LOST_CONNECTION.has(cause.code);
  const name = lost ? 'TimeoutError' : 'NetworkingError';
  const message = `DynamoDB connection failed: ${cause.code ?? cause.message}`;
  const ConnectionError = lost && reusedSocket ? StaleConnection : DynamoDbError;
  return new ConnectionError(name, message, { retryable: true, cause });
}

/**
 * The other end had closed the idle connection that we took. That says nothing about the service, so it costs neither a wait nor
 * an attempt; each one uses up a pooled socket. https://nodejs.org/api/http.html#requestreusedsocket
 */
export class StaleConnection extends DynamoDbError {}

/** Whether the call was too much for now. */
export function isThrottle(error: unknown): boolean {
  return THROTTLES.has((error as Error | undefined)?.name ?? '');
}

/** Whether the same call may succeed later. */
export function isRetryable(error: unknown): boolean {
  return error instanceof DynamoDbError && error.retryable;
}
