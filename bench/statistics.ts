/** A median, and the interval that holds it with 95 % confidence. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The median of independent samples. The interval is that of the sign test: it needs no assumption about how the
 * samples are distributed, and no machine that others share gives a normal distribution.
 * Throws a `RangeError` when there are no samples.
 */
export function estimate(samples: readonly number[]): Estimate {
  if (samples.length === 0) throw new RangeError('A median takes at least one sample.');
  const sorted = samples.toSorted((a, b) => a - b);
  const half = (1.96 * Math.sqrt(sorted.length)) / 2;
  const at = (rank: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(Math.floor(middle - half)),
    high: at(Math.ceil(middle + half)),
  };
}
