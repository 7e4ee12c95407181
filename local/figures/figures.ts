/** A metric as it stands: what CloudWatch would show of it, since the start. */
export interface Figure {
  readonly namespace: string;
  readonly name: string;
  /** E.g. `outcome=allowed`. */
  readonly dimensions: string;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly p50: number;
  readonly p99: number;
}

interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: string;
  readonly unit: string;
  count: number;
  sum: number;
  /** The newest values: enough for percentiles of what is going on. */
  readonly recent: number[];
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
    let entry: Record<string, unknown>;
    try {
      entry = JSON.parse(line) as Record<string, unknown>;
    } catch {
      return line;
    }
    const { _aws: aws, ...rest } = entry;
    for (const directive of (aws as { CloudWatchMetrics?: Directive[] })?.CloudWatchMetrics ?? [])
      this.#count(directive, rest);
    return JSON.stringify(rest);
  }

  all(): readonly Figure[] {
    return [...this.#series.values()]
      .map(({ recent, ...series }) => {
        const sorted = [...recent].sort((a, b) => a - b);
        const percentile = (share: number) =>
          sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
        return { ...series, p50: percentile(0.5), p99: percentile(0.99) };
      })
      .sort((a, b) => `${a.name} ${a.dimensions}`.localeCompare(`${b.name} ${b.dimensions}`));
  }

  #count({ Namespace, Dimensions, Metrics }: Directive, entry: Readonly<Record<string, unknown>>): void {
    for (const names of Dimensions) {
      const dimensions = names.map((name) => `${name}=${entry[name]}`).join(', ');
      for (const { Name, Unit = 'None' } of Metrics) {
        const key = `${Namespace} ${Name} ${dimensions}`;
        const fresh: Series = {
          namespace: Namespace,
          name: Name,
          dimensions,
          unit: Unit,
          count: 0,
          sum: 0,
          recent: [],
        };
        const series = this.#series.get(key) ?? fresh;
        this.#series.set(key, series);
        const value = Number(entry[Name]);
        series.count += 1;
        series.sum += value;
        series.recent.push(value);
        if (series.recent.length > RECENT) series.recent.shift();
      }
    }
  }
}
