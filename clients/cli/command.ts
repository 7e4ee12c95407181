import type { Io } from './io.ts';
import type { Values } from './syntax.ts';

/** What a command is called with. */
export interface Call {
  /** The words after the command's own. */
  readonly args: readonly string[];
  /** The options, by their names. */
  readonly values: Values;
  readonly io: Io;
}

/** One command of `latchkey`; `main.ts` lists the files that have them. Help, completion and parsing are made of this. */
export interface Command {
  /**
   * The words by which it is called, what it takes, and its options: `keys revoke ID [--yes]`. An option that is followed
   * by a word takes a value, one of several where they are written `a|b`; one that is followed by `...` may come again.
   */
  readonly usage: string;
  readonly summary: string;
  /** Throws `CliError`, or an error of the client library. */
  readonly run: (call: Call) => Promise<void>;
}

/** Programs that have arguments and help of their own: what is said of them, by their first word (`latchkey ops …`). */
export type Programs = Readonly<Record<string, { readonly summary: string }>>;
