import type { Method } from '../contract/access.ts';
import { BUSY_SECONDS, ERRORS, type ErrorCode, type FieldError } from '../contract/errors.ts';
import type { Html, WithCookies } from './results.ts';

export interface ProblemDetail {
  /** The public text; the catalogue's when absent. */
  readonly message?: string;
  readonly fields?: readonly FieldError[];
  /** Whole seconds until a repetition can succeed (RFC 9110, 10.2.3). @default - of a 503 {@link BUSY_SECONDS} */
  readonly retryAfterSeconds?: number | undefined;
  /** The methods that the path takes (RFC 9110, 10.2.1). */
  readonly allow?: readonly Method[] | undefined;
  /** The codings of a body that the path takes (RFC 9110, 15.5.16). */
  readonly acceptEncoding?: string | undefined;
  /** What a row with pages shows instead of the general one, such as the form again with what was wrong. */
  readonly page?: Html | WithCookies<Html> | undefined;
  /** Members of the body besides those of every error: a way on. */
  readonly members?: Readonly<Record<string, string>>;
  /** Private: logged, never shown. */
  readonly cause?: unknown;
}

/** An error of the closed catalogue. The domain throws it; `lambdas/http` alone turns it into a response. */
export class Problem extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly allow: readonly Method[] | undefined;
  readonly acceptEncoding: string | undefined;
  readonly page: ProblemDetail['page'];
  readonly members: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, detail: ProblemDetail = {}) {
    super(detail.message ?? ERRORS[code].message, { cause: detail.cause });
    this.name = 'Problem';
    this.code = code;
    this.fields = detail.fields ?? [];
    this.retryAfterSeconds = detail.retryAfterSeconds ?? (this.status === 503 ? BUSY_SECONDS : undefined);
    this.allow = detail.allow;
    this.acceptEncoding = detail.acceptEncoding;
    this.page = detail.page;
    this.members = detail.members ?? {};
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** The end of the text of a 429. */
export function retryHint(seconds: number): string {
  return ` Try again in ${seconds} second${seconds === 1 ? '' : 's'}.`;
}

/** A 429 that says when a repetition can succeed, in its text and in `Retry-After`. */
export function rateLimited(
  retryAfterSeconds: number,
  message: string = ERRORS.rate_limited.message,
): Problem {
  return new Problem('rate_limited', {
    message: `${message}${retryHint(retryAfterSeconds)}`,
    retryAfterSeconds,
  });
}

/** The error for one wrong field. */
export function invalidField(field: string, message: string): Problem {
  return new Problem('invalid_field', { message: `${field}: ${message}`, fields: [{ field, message }] });
}
