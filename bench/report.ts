import type { AuthorizerBundle } from './bundle.ts';
import type { CallsResult } from './calls.ts';
import type { ColdStartResult } from './cold-start.ts';
import type { DecisionKind, DeployedResult } from './deployed.ts';
import type { ScaleResult } from './large-table.ts';
import type { LocalStackResult, Peer } from './local-stack.ts';
import type { ProxyResult } from './proxy.ts';
import type { Estimate } from './statistics.ts';

export interface Results {
  readonly deployed: DeployedResult;
  readonly calls: CallsResult;
  /** DynamoDB calls of a login. */
  readonly loginCalls: number;
  readonly cold: ColdStartResult;
  /** Null when it was not asked for. */
  readonly scale: ScaleResult | null;
  readonly proxy: ProxyResult;
  readonly local: LocalStackResult;
  readonly bundle: Pick<AuthorizerBundle, 'bytes' | 'gzipBytes'>;
}

/** A figure of the report. One without a target stands there to explain the others. */
export interface Figure {
  readonly title: string;
  readonly name: string;
  readonly value: number;
  readonly interval?: Estimate;
  readonly digits: number;
  readonly target?: number;
  /** Counted, not timed: the machine has no part in it. */
  readonly exact?: true;
}

/** The largest bundle that the authorizer's cold start is planned with. */
export const MAX_AUTHORIZER_BYTES = 57_000;

/** Every figure once; the JSON, the table and the exit code are read from here. */
export function figures({
  deployed,
  calls,
  loginCalls,
  cold,
  scale,
  proxy,
  local,
  bundle,
}: Results): readonly Figure[] {
  return [
    ...decisionFigures(deployed),
    exact('DynamoDB calls a decision, hot', 'calls_per_decision', calls.hot, { digits: 4, target: 1.02 }),
    exact('- at decisions a second', 'hot_decisions_per_second', calls.hotDecisionsPerSecond, { digits: 0 }),
    exact('DynamoDB calls, key used hourly', 'calls_per_hourly_decision', calls.hourly, { digits: 3 }),
    exact('DynamoDB calls of a login', 'login_calls', loginCalls, { digits: 0, target: 8 }),
    ...(scale === null
      ? []
      : [
          timed('Decision over many keys, of a thousand', 'decision_over_many_keys', scale.large.ratio, {
            digits: 3,
            target: 1.1,
          }),
          exact('- keys in that table', 'many_keys', scale.keys, { digits: 0 }),
        ]),
    ...coldFigures(cold),
    ...proxyFigures(proxy),
    ...localFigures(local),
    exact('Authorizer, bytes', 'authorizer_bytes', bundle.bytes, { digits: 0, target: MAX_AUTHORIZER_BYTES }),
    exact('- gzipped', 'authorizer_gzip_bytes', bundle.gzipBytes, { digits: 0 }),
    orientation('This machine: upstream without a proxy, µs', 'direct_us', proxy.directMicroseconds),
    orientation('- by the forwarder, µs', 'forwarder_us', proxy.forwarderMicroseconds),
  ];
}

/** Titles and names of what is decided, and what each is to come to. */
const DECISIONS: Readonly<Record<DecisionKind, readonly [title: string, name: string, target?: number]>> = {
  key: ['Decision by key, CPU of a bare call', 'decision_cpu_over_bare', 2],
  session: ['- by session', 'session_cpu_over_bare', 2],
  newToken: ['- by a new token', 'new_token_cpu_over_bare'],
  allowList: ['- with an allow-list', 'allow_list_cpu_over_bare'],
  tenants: ['- of many tenants, each once a second', 'many_tenants_cpu_over_bare'],
  garbled: ['- refused: garbled', 'refused_garbled_cpu_over_bare'],
  unknown: ['- refused: unknown', 'refused_unknown_cpu_over_bare'],
  revoked: ['- refused: revoked', 'refused_revoked_cpu_over_bare'],
  expired: ['- refused: expired', 'refused_expired_cpu_over_bare'],
  elsewhere: ['- refused: from elsewhere', 'refused_elsewhere_cpu_over_bare'],
  scope: ['- refused: lacks the scope', 'refused_scope_cpu_over_bare'],
  limited: ['- refused: over its limit', 'refused_limited_cpu_over_bare'],
};

/** Decisions as they are deployed, against bare calls. */
export function decisionFigures({
  wallOverBare,
  wallOverExpression,
  noise,
  cpuOverBare,
  cpuNoise,
  expressionCpuOverBare,
}: DeployedResult): readonly Figure[] {
  const kinds = Object.entries(DECISIONS) as [DecisionKind, (typeof DECISIONS)[DecisionKind]][];
  return [
    timed('Decision, time of a bare call', 'decision_wall_over_bare', wallOverBare, {
      digits: 2,
      target: 1.5,
    }),
    timed('- of one with its expression', 'decision_wall_over_expression', wallOverExpression, { digits: 2 }),
    timed('- a bare call, of itself (noise)', 'bare_over_bare', noise, { digits: 3 }),
    ...kinds.map(([kind, [title, name, target]]) =>
      timed(title, name, cpuOverBare[kind], { digits: 2, ...(target === undefined ? {} : { target }) }),
    ),
    timed('- a bare call, of itself (noise)', 'bare_cpu_over_bare', cpuNoise, { digits: 3 }),
    timed('- bare, with its expression', 'expression_cpu_over_bare', expressionCpuOverBare, { digits: 2 }),
  ];
}

/** Fresh processes over TLS, against a bare client and an empty handler. */
export function coldFigures(cold: ColdStartResult): readonly Figure[] {
  const { keyOverBare, sessionOverBare } = cold;
  return [
    timed('Cold start by key, of a bare client', 'cold_tls_over_bare_tls', keyOverBare, {
      digits: 2,
      target: 1.2,
    }),
    timed('- by session', 'cold_session_tls_over_bare_tls', sessionOverBare, { digits: 2 }),
    timed('- CPU, Node with it', 'cold_tls_cpu_over_bare_tls', cold.keyCpuOverBare, { digits: 2 }),
    timed(
      'First invocation, CPU ms over empty',
      'first_invocation_cpu_ms_over_empty',
      cold.invocationCpuMsOverEmpty,
      { digits: 1, target: 15 },
    ),
    timed('- the import, CPU ms over empty', 'import_cpu_ms_over_empty', cold.importCpuMsOverEmpty, {
      digits: 1,
    }),
    timed('- a bare client, CPU ms over empty', 'bare_client_cpu_ms_over_empty', cold.bareCpuMsOverEmpty, {
      digits: 1,
    }),
  ];
}

/** Titles and names of others that check a credential for each call. */
const PEERS: Readonly<Record<Peer, readonly [title: string, name: string]>> = {
  'better-auth': ['- better-auth, a key, all in memory', 'better_auth_cpu_ms_per_request'],
  'better-auth on disk': ['- better-auth, a key, on disk', 'better_auth_on_disk_cpu_ms_per_request'],
  'express-gateway': ['- express-gateway, a key, and forwarding', 'express_gateway_cpu_ms_per_request'],
  introspection: ['- oidc-provider, an introspection', 'introspection_cpu_ms_per_request'],
};

/** The local stack, and others beside it where they are installed. */
export function localFigures(local: LocalStackResult): readonly Figure[] {
  const peers = Object.entries(local.peersCpuMsPerRequest) as [Peer, Estimate | null][];
  return [
    timed('npm start until ready, seconds', 'start_seconds', local.startSeconds, { digits: 1, target: 8 }),
    timed('- again without a change', 'restart_seconds', local.restartSeconds, { digits: 1, target: 4 }),
    timed('Local stack, CPU ms a request', 'local_cpu_ms_per_request', local.cpuMsPerRequest, {
      digits: 2,
      target: 4,
    }),
    ...peers.flatMap(([peer, interval]) =>
      interval === null ? [] : [timed(...PEERS[peer], interval, { digits: 2 })],
    ),
  ];
}

/** The forwarder beside nginx, where that is installed, and beside the one that called by `fetch`. */
function proxyFigures({ ofNginx, ofPrevious, addedOfPrevious }: ProxyResult): readonly Figure[] {
  return [
    ...(ofNginx === null
      ? []
      : [
          timed('Forwarder, 1 KB answer, of nginx', 'forwarder_over_nginx', ofNginx.small, { digits: 2 }),
          timed('- 4 MB answer', 'forwarder_over_nginx_large', ofNginx.large, { digits: 2 }),
          timed('- throughput, 32 at once', 'forwarder_throughput_of_nginx', ofNginx.throughput, {
            digits: 3,
          }),
        ]),
    timed('Forwarder adds, of one by fetch', 'forwarder_added_over_fetch', addedOfPrevious, {
      digits: 3,
      target: 1.25,
    }),
    timed('- 4 MB answer', 'forwarder_over_fetch_large', ofPrevious.large, { digits: 3, target: 1 }),
    timed('- throughput, 32 at once', 'forwarder_throughput_of_fetch', ofPrevious.throughput, { digits: 2 }),
  ];
}

/** How a figure is shown, and what it is to come to. */
interface Shown {
  readonly digits: number;
  readonly target?: number;
}

/** A measured figure, shown with so many digits after the point. */
function timed(title: string, name: string, interval: Estimate, { digits, target }: Shown): Figure {
  const figure = { title, name, value: interval.median, interval, digits };
  return target === undefined ? figure : { ...figure, target };
}

/** A counted figure, which is the same in every run. */
function exact(title: string, name: string, value: number, { digits, target }: Shown): Figure {
  const figure = { title, name, value, digits, exact: true } as const;
  return target === undefined ? figure : { ...figure, target };
}

function orientation(title: string, name: string, value: number): Figure {
  return { title, name, value, digits: 0 };
}

/** The figures as one JSON object, and under `intervals` the 95 % interval of each that was timed. */
export function reportJson(all: readonly Figure[]): string {
  const entries = all.map(({ name, value, digits }) => [name, Number(value.toFixed(digits))]);
  const intervals = all.flatMap(({ name, interval, digits }) =>
    interval === undefined
      ? []
      : [[name, [interval.low, interval.high].map((bound) => Number(bound.toFixed(digits)))]],
  );
  return JSON.stringify(
    { ...Object.fromEntries(entries), intervals: Object.fromEntries(intervals) },
    null,
    2,
  );
}

/** The figures as a table in Markdown, to be read and to be pasted. */
export function reportTable(all: readonly Figure[]): string {
  const rows = all.map((figure) => {
    const { title, value, interval, digits, target, exact } = figure;
    const range = interval ? `${interval.low.toFixed(digits)} to ${interval.high.toFixed(digits)}` : '';
    const outcome = isMet(figure) ? 'met' : '**missed**';
    return [
      title.replace(/^-/, '–'),
      value.toFixed(digits),
      exact ? 'counted' : range,
      ...(target === undefined ? ['', ''] : [String(target), outcome]),
    ];
  });
  const head = ['', 'median', '95 % interval', 'target', ''];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/**
 * The missed targets that fail the run: the counted figures, which are the same on any machine. A timed one that is
 * missed is printed as such; how busy the machine is must not decide whether a command fails.
 */
export function failures(all: readonly Figure[]): readonly string[] {
  return all
    .filter((figure) => figure.exact && !isMet(figure))
    .map(({ name, value, target, digits }) => `${name} is ${value.toFixed(digits)}; the target is ${target}`);
}

function isMet({ value, target }: Figure): boolean {
  return target === undefined || value <= target;
}
