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

/**
 * The quotient of the tenth percentiles of two series that were measured in turns: what a call costs when nothing is in its way,
 * which a busy machine changes least.
 */
export function quotientOfLowest(subject: readonly number[], floor: readonly number[]): number {
  return tenth(subject) / tenth(floor);
}

function tenth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)] ?? Number.NaN;
}

/**
 * The same of whole processes, of which there are few: the quotient of all, and the interval of the quotients of parts, each of
 * which has samples of the whole run.
 */
export function quotientOfProcesses(subject: readonly number[], floor: readonly number[]): Estimate {
  const parts = Math.min(6, Math.max(1, Math.floor(subject.length / 4)));
  const part = (values: readonly number[], index: number) =>
    values.filter((_, sample) => sample % parts === index);
  const quotients = Array.from({ length: parts }, (_, index) =>
    quotientOfLowest(part(subject, index), part(floor, index)),
  );
  const { low, high } = estimate(quotients);
  const median = quotientOfLowest(subject, floor);
  return { median, low: Math.min(low, median), high: Math.max(high, median) };
}
