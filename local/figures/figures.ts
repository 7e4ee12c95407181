/** A metric as it stands: what CloudWatch would show of it, since the start. */
export interface Figure {
  readonly namespace: string;
  readonly name: string;
  /** E.g. `outcome=allowed`. */
  readonly dimensions: string;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  /** The newest value: what there is now, of a metric that says how many. */
  readonly last: number;
  readonly p50: number;
  readonly p99: number;
}

/** Counts of an hour of the UTC day. */
export interface Hour {
  /** Unix seconds. */
  readonly startSeconds: number;
  readonly sum: number;
}

const HOUR_SECONDS = 3600;

interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: string;
  readonly unit: string;
  count: number;
  sum: number;
  last: number;
  /** The newest values: enough for percentiles of what is going on. */
  readonly recent: number[];
  readonly sumByHour: Map<number, number>;
}

interface Embedded {
  /** Epoch milliseconds. */
  readonly Timestamp: number;
  readonly CloudWatchMetrics?: readonly Directive[];
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

const RECENT = 10_000;

/** Takes metrics out of what functions print (CloudWatch user guide, "Embedded metric format specification"). */
export class Figures {
  readonly #series = new Map<string, Series>();

  /** Counts the metrics of a line. Gives the line without what only CloudWatch reads. */
  take(line: string): string {
    if (!line.includes('"_aws"')) return line;
    try {
      const { _aws, ...entry } = JSON.parse(line) as { readonly _aws: Embedded };
      const { Timestamp, CloudWatchMetrics = [] } = _aws;
      for (const directive of CloudWatchMetrics) this.#count(directive, entry, Timestamp / 1000);
      return JSON.stringify(entry);
    } catch {
      return line;
    }
  }

  all(): readonly Figure[] {
    return [...this.#series.values()]
      .map(({ recent, sumByHour: _, ...series }) => {
        const sorted = [...recent].sort((a, b) => a - b);
        const percentile = (share: number) =>
          sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
        return { ...series, p50: percentile(0.5), p99: percentile(0.99) };
      })
      .sort((a, b) => `${a.name} ${a.dimensions}`.localeCompare(`${b.name} ${b.dimensions}`));
  }

  /** A metric's sums by the hour. */
  hours(namespace: string, name: string, dimensions: Readonly<Record<string, string>>): readonly Hour[] {
    const series = this.#series.get(seriesKey(namespace, name, dimensionText(Object.entries(dimensions))));
    return [...(series?.sumByHour ?? [])].map(([startSeconds, sum]) => ({ startSeconds, sum }));
  }

  #count(
    { Namespace, Dimensions, Metrics }: Directive,
    entry: Readonly<Record<string, unknown>>,
    seconds: number,
  ): void {
    for (const names of Dimensions) {
      const dimensions = dimensionText(names.map((name) => [name, entry[name]]));
      for (const { Name, Unit = 'None' } of Metrics) {
        const series = this.#seriesOf(Namespace, Name, dimensions, Unit);
        const values = [entry[Name]].flat().map(Number);
        const sum = values.reduce((total, value) => total + value, 0);
        series.count += values.length;
        series.sum += sum;
        const hour = Math.floor(seconds / HOUR_SECONDS) * HOUR_SECONDS;
        series.sumByHour.set(hour, (series.sumByHour.get(hour) ?? 0) + sum);
        series.last = values.at(-1) ?? series.last;
        series.recent.push(...values);
        while (series.recent.length > RECENT) series.recent.shift();
      }
    }
  }

  #seriesOf(namespace: string, name: string, dimensions: string, unit: string): Series {
    const key = seriesKey(namespace, name, dimensions);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const counts = { count: 0, sum: 0, last: 0, recent: [], sumByHour: new Map() };
    const fresh: Series = { namespace, name, dimensions, unit, ...counts };
    this.#series.set(key, fresh);
    return fresh;
  }
}

function seriesKey(namespace: string, name: string, dimensions: string): string {
  return `${namespace} ${name} ${dimensions}`;
}

function dimensionText(dimensions: readonly (readonly [name: string, value: unknown])[]): string {
  return dimensions.map(([name, value]) => `${name}=${value}`).join(', ');
}
