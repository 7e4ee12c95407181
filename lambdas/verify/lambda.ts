/** `latchkey/verify/lambda`: for handlers of API Gateway (payload 1.0 and 2.0), function URLs and load balancers. */
import { problemBody } from '../contract/problem-body.ts';
import type { ErrorView } from '../contract/profile.ts';
import {
  ERROR_FIELDS,
  ERRORS_VARIABLE,
  type ErrorShape,
  VERIFY_VARIABLE,
} from '../contract/verify-settings.ts';
import { payload2Path, separatedHeaders } from '../http/payload2.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import { clientAddress } from './client-address.ts';
import type { Identity } from './identity.ts';
import { type DecisionFields, outcomeOf, type Refusal, type Verified } from './outcome.ts';
import { isWithheld } from './request-headers.ts';
import type { Rule } from './rules.ts';
import { givenErrorShape, verifySettings } from './settings.ts';
import type { Verifier } from './verifier.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** The parts of an event that are read, of all four kinds. */
export interface LambdaEvent {
  /** Of an HTTP API's, also of payload 1.0; a REST API's event has none. */
  readonly version?: string;
  /** Payload 1.0, and load balancers. */
  readonly httpMethod?: string;
  readonly path?: string;
  readonly headers?: Headers | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
  /** Payload 2.0, and function URLs. */
  readonly rawPath?: string;
  readonly requestContext: {
    readonly http?: { readonly method: string; readonly sourceIp: string };
    readonly identity?: { readonly sourceIp: string };
    readonly elb?: object;
    /** What an authorizer of ours has decided. */
    readonly authorizer?: unknown;
    readonly stage?: string;
    readonly domainName?: string;
    readonly requestId?: string;
    readonly extendedRequestId?: string;
  };
}

/** An event with who calls; absent of public routes. */
export type VerifiedEvent<Event> = Event & { readonly latchkey?: Identity | undefined };

/** An answer, as all four kinds take it. */
export interface LambdaResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

type Handler<Event, Result> = (event: VerifiedEvent<Event>, context: never) => Promise<Result> | Result;

/**
 * A handler that decides each event in its own process, and hears of proven callers only, with `event.latchkey`, and of public
 * routes. A CORS preflight is a 405: answer it before, or have the API or the function URL do so. For an API that has no
 * authorizer of ours; behind one that has, take {@link fromContext}: else each call is counted twice.
 */
export function verified<Event extends LambdaEvent, Result>(
  verifier: Verifier,
  handler: Handler<Event, Result>,
  rule?: Rule,
): (event: Event, context: never) => Promise<Result | LambdaResult> {
  const decide = verifier.route(rule);
  return answering(handler, (event) => {
    const { requestContext, multiValueHeaders } = event;
    const headers: HeaderValues = multiValueHeaders ?? separatedHeaders(Object.entries(event.headers ?? {}));
    const { trustedProxies } = verifier;
    return decide({
      method: event.httpMethod ?? requestContext.http?.method ?? '',
      path: pathOf(event),
      headers,
      // A load balancer tells the address in the header alone, and is a proxy itself.
      sourceAddress: requestContext.elb
        ? clientAddress('', headers, Math.max(1, trustedProxies))
        : (requestContext.http?.sourceIp ?? requestContext.identity?.sourceIp ?? ''),
    });
  });
}

/**
 * A handler behind an API that `protect` or `protectHttp` has given an authorizer: it hears of those whom the authorizer let
 * in, with `event.latchkey`. Of an HTTP API with `refusals: { function: [fn] }` it also answers those who are proven and may not
 * (403) or have used up their limit (429). An event without a decision is a 500: the route has no authorizer.
 */
export function fromContext<Event extends LambdaEvent, Result>(
  handler: Handler<Event, Result>,
): (event: Event, context: never) => Promise<Result | LambdaResult> {
  const shape = errorShape();
  return answering(handler, async ({ requestContext }) => {
    const fields = decisionIn(requestContext.authorizer);
    const requestId = requestContext.extendedRequestId ?? requestContext.requestId;
    return outcomeOf(fields, shape, requestId === undefined ? {} : { requestId });
  });
}

/**
 * As it was sent. A function URL has no stage, and hands on the path as it came; an HTTP API decodes it, and has the segment
 * of a named stage in it, in both payloads.
 */
function pathOf({
  version,
  rawPath,
  path = '',
  requestContext: { stage = '', domainName = '' },
}: LambdaEvent): string {
  if (rawPath === undefined) return version === undefined ? path : payload2Path(path, stage);
  return domainName.endsWith('.on.aws') && rawPath.includes('%') ? rawPath : payload2Path(rawPath, stage);
}

/** The decision of an authorizer: of a REST API beside what API Gateway adds, of an HTTP API below `lambda`. */
function decisionIn(authorizer: unknown): DecisionFields | undefined {
  if (typeof authorizer !== 'object' || authorizer === null) return undefined;
  const fields = 'lambda' in authorizer ? authorizer.lambda : authorizer;
  return typeof fields === 'object' && fields !== null ? { ...fields } : undefined;
}

/** The profile's errors where the construct has told the function of them, else those of RFC 9457. */
function errorShape(): ErrorShape {
  if (process.env[VERIFY_VARIABLE] !== undefined) return verifySettings(undefined);
  const errors = process.env[ERRORS_VARIABLE];
  if (errors !== undefined) return givenErrorShape(errors);
  const view = { ...ERROR_FIELDS, fields: [] } as unknown as ErrorView;
  return { profile: { errorCodes: {} }, errorBody: problemBody(view) };
}

function answering<Event extends LambdaEvent, Result>(
  handler: Handler<Event, Result>,
  decide: (event: Event) => Promise<Verified | Refusal>,
): (event: Event, context: never) => Promise<Result | LambdaResult> {
  return async (event, context) => {
    const outcome = await decide(event);
    if (!outcome.isVerified) {
      const { status: statusCode, headers, body } = outcome;
      return withHeaders(event, { statusCode, body, isBase64Encoded: false }, headers);
    }
    const result = await handler(
      { ...withoutWithheld(event), latchkey: outcome.identity } as VerifiedEvent<Event>,
      context,
    );
    return Object.keys(outcome.headers).length === 0
      ? result
      : withHeaders(event, asResult(result), outcome.headers);
  };
}

/** What API Gateway makes of an answer that says no status (payload 2.0, "Lambda function response for format 2.0"). */
function asResult(result: unknown): LambdaResult {
  if (typeof result === 'object' && result !== null && 'statusCode' in result) return result as LambdaResult;
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    body: typeof result === 'string' ? result : (JSON.stringify(result) ?? ''),
  };
}

/** Adds headers where the event's kind has them: a load balancer takes lists where it sent lists. */
function withHeaders(event: LambdaEvent, result: LambdaResult, headers: Headers): LambdaResult {
  if (event.requestContext.elb === undefined || event.multiValueHeaders == null)
    return { ...result, headers: { ...result.headers, ...(headers as Record<string, string>) } };
  const lists = Object.entries({ ...result.headers, ...headers }).map(([name, value]) => [
    name,
    [`${value}`],
  ]);
  return { ...result, multiValueHeaders: { ...result.multiValueHeaders, ...Object.fromEntries(lists) } };
}

function withoutWithheld<Event extends LambdaEvent>(event: Event): Event {
  const kept = <Value>(headers: Readonly<Record<string, Value>> | null | undefined) =>
    headers && Object.fromEntries(Object.entries(headers).filter(([name]) => !isWithheld(name)));
  const { headers, multiValueHeaders } = event;
  return {
    ...event,
    ...(headers === undefined ? {} : { headers: kept(headers) }),
    ...(multiValueHeaders === undefined ? {} : { multiValueHeaders: kept(multiValueHeaders) }),
  };
}
