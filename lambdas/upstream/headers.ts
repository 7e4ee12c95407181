import { type Caller, principalOf } from '../kernel/caller.ts';
import { type HeaderValues, headerValues } from '../kernel/headers.ts';
import { Problem } from '../kernel/problem.ts';
import { withoutOurCookies, withoutOurSetCookies } from './cookies.ts';
import { ASSERTION_HEADER, endsHere, folded, type Header, isCredential } from './header-table.ts';
import { forwardedHeaders, type PublicUrl, rewrittenLocation } from './public-url.ts';

/** The caller of a call, and their signed assertion, which has all of the identity. */
export interface Identity {
  readonly caller: Caller;
  readonly assertion: string;
}

/** The facts of a call that its headers tell the upstream. */
export interface Told {
  /** Undefined of who is not proven, where a path rule is observed. */
  readonly identity: Identity | undefined;
  /** Whether the caller's own credential goes on: where a path rule is observed, the upstream still decides. */
  readonly passesCredential: boolean;
  readonly requestId: string;
  /** The trace context, where there is one. */
  readonly trace: readonly Header[];
  /** The caller's address, as API Gateway saw it. */
  readonly address: string;
  readonly publicUrl: PublicUrl;
  /** The version of HTTP in which API Gateway was called, such as `1.1`. */
  readonly httpVersion: string;
}

/** Headers of the client that go on to the upstream, and those of ours: of who is proven all of them, and always. */
export function requestHeaders(received: HeaderValues, told: Told): readonly Header[] {
  const { identity, requestId, address, passesCredential } = told;
  const dropped = connectionOptions(headerValues(received, 'connection'));
  const passed = Object.entries(received).flatMap(([name, values = []]) =>
    (endsHere(name, 'request') && !(passesCredential && isCredential(name))) ||
    dropped.has(folded(name)) ||
    name.toLowerCase() === 'via'
      ? []
      : values.flatMap((value) => passedHeader(name.toLowerCase(), value)),
  );
  // RFC 9110, 7.6.3: a gateway adds itself.
  const via = [...headerValues(received, 'via'), `${told.httpVersion} latchkey`].join(', ');
  return [
    ...passed,
    ['via', via],
    ...forwardedHeaders(address, told.publicUrl),
    ['x-request-id', requestId],
    ...told.trace,
    ...(identity === undefined ? [] : identityHeaders(identity, address)),
  ];
}

function identityHeaders({ caller, assertion }: Identity, address: string): readonly Header[] {
  return [
    ['x-latchkey-tenant', caller.tenantId],
    ['x-latchkey-workspace', caller.workspaceId],
    ['x-latchkey-principal', principalOf(caller)],
    ['x-latchkey-scopes', caller.scopes.join(' ')],
    ['x-latchkey-environment', caller.environment],
    ['x-latchkey-client-address', address],
    [ASSERTION_HEADER, assertion],
  ];
}

function passedHeader(name: string, value: string): Header[] {
  if (folded(name) !== 'cookie') return [[name, fieldValue(value)]];
  const cookies = withoutOurCookies(value);
  return cookies === '' ? [] : [[name, fieldValue(cookies)]];
}

/**
 * A value as octets, one a character (RFC 9110, 5.5): characters above U+00FF in UTF-8. Throws `malformed_request` for
 * control characters, which no field value has.
 */
function fieldValue(value: string): string {
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(value))
    throw new Problem('malformed_request', { message: 'A header must not have control characters.' });
  return /[^\0-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value;
}

/** The place of an answer: whose it is, and where its caller called. */
export interface AnswerPlace {
  /** Null where it has none. */
  readonly upstreamUrl: string | null;
  readonly publicUrl: PublicUrl;
  /** Whether pages of the upstream may act as pages of the API's origin. */
  readonly sharesOrigin: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/** Headers of an upstream's answer that go back to the caller. */
export function responseHeaders(
  received: readonly Header[],
  { upstreamUrl, publicUrl, sharesOrigin, now }: AnswerPlace,
): Record<string, string[]> {
  const valuesOf = (wanted: string) =>
    received.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const dropped = connectionOptions(valuesOf('connection'));
  const kept: Record<string, string[]> = {};
  const keep = (name: string, values: readonly string[]) => {
    if (values.length > 0) kept[name] = [...(kept[name] ?? []), ...values];
  };
  for (const [given, value] of received) {
    const name = given.toLowerCase();
    if (endsHere(name, 'response') || dropped.has(folded(name))) continue;
    if (name === 'set-cookie') keep(name, withoutOurSetCookies(value));
    else if (name === 'location' || name === 'content-location')
      keep(name, [rewrittenLocation(value, upstreamUrl, publicUrl)]);
    // It would end what people have at this origin, such as their sessions.
    else if (name !== 'clear-site-data' || sharesOrigin) keep(name, [value]);
  }
  const seconds = delaySeconds(valuesOf('retry-after')[0] ?? '', now);
  if (seconds !== undefined) keep('retry-after', [String(seconds)]);
  if (!sharesOrigin && isDocument(kept['content-type']?.[0])) keep('content-security-policy', ['sandbox']);
  return kept;
}

/** Types that a browser shows as a page in which scripts run (HTML standard, "document loading"): HTML, XML, SVG. */
function isDocument(contentType = ''): boolean {
  return /^\s*(text\/html|[\w.-]+\/([\w.-]+\+)?(xml|xhtml))\b/i.test(contentType);
}

/** `Retry-After` (RFC 9110, 10.2.3) as seconds from `now` (Unix seconds): it may be a date. Undefined when it is neither. */
function delaySeconds(value: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = /GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil(date / 1000) - now);
}

/** Names that `Connection` lists are of one connection too (RFC 9110, 7.6.1). */
function connectionOptions(values: readonly string[]): ReadonlySet<string> {
  return new Set(values.flatMap((value) => value.split(',').map((name) => folded(name.trim()))));
}
