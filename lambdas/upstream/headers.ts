import { type Caller, principalOf } from '../kernel/caller.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';

/** RFC 9110, 7.6.1: for one connection only. `Expect` (10.1.1) is answered by API Gateway. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

/** Credentials of the caller, and headers that are made anew: stripped before forwarding. */
const REPLACED = ['authorization', 'x-api-key', 'host', 'content-length', 'x-request-id', 'accept-encoding'];

/**
 * Ours; and names with an underscore, which CGI and its heirs (WSGI, Rack, PHP) read as the same with a hyphen, so that
 * `X_Latchkey_Tenant` would stand for ours.
 */
const OURS = /^x-latchkey|_/i;

/** Rate limit headers, in every spelling: only Latchkey's own reach the caller or the upstream. */
const ALLOWANCE = /^(x-)?rate-?limit(-|$)/i;

/** With these some frameworks act on another method or path than the one whose scope was checked. */
const OVERRIDES = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
];

/** The client's headers that go on to the upstream, and the identity, all of it and always. */
export function upstreamHeaders(
  received: HeaderValues,
  caller: Caller,
  requestId: string,
  assertion: string,
): [string, string][] {
  const dropped = new Set([...HOP_BY_HOP, ...REPLACED, ...OVERRIDES, ...connectionOptions(received)]);
  const passed = Object.entries(received).flatMap(([name, values]) =>
    dropped.has(name.toLowerCase()) || OURS.test(name) || ALLOWANCE.test(name)
      ? []
      : (values ?? []).map((value): [string, string] => [name.toLowerCase(), value]),
  );
  return [
    ...passed,
    ['x-request-id', requestId],
    ['x-latchkey-tenant', caller.tenantId],
    ['x-latchkey-workspace', caller.workspaceId],
    ['x-latchkey-principal', principalOf(caller)],
    ['x-latchkey-scopes', caller.scopes.join(' ')],
    ['x-latchkey-environment', caller.environment],
    ['x-latchkey-assertion', assertion],
  ];
}

/**
 * The headers of an upstream's response that go back: `fetch` has decoded the body, so its coding and length are gone.
 * `Retry-After` stays with a 429 only, in whole seconds: common clients read nothing else.
 */
export function responseHeaders(
  { status, headers: received }: Pick<Response, 'status' | 'headers'>,
  now: number,
): Record<string, string[]> {
  const dropped = new Set([
    ...HOP_BY_HOP,
    ...(received.get('connection') ?? '').toLowerCase().split(/\s*,\s*/),
    'content-encoding',
    'content-length',
    'retry-after',
  ]);
  const kept: Record<string, string[]> = {};
  for (const [name, value] of received) {
    if (!dropped.has(name) && !ALLOWANCE.test(name)) (kept[name] ??= []).push(value);
  }
  const seconds = status === 429 ? delaySeconds(received.get('retry-after') ?? '', now) : undefined;
  return seconds === undefined ? kept : { ...kept, 'retry-after': [String(seconds)] };
}

/** `Retry-After` (RFC 9110, 10.2.3) as seconds from `now` (Unix seconds): it may be a date. Undefined when it is neither. */
function delaySeconds(value: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = /GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil(date / 1000) - now);
}

/** Header names that `Connection` lists are hop-by-hop too. */
function connectionOptions(headers: HeaderValues): string[] {
  return headerValues(headers, 'connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/));
}
