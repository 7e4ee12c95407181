import { createHash, randomBytes } from 'node:crypto';
import type { Sampling } from '../contract/deployment.ts';
import { type HeaderValues, headerValues } from './headers.ts';

/** A version, the ids of trace and parent, the flags; a later version may have more (Trace Context, 3.2 and 4). */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** API Gateway's id of a trace: its time and 96 bits, which together are one of W3C's (X-Ray, "Trace ID format"). */
const ROOT = /\bRoot=1-([\da-f]{8})-([\da-f]{24})\b/;

const SAMPLED = 1;
/** The trace's id is random (Trace Context Level 2, 3.2.2.5.2). */
const RANDOM = 2;

/** Trace Context, 3.3.1.3: at least these must be passed on. */
const MAX_TRACESTATE_CHARACTERS = 512;
const MAX_TRACESTATE_MEMBERS = 32;
/** Trace Context, 3.3.1.3: a key, and a value of printable ASCII without comma, equals sign, or a blank at its end. */
const MEMBER =
  /^[a-z\d][a-z\d_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** The trace that a caller says its request is part of (W3C Trace Context Level 2). Nothing of it is proven. */
export interface TraceContext {
  readonly traceparent: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly flags: number;
  /** Null where there is none, or none that follows the grammar. */
  readonly tracestate: string | null;
}

/** The trace context of a request; undefined where it has none that is valid, as then neither header counts. */
export function traceContext(headers: HeaderValues): TraceContext | undefined {
  const parts = traceparent(headers);
  const [text, , traceId, parentId, flags] = parts ?? [];
  if (text === undefined || traceId === undefined || parentId === undefined || flags === undefined)
    return undefined;
  return {
    traceparent: text,
    traceId,
    parentId,
    flags: Number.parseInt(flags, 16),
    tracestate: validTracestate(headerValues(headers, 'tracestate').join(',')),
  };
}

/** The parts of `traceparent`, which is valid once only, and of version 00 without more. */
function traceparent(headers: HeaderValues): readonly string[] | null {
  const values = headerValues(headers, 'traceparent');
  const parts = values.length === 1 ? TRACEPARENT.exec(values[0] ?? '') : null;
  return parts?.[1] === '00' && parts[5] !== undefined ? null : parts;
}

function validTracestate(text: string): string | null {
  // Members may be empty.
  const members = text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = new Set(members.map((member) => member.split('=')[0]));
  const isValid =
    members.length > 0 &&
    members.length <= MAX_TRACESTATE_MEMBERS &&
    text.length <= MAX_TRACESTATE_CHARACTERS &&
    keys.size === members.length &&
    members.every((member) => MEMBER.test(member));
  return isValid ? members.join(',') : null;
}

/** The id of a request's trace, for logs: the caller's, else API Gateway's; undefined without either. */
export function traceIdOf(headers: HeaderValues): string | undefined {
  return traceparent(headers)?.[2] ?? gatewayTraceId(headers);
}

/** API Gateway's id of a request's trace; undefined where it names none. */
export function gatewayTraceId(headers: HeaderValues): string | undefined {
  return rootOf(headerValues(headers, 'x-amzn-trace-id')[0]);
}

/** The trace id in a value of X-Ray's, `Root=1-…;Parent=…;Sampled=…`. */
export function rootOf(value = ''): string | undefined {
  const [, seconds, random] = ROOT.exec(value) ?? [];
  return seconds === undefined ? undefined : `${seconds}${random}`;
}

/** Our part of a trace. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** The caller's; null at the root of a trace. */
  readonly parentId: string | null;
  readonly isSampled: boolean;
  readonly isRandom: boolean;
  readonly tracestate: string | null;
}

/**
 * Continues the trace of a request, or begins one, with API Gateway's id where there is one, so that the authorizer and
 * the function behind it are in the same. `requestId`, which no caller chooses, decides whether it is recorded: alike
 * in both.
 */
export function startSpan(
  headers: HeaderValues,
  requestId: string,
  { share, callersSample }: Sampling,
): Span {
  const context = traceContext(headers);
  const traceId = context?.traceId ?? gatewayTraceId(headers);
  const chance = createHash('sha256').update(requestId).digest().readUInt32BE() / 2 ** 32;
  return {
    traceId: traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    parentId: context?.parentId ?? null,
    isSampled: chance < share || (callersSample && ((context?.flags ?? 0) & SAMPLED) !== 0),
    isRandom: context === undefined ? traceId === undefined : (context.flags & RANDOM) !== 0,
    tracestate: context?.tracestate ?? null,
  };
}

/** A trace context as header lines, for who is called next. */
export function contextLines(
  traceparent: string,
  tracestate: string | null,
): readonly (readonly [name: string, value: string])[] {
  return [
    ['traceparent', traceparent],
    ...(tracestate === null ? [] : [['tracestate', tracestate] as const]),
  ];
}

/** `traceparent` of what a span calls (Trace Context, 3.2). */
export function traceparentOf({ traceId, spanId, isSampled, isRandom }: Span): string {
  const flags = (isSampled ? SAMPLED : 0) | (isRandom ? RANDOM : 0);
  return `00-${traceId}-${spanId}-0${flags}`;
}
