import { parseArgs } from 'node:util';

/** How much is measured: enough for the figures in the docs, or enough to see that nothing is broken. */
export interface Effort {
  /** Processes in which decisions are compared with bare calls. */
  readonly decisionProcesses: number;
  /** Rounds in each of them. */
  readonly decisionRounds: number;
  /** Rounds of the paired comparison; a round is one batch of each side of each pair. */
  readonly rounds: number;
  readonly callsPerBatch: number;
  /** Tenants whose keys are used in turn. */
  readonly tenants: number;
  /** Fresh processes of each kind. */
  readonly processes: number;
  /** Keys of the large table; a million takes some minutes to make. */
  readonly scaleKeys: number;
  /** How often the local stack is started from fresh sources, and again after that. */
  readonly starts: number;
  /** Rounds and calls of the local stack: all of them together stay below the limit of a key in a minute. */
  readonly localRounds: number;
  readonly localCalls: number;
}

const FULL: Effort = {
  decisionProcesses: 7,
  decisionRounds: 150,
  rounds: 300,
  callsPerBatch: 20,
  tenants: 200,
  processes: 100,
  scaleKeys: 1_000_000,
  starts: 3,
  localRounds: 40,
  localCalls: 50,
};
const QUICK: Effort = {
  decisionProcesses: 3,
  decisionRounds: 30,
  rounds: 40,
  callsPerBatch: 10,
  tenants: 20,
  processes: 16,
  scaleKeys: 20_000,
  starts: 1,
  localRounds: 10,
  localCalls: 30,
};

/** Parts that can be measured alone. */
const PARTS = ['decisions', 'cold', 'local'] as const;

export type Part = (typeof PARTS)[number];

export interface Options {
  readonly json: boolean;
  /** The only part that is measured; undefined for all. */
  readonly only: Part | undefined;
  /** Also over a table of many keys. */
  readonly scale: boolean;
  readonly effort: Effort;
}

/** Reads the command line. Throws a `TypeError` for an option or a part that does not exist. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      scale: { type: 'boolean', default: false },
    },
  });
  const { json, quick, scale } = values;
  const only = PARTS.find((part) => part === values.only);
  if (only !== values.only) throw new TypeError(`--only takes one of ${PARTS.join(', ')}`);
  return { json, only, scale, effort: quick ? QUICK : FULL };
}
