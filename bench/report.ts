import type { AuthorizerBundle } from './bundle.ts';
import type { CallsResult } from './calls.ts';
import type { ColdStartResult } from './cold-start.ts';
import type { ScaleResult } from './large-table.ts';
import type { ProxyResult } from './proxy.ts';
import type { Estimate } from './statistics.ts';
import type { WarmResult } from './warm.ts';

export interface Results {
  readonly warm: WarmResult;
  readonly calls: CallsResult;
  readonly cold: ColdStartResult;
  /** Null when it was not asked for. */
  readonly scale: ScaleResult | null;
  readonly proxy: ProxyResult;
  readonly bundle: Pick<AuthorizerBundle, 'bytes' | 'gzipBytes'>;
}

/** A figure of the report. One without a target stands there to explain the others. */
interface Figure {
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
export function figures({ warm, calls, cold, scale, proxy, bundle }: Results): readonly Figure[] {
  return [
    timed('Decision by key, of the floor', 'key_decision_over_floor', warm.key.ratio, {
      digits: 3,
      target: 1.3,
    }),
    timed('Decision by JWT, of the floor', 'jwt_decision_over_floor', warm.token.ratio, {
      digits: 3,
      target: 1.3,
    }),
    timed('- whose token is new, of the floor', 'new_jwt_decision_over_floor', warm.newToken.ratio, {
      digits: 3,
    }),
    timed('The floor, of itself (noise)', 'floor_over_floor', warm.noise.ratio, { digits: 3 }),
    exact('DynamoDB calls a decision, hot', 'calls_per_decision', calls.hot, { digits: 4, target: 1.02 }),
    exact('- at decisions a second', 'hot_decisions_per_second', calls.hotDecisionsPerSecond, { digits: 0 }),
    exact('DynamoDB calls, key used hourly', 'calls_per_hourly_decision', calls.hourly, { digits: 3 }),
    ...(scale === null
      ? []
      : [
          timed('Decision over many keys, of a thousand', 'decision_over_many_keys', scale.large.ratio, {
            digits: 3,
            target: 1.1,
          }),
          exact('- keys in that table', 'many_keys', scale.keys, { digits: 0 }),
        ]),
    timed('Cold start by key, ms over empty', 'cold_start_over_empty_ms', cold.keyOverEmptyMs, {
      digits: 1,
      target: 15,
    }),
    timed('Cold start by JWT, ms over empty', 'cold_start_jwt_over_empty_ms', cold.tokenOverEmptyMs, {
      digits: 1,
    }),
    timed('- of it the import', 'import_over_empty_ms', cold.importOverEmptyMs, { digits: 1 }),
    timed('A bare client, ms over empty', 'bare_client_over_empty_ms', cold.bareOverEmptyMs, { digits: 1 }),
    ...proxyFigures(proxy),
    exact('Authorizer, bytes', 'authorizer_bytes', bundle.bytes, { digits: 0, target: MAX_AUTHORIZER_BYTES }),
    exact('- gzipped', 'authorizer_gzip_bytes', bundle.gzipBytes, { digits: 0 }),
    orientation('This machine: the floor, µs', 'floor_us', warm.key.floorMicroseconds),
    orientation('- decision by key, µs', 'key_decision_us', warm.key.subjectMicroseconds),
    orientation('- decision by JWT, µs', 'jwt_decision_us', warm.token.subjectMicroseconds),
    orientation('- empty handler, ms', 'empty_ms', cold.emptyMs),
    orientation('- upstream without a proxy, µs', 'direct_us', proxy.directMicroseconds),
    orientation('- by the forwarder, µs', 'forwarder_us', proxy.forwarderMicroseconds),
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

/** The figures as one JSON object. */
export function reportJson(all: readonly Figure[]): string {
  const entries = all.map(({ name, value, digits }) => [name, Number(value.toFixed(digits))]);
  return JSON.stringify(Object.fromEntries(entries), null, 2);
}

/** The figures as a table for people. */
export function reportTable(all: readonly Figure[]): string {
  return all
    .map((figure) => {
      const { title, value, interval, digits, target } = figure;
      const range = interval ? `${interval.low.toFixed(digits)} to ${interval.high.toFixed(digits)}` : '';
      const goal =
        target === undefined ? '' : `at most ${target}`.padEnd(16) + (isMet(figure) ? 'ok' : 'miss');
      return `${title.padEnd(40)}${value.toFixed(digits).padStart(9)}  ${range.padEnd(18)}${goal}`.trimEnd();
    })
    .join('\n');
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
