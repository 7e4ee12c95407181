import { parseArgs } from 'node:util';

/** How much is measured: enough for the figures in the docs, or enough to see that nothing is broken. */
export interface Effort {
  /** Rounds of the paired comparison; a round is one batch of each side of each pair. */
  readonly rounds: number;
  readonly callsPerBatch: number;
  /** Fresh processes of each kind. */
  readonly processes: number;
  /** Keys of the large table; a million takes some minutes to make. */
  readonly scaleKeys: number;
}

const FULL: Effort = { rounds: 300, callsPerBatch: 20, processes: 60, scaleKeys: 1_000_000 };
const QUICK: Effort = { rounds: 80, callsPerBatch: 10, processes: 12, scaleKeys: 20_000 };

export interface Options {
  readonly json: boolean;
  /** Also over a table of many keys. */
  readonly scale: boolean;
  readonly effort: Effort;
}

/** Reads the command line. Throws a `TypeError` for an option that does not exist. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
    },
  });
  return { json: values.json, scale: values.scale, effort: values.quick ? QUICK : FULL };
}
