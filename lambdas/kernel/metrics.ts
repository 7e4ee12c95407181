import { rootOf } from './trace-context.ts';

/** Units of CloudWatch that we use (CloudWatch API reference, `MetricDatum`). */
type Unit = 'Count' | 'Milliseconds' | 'Seconds' | 'None';

export interface Metric {
  readonly name: string;
  readonly unit: Unit;
  /** Several of one metric are a list, of at most a hundred. */
  readonly value: number | readonly number[];
}

export interface Observation {
  readonly metrics: readonly Metric[];
  /** The dimensions of the metrics. Few values each: every combination is a metric that costs. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Further fields of the line, of no metric. Never a header, a body or a credential. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** One count of an event, and how long it took. */
export function counted(name: string, milliseconds?: number): readonly Metric[] {
  const count: Metric = { name, unit: 'Count', value: 1 };
  if (milliseconds === undefined) return [count];
  return [
    count,
    { name: `${name}Latency`, unit: 'Milliseconds', value: Math.round(milliseconds * 100) / 100 },
  ];
}

/**
 * Writes one line that is a log entry and its metrics in one: CloudWatch takes metrics out of lines in the embedded
 * metric format (CloudWatch user guide, "Embedded metric format specification"), so that no call is made for them.
 * To read the variable is a call of the system: who writes a line for each decision knows the namespace.
 */
export function observe(
  observation: Observation,
  namespace = process.env.METRICS_NAMESPACE ?? 'Latchkey',
): void {
  const line = metricLine(observation, namespace);
  // Not `console.log`: the Lambda runtime puts a time and an id before its lines, and they are no JSON then.
  process.stdout.write(`${line}\n`);
}

/** That line, of metrics in a namespace. */
export function metricLine({ metrics, dimensions, fields = {} }: Observation, namespace: string): string {
  // Of functions that no request calls: the runtime tells them X-Ray's.
  const traceId = fields.trace_id ?? rootOf(process.env._X_AMZN_TRACE_ID);
  const line: Record<string, unknown> = { ...fields, trace_id: traceId, ...dimensions };
  for (const { name, value } of metrics) line[name] = value;
  const text = JSON.stringify(line);
  if (metrics.length === 0) return text;
  return `{"_aws":${directive(namespace, metrics, dimensions)}${text === '{}' ? '' : ','}${text.slice(1)}`;
}

/** Milliseconds after which a line is written again, however little has been gathered. */
const GATHERED_MILLISECONDS = 60_000;

/**
 * Writes one line for so many observations of what was allowed, and each of all others. Its metrics are those of all:
 * counts added up, times as a list. Its fields are the last one's. An instance that ends takes what it has gathered with it.
 */
export function gathering(
  perLine: number,
  write: (observation: Observation) => void,
): (observation: Observation) => void {
  if (perLine === 1) return write;
  let gathered: Observation[] = [];
  let writtenAt = Number.NEGATIVE_INFINITY;
  return (observation) => {
    if (observation.dimensions.outcome !== 'allowed') return write(observation);
    gathered.push(observation);
    const now = performance.now();
    if (gathered.length < perLine && now - writtenAt < GATHERED_MILLISECONDS) return;
    const all = gathered.flatMap(({ metrics }) => metrics);
    const metrics = observation.metrics.map(({ name, unit }) => {
      const values = all.filter((metric) => metric.name === name).flatMap(({ value }) => value);
      return { name, unit, value: unit === 'Count' ? values.reduce((sum, each) => sum + each) : values };
    });
    gathered = [];
    writtenAt = now;
    write({ ...observation, metrics });
  };
}

/** What is constant of a directive, and for which names that is. */
interface Kind {
  readonly namespace: string;
  readonly dimensions: readonly string[];
  readonly metrics: readonly Pick<Metric, 'name' | 'unit'>[];
  /** JSON. */
  readonly text: string;
}

/** A function writes few kinds of lines, and one of them for every call. */
const kinds: Kind[] = [];

/** The member `_aws` of a line, as JSON. */
function directive(
  namespace: string,
  metrics: readonly Metric[],
  dimensions: Observation['dimensions'],
): string {
  const names = Object.keys(dimensions);
  let kind = kinds.find((known) => known.namespace === namespace && isOf(known, names, metrics));
  if (kind === undefined) {
    kind = kindOf(namespace, names, metrics);
    kinds.push(kind);
  }
  return `{"Timestamp":${Date.now()},"CloudWatchMetrics":${kind.text}}`;
}

function isOf(kind: Kind, dimensions: readonly string[], metrics: readonly Metric[]): boolean {
  return (
    kind.dimensions.length === dimensions.length &&
    kind.metrics.length === metrics.length &&
    kind.dimensions.every((name, index) => name === dimensions[index]) &&
    kind.metrics.every(({ name, unit }, index) => {
      const metric = metrics[index];
      return name === metric?.name && unit === metric.unit;
    })
  );
}

function kindOf(namespace: string, dimensions: readonly string[], metrics: readonly Metric[]): Kind {
  const named = metrics.map(({ name, unit }) => ({ name, unit }));
  const text = JSON.stringify([
    {
      Namespace: namespace,
      Dimensions: [dimensions],
      Metrics: named.map(({ name, unit }) => ({ Name: name, Unit: unit })),
    },
  ]);
  return { namespace, dimensions, metrics: named, text };
}
