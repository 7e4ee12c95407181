/** A header line, as it is sent or was received. */
export type Header = readonly [name: string, value: string];

/** A direction in which a header passes through: to the upstream, or back to the caller. */
export type Direction = 'request' | 'response';

interface HeaderGroup {
  /** Why they end here, for docs/upstream.md. */
  readonly why: string;
  readonly ends: readonly Direction[];
  /** Names as {@link folded} writes them; `*` at the end stands for any ending. */
  readonly names: readonly string[];
  /** Whether a call with one is refused where API Gateway calls the upstream itself, as nobody could take it out. */
  readonly isRefusedDirectly?: true;
}

/** The headers of the caller's credential. */
const CREDENTIALS = ['authorization', 'x-api-key'];

/** Every header that does not pass, by why. What else a caller or an upstream sends goes through as it came. */
export const HEADER_TABLE: readonly HeaderGroup[] = [
  {
    why: 'for one connection only (RFC 9110, 7.6.1)',
    ends: ['request', 'response'],
    names: [
      'connection',
      'keep-alive',
      'proxy-connection',
      'proxy-authenticate',
      'proxy-authorization',
      'te',
      'trailer',
      'transfer-encoding',
      'upgrade',
      'http2-settings',
    ],
  },
  {
    why: 'the framing, made anew for each connection; API Gateway answers `Expect`',
    ends: ['request', 'response'],
    names: ['content-length', 'expect', 'host'],
  },
  {
    why: "the caller's credential",
    ends: ['request'],
    names: CREDENTIALS,
  },
  {
    why: "Latchkey's own: the identity",
    ends: ['request', 'response'],
    names: ['x-latchkey*'],
    isRefusedDirectly: true,
  },
  {
    why: "Latchkey's own: the id of the request",
    ends: ['request', 'response'],
    names: ['x-request-id'],
  },
  {
    why: 'an allowance, in every spelling: only that of the front door is told',
    ends: ['request', 'response'],
    names: [
      'ratelimit',
      'ratelimit-*',
      'rate-limit',
      'rate-limit-*',
      'x-ratelimit',
      'x-ratelimit-*',
      'x-rate-limit',
      'x-rate-limit-*',
    ],
  },
  {
    why: 'a trace context (W3C), checked and made anew; where it is not valid neither passes',
    ends: ['request'],
    names: ['traceparent', 'tracestate'],
  },
  {
    why: 'what a proxy in front would say of the caller and of the public URL',
    ends: ['request'],
    names: [
      'forwarded',
      'x-forwarded',
      'x-forwarded-*',
      'x-real-ip',
      'client-ip',
      'x-client-ip',
      'x-cluster-client-ip',
      'x-originating-ip',
      'x-remote-ip',
      'x-remote-addr',
      'x-original-host',
      'x-original-forwarded-for',
      'x-host',
      'x-scheme',
      'x-envoy-*',
      'x-azure-*',
      'x-appengine-*',
      'true-client-ip',
      'fastly-client-ip',
      'cf-*',
      'cloudfront-*',
    ],
  },
  {
    why: 'by which frameworks act on another method or path than the one whose scope was checked',
    ends: ['request'],
    names: [
      'x-http-method-override',
      'x-http-method',
      'x-method-override',
      'x-original-url',
      'x-original-uri',
      'x-original-method',
      'x-rewrite-url',
    ],
    isRefusedDirectly: true,
  },
  {
    why: 'read by CGI as the variable `HTTP_PROXY` (CVE-2016-5385)',
    ends: ['request'],
    names: ['proxy'],
    isRefusedDirectly: true,
  },
  {
    why: "of the front door's origin: it alone says which pages may read its answers",
    ends: ['response'],
    names: [
      'access-control-allow-origin',
      'access-control-allow-credentials',
      'access-control-expose-headers',
    ],
  },
  {
    why: 'of one server: API Gateway writes its own, and would rename these',
    ends: ['response'],
    names: ['server', 'date'],
  },
  {
    why: 'written anew as whole seconds, which every client reads (RFC 9110, 10.2.3)',
    ends: ['response'],
    names: ['retry-after'],
  },
];

/**
 * A name as the most forgiving server reads it: CGI and its successors (WSGI, Rack, PHP) turn whatever is no letter and
 * no digit into the same character, so that `X.Latchkey.Tenant` stands for `X-Latchkey-Tenant`.
 */
export function folded(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

interface Names {
  readonly exact: ReadonlySet<string>;
  readonly beginnings: readonly string[];
}

function namesOf(groups: readonly HeaderGroup[]): Names {
  const names = groups.flatMap((group) => group.names);
  return {
    exact: new Set(names.filter((name) => !name.endsWith('*'))),
    beginnings: names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1)),
  };
}

const ENDS: Readonly<Record<Direction, Names>> = {
  request: namesOf(HEADER_TABLE.filter(({ ends }) => ends.includes('request'))),
  response: namesOf(HEADER_TABLE.filter(({ ends }) => ends.includes('response'))),
};

const REFUSED_DIRECTLY = namesOf(HEADER_TABLE.filter((group) => group.isRefusedDirectly));

/** The header that carries the signed identity. */
export const ASSERTION_HEADER = 'x-latchkey-assertion';

/** By which a caller picks a workspace; the decision has looked at this spelling alone. */
const WORKSPACE_HEADER = 'x-workspace-id';

/** Whether the table lets no header of this name through. */
export function endsHere(name: string, direction: Direction): boolean {
  return isAmong(ENDS[direction], name) || (direction === 'request' && isOtherWorkspaceHeader(name));
}

/**
 * Whether a call with such a header is refused where API Gateway calls the upstream itself. An assertion of the client's is
 * not: API Gateway writes ours in its place.
 */
export function isRefusedDirectly(name: string): boolean {
  if (name.toLowerCase() === ASSERTION_HEADER) return false;
  return isAmong(REFUSED_DIRECTLY, name) || isOtherWorkspaceHeader(name);
}

/** Whether a header is the caller's credential, in the spelling in which it is read. */
export function isCredential(name: string): boolean {
  return CREDENTIALS.includes(name.toLowerCase());
}

function isAmong({ exact, beginnings }: Names, name: string): boolean {
  const wanted = folded(name);
  return exact.has(wanted) || beginnings.some((beginning) => wanted.startsWith(beginning));
}

/** A spelling that servers may read as the workspace's, and that nobody has checked. */
function isOtherWorkspaceHeader(name: string): boolean {
  return folded(name) === WORKSPACE_HEADER && name.toLowerCase() !== WORKSPACE_HEADER;
}
