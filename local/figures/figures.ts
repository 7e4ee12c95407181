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

/** A line, taken apart. */
interface Parts {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly directives: readonly Directive[];
  /** The line without `_aws`. */
  readonly rest: string;
}

const RECENT = 10_000;

/** How our functions' lines begin. Their directives are always the same few texts, longer than the rest of the line. */
const OURS = /^\{"_aws":\{"Timestamp":(\d+),"CloudWatchMetrics":(\[.*?\])\},(?=")/;
const KINDS = 1_000;

/** Takes metrics out of what functions print (CloudWatch user guide, "Embedded metric format specification"). */
export class Figures {
  readonly #series = new Map<string, Series>();
  readonly #directives = new Map<string, readonly Directive[]>();

  /** Counts the metrics of a line. Gives the line without what only CloudWatch reads. */
  take(line: string): string {
    if (!line.includes('"_aws"')) return line;
    try {
      const { timestamp, directives, rest } = this.#partsOf(line);
      const entry = JSON.parse(rest) as Record<string, unknown>;
      for (const directive of directives) this.#count(directive, entry, timestamp / 1000);
      return rest;
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
    const series = this.#series.get(seriesKey(namespace, name, dimensionText(dimensions)));
    return [...(series?.sumByHour ?? [])].map(([startSeconds, sum]) => ({ startSeconds, sum }));
  }

  /** Throws for what is no JSON object. */
  #partsOf(line: string): Parts {
    const [start, timestamp, text = ''] = OURS.exec(line) ?? [];
    const directives = this.#directivesOf(text);
    if (start !== undefined && directives !== undefined)
      return { timestamp: Number(timestamp), directives, rest: `{${line.slice(start.length)}` };
    const { _aws, ...rest } = JSON.parse(line) as { _aws: Embedded };
    const { Timestamp, CloudWatchMetrics = [] } = _aws;
    return { timestamp: Timestamp, directives: CloudWatchMetrics, rest: JSON.stringify(rest) };
  }

  /** Undefined where the text is no JSON: of a line that only looks like ours. */
  #directivesOf(text: string): readonly Directive[] | undefined {
    const known = this.#directives.get(text);
    if (known !== undefined) return known;
    try {
      const directives = JSON.parse(text) as readonly Directive[];
      if (this.#directives.size < KINDS) this.#directives.set(text, directives);
      return directives;
    } catch {
      return undefined;
    }
  }

  #count(
    { Namespace, Dimensions, Metrics }: Directive,
    entry: Readonly<Record<string, unknown>>,
    seconds: number,
  ): void {
    for (const names of Dimensions) {
      const dimensions = names.map((name) => `${name}=${entry[name]}`).join(', ');
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

function dimensionText(dimensions: Readonly<Record<string, unknown>>): string {
  return Object.entries(dimensions)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
