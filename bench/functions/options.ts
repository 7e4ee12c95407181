import { parseArgs } from 'node:util';
import type { FunctionsEffort } from './measure.ts';
import { MEASURED, type MeasuredFunction } from './operations.ts';

export const FULL: FunctionsEffort = {
  warmUpCalls: 5,
  calls: 15,
  instances: 7,
  largestCalls: 3,
  importedRows: 10_000,
  bodyBytes: 4_400_000,
  largeKeys: 1000,
  changedKeys: 100,
};

/** Enough to see that nothing is broken. */
export const QUICK: FunctionsEffort = {
  warmUpCalls: 0,
  calls: 1,
  instances: 1,
  largestCalls: 1,
  importedRows: 20,
  bodyBytes: 1_000_000,
  largeKeys: 20,
  changedKeys: 10,
};

export interface FunctionsOptions {
  readonly json: boolean;
  readonly effort: FunctionsEffort;
  /** @default - all */
  readonly only?: readonly MeasuredFunction[];
}

/** Reads the command line. Throws a `TypeError` for an option or a function that does not exist. */
export function readOptions(args: readonly string[]): FunctionsOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  });
  const only = positionals.map((name) => {
    if (name in MEASURED) return name as MeasuredFunction;
    throw new TypeError(`There is no function ${name}; there are ${Object.keys(MEASURED).join(', ')}.`);
  });
  const { json, quick } = values;
  return { json, effort: quick ? QUICK : FULL, ...(only.length > 0 ? { only } : {}) };
}
