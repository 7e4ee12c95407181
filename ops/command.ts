import type { Target } from './target.ts';

/** The options that commands take; what each one takes stands in its usage. */
export interface CommandOptions {
  readonly tenant?: string | undefined;
  readonly workspace?: string | undefined;
  readonly 'created-by'?: string | undefined;
  readonly 'older-than-days'?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly limit?: string | undefined;
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly into?: string | undefined;
  readonly except?: string | undefined;
  readonly 'public-key'?: string | undefined;
  readonly 'private-key'?: string | undefined;
  readonly 'accept-gap'?: boolean | undefined;
  readonly 'dry-run'?: boolean | undefined;
  readonly print?: boolean | undefined;
  readonly off?: boolean | undefined;
  readonly delete?: boolean | undefined;
  readonly decide?: boolean | undefined;
}

/** The output of a command: one thing, or many as a table. With `--json` it is printed as it is. */
export type Report = Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[];

/** One command of operators; `program.ts` lists the files that have them. */
export interface Command {
  /** The words by which it is called, what it takes, and its options: `tenants suspend ID [--dry-run]`. */
  readonly usage: string;
  readonly summary: string;
  /** `args` are the words after the command's own; `log` tells of progress. Throws `OpsError`. */
  readonly run: (
    args: readonly string[],
    options: CommandOptions,
    target: Target,
    log: (line: string) => void,
  ) => Promise<Report>;
}
