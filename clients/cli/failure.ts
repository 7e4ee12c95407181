import {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  LatchkeyError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
} from '../typescript/src/index.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { printable, printableJson } from './output.ts';

/** An error as a program reads it (`--json`). */
interface Failure {
  readonly message: string;
  readonly exit_code: ExitCode;
  /** The stable name of the API's error; empty where there is none. */
  readonly code: string;
  readonly status: number | null;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
  readonly request_id: string | null;
  readonly retry_after: number | null;
  /** What to do; null where the message says it. */
  readonly fix: string | null;
}

/** Says on stderr what went wrong; gives the exit code. What is no error of ours is shown whole: it is a defect. */
export function report(error: unknown, io: Io, isJson: boolean): ExitCode {
  if (io.signal.aborted) return EXIT.interrupted;
  const failure = failureOf(error);
  if (isJson) io.stderr.write(`${printableJson({ error: failure })}\n`);
  else io.stderr.write(`${lines(failure).join('\n')}\n`);
  return failure.exit_code;
}

function failureOf(error: unknown): Failure {
  if (error instanceof LatchkeyError) {
    const { code, status, errors, requestId, retryAfter } = error;
    const exitCode = exitCodeOf(error);
    return {
      // Of the server, or with words of it: it is one line.
      message: printable(error.message),
      exit_code: exitCode,
      code,
      status,
      errors,
      request_id: requestId,
      retry_after: retryAfter,
      fix: fixOf(exitCode, retryAfter),
    };
  }
  const known = error instanceof CliError;
  const shown = known || !(error instanceof Error) ? String((error as Error).message ?? error) : error.stack;
  return {
    message: shown ?? '',
    exit_code: known ? error.exitCode : EXIT.failed,
    code: '',
    status: null,
    errors: [],
    request_id: null,
    retry_after: null,
    fix: null,
  };
}

function exitCodeOf(error: LatchkeyError): ExitCode {
  if (error instanceof AuthenticationError) return EXIT.notSignedIn;
  if (error instanceof PermissionError) return EXIT.forbidden;
  if (error instanceof NotFoundError || error instanceof ConflictError || error.status === 410)
    return EXIT.notFoundOrConflict;
  const isAway =
    error instanceof RateLimitError || error instanceof ServerError || error instanceof ConnectionError;
  return isAway ? EXIT.unavailable : EXIT.failed;
}

function fixOf(exitCode: ExitCode, retryAfter: number | null): string | null {
  if (exitCode === EXIT.notSignedIn) return 'Sign in with: latchkey login';
  if (exitCode === EXIT.forbidden) return 'See what you may do with: latchkey whoami';
  if (exitCode === EXIT.unavailable && retryAfter !== null) return `Try again in ${retryAfter} s.`;
  return null;
}

function lines({ message, errors, fix }: Failure): readonly string[] {
  const shown = message.split('\n').map(printable).join('\n');
  return [
    `latchkey: ${shown}`,
    ...errors.map((each) => `  ${printable(each.field)}: ${printable(each.message)}`),
    ...(fix === null ? [] : [`  ${fix}`]),
  ];
}
