import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { GatewayFailure } from './failure.ts';

/** A request as API Gateway sees it. */
export interface ApiRequest {
  readonly method: string;
  /** The path below the stage or the path of a mapping, percent-encoded as the client sent it: what routes match. */
  readonly path: string;
  /** `event.path` of a REST API: the same, but with the path of a mapping (recorded: serverless-express#216). */
  readonly eventPath: string;
  /** The stage that a mapping of a domain name names. @default - the request came by the default endpoint */
  readonly mappedStage?: string | undefined;
  /** The path with the stage, and with slashes that `path` leaves out: `$context.path`. */
  readonly fullPath: string;
  /** Values by name; a name has the case in which it came first. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** The query as the client sent it, without its question mark. */
  readonly search: string;
  readonly sourceIp: string;
  readonly requestId: string;
  /** Also sent as `x-amz-apigw-id`. */
  readonly extendedRequestId: string;
  readonly traceId: string;
  readonly receivedAt: Date;
  readonly body: Buffer;
}

/** API Gateway's quotas (developer guide, limits): the payload, and all header values with the request line. */
const PAYLOAD_LIMIT_BYTES = 10 * 1024 * 1024;
export const HEADER_LIMIT_BYTES = 10_240;

/** Headers that reach neither an authorizer nor an integration: recorded, LocalStack `header_utils.py`. */
const DROPPED_HEADERS = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'www-authenticate',
]);

/** The last value of a header: what API Gateway puts where only one value has room. */
export function header(request: ApiRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(request.headers)
    .find(([key]) => key.toLowerCase() === wanted)?.[1]
    .at(-1);
}

/** The last value of each name: recorded for query parameters, and taken to hold for headers. */
export function lastValues(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

const NO_BODY = Buffer.alloc(0);

/** Everything of a request but its body. `stageName` is null where no default endpoint has it in its paths. */
export function parseHead(incoming: IncomingMessage, stageName: string | null, now: Date): ApiRequest {
  const { pathname, search } = splitUrl(incoming.url ?? '/');
  const { path, fullPath } = belowStage(pathname, stageName);
  const extendedRequestId = `${Buffer.from(randomDigits(22), 'hex').toString('base64url')}=`;
  const received = groupByName(pairs(incoming.rawHeaders));
  const sourceIp = incoming.socket.remoteAddress ?? '127.0.0.1';
  // "Clients can override this request ID" (developer guide, context variable reference): never trust or sort by it.
  const requestId = received.get('x-amzn-requestid')?.values.at(-1) ?? randomUUID();
  const traceId =
    received.get('x-amzn-trace-id')?.values.at(-1) ??
    `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomDigits(24)}`;
  return {
    method: incoming.method ?? 'GET',
    path,
    eventPath: path,
    fullPath,
    headers: proxyHeaders(received, { sourceIp, traceId, port: incoming.socket.localPort ?? 0 }),
    query: Object.fromEntries(
      [...groupByName([...new URLSearchParams(search)], false).values()].map(({ name, values }) => [
        name,
        values,
      ]),
    ),
    search,
    sourceIp,
    requestId,
    extendedRequestId,
    traceId,
    receivedAt: now,
    body: NO_BODY,
  };
}

/** Hexadecimal digits, up to 32. Node makes many UUIDs at once; bytes are a call of OpenSSL each time. */
const randomDigits = (count: number): string => randomUUID().replaceAll('-', '').slice(0, count);

/** The body, read to its end even if it is refused, so that the client reads why. Throws REQUEST_TOO_LARGE. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  // RFC 9112, 6.3: without either there is none, and to iterate over nothing costs as much as a call of a function.
  if (length === undefined && encoding === undefined) return NO_BODY;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= PAYLOAD_LIMIT_BYTES) chunks.push(chunk);
  }
  if (size > PAYLOAD_LIMIT_BYTES) throw new GatewayFailure('REQUEST_TOO_LARGE');
  return Buffer.concat(chunks);
}

function splitUrl(url: string): { pathname: string; search: string } {
  const relative = url.replace(/^https?:\/\/[^/?]*/, '');
  const mark = relative.indexOf('?');
  const pathname = mark < 0 ? relative : relative.slice(0, mark);
  return { pathname: pathname || '/', search: mark < 0 ? '' : relative.slice(mark + 1) };
}

/**
 * The API is served at the root, as behind a custom domain that is mapped to it, and under its stage's name, as on
 * its default host. Slashes at the front count once in `event.path` and stay in `$context.path`: recorded,
 * LocalStack `test_lambda_aws_proxy_integration`, "prepended-slash".
 */
function belowStage(pathname: string, stageName: string | null): { path: string; fullPath: string } {
  const stage = `/${stageName}`;
  const hasStage = stageName !== null && (pathname === stage || pathname.startsWith(`${stage}/`));
  const rest = hasStage ? pathname.slice(stage.length) : pathname;
  return { path: `/${rest.replace(/^\/+/, '')}`, fullPath: pathname };
}

function pairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : [],
  );
}

type Grouped = Map<string, { readonly name: string; readonly values: string[] }>;

function groupByName(entries: readonly (readonly [string, string])[], ignoreCase = true): Grouped {
  const grouped: Grouped = new Map();
  for (const [name, value] of entries) {
    const key = ignoreCase ? name.toLowerCase() : name;
    const known = grouped.get(key);
    if (known === undefined) grouped.set(key, { name, values: [value] });
    else known.values.push(value);
  }
  return grouped;
}

/** The client's headers, less those that API Gateway drops, and those that it adds for the integration. */
function proxyHeaders(
  received: Grouped,
  { sourceIp, traceId, port }: { sourceIp: string; traceId: string; port: number },
): Record<string, readonly string[]> {
  const forwardedFor = [...(received.get('x-forwarded-for')?.values ?? []), sourceIp].join(', ');
  const headers = new Map(
    [...received]
      .filter(([key]) => !DROPPED_HEADERS.has(key))
      .map(([key, { name, values }]) => [key, { name, values }]),
  );
  const set = (name: string, value: string): void => {
    headers.set(name.toLowerCase(), { name, values: [value] });
  };
  set('X-Forwarded-For', forwardedFor);
  set('X-Forwarded-Port', String(port));
  set('X-Forwarded-Proto', 'http');
  set('X-Amzn-Trace-Id', traceId);
  // Recorded: these two arrive with this spelling, whatever the client's.
  for (const name of ['Authorization', 'User-Agent']) {
    const values = headers.get(name.toLowerCase())?.values;
    if (values !== undefined) headers.set(name.toLowerCase(), { name, values });
  }
  return Object.fromEntries([...headers.values()].map(({ name, values }) => [name, values]));
}
