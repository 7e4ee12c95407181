import { parseArgs } from 'node:util';
import { usageError } from './exit-codes.ts';

/** The options of a call: a text, several where the option may come again, or whether a flag is there. */
export type Values = Readonly<Record<string, string | readonly string[] | boolean | undefined>>;

/** An option as a usage says it. */
export interface Option {
  readonly name: string;
  /** What stands for its value in the usage, such as `ID`; undefined of a flag. */
  readonly value: string | undefined;
  /** The values that there are, where they are few. */
  readonly choices: readonly string[];
  readonly isRepeatable: boolean;
}

/** A usage, taken apart. */
export interface Syntax {
  readonly words: readonly string[];
  /** What stands for the arguments, such as `ID`. */
  readonly args: readonly string[];
  /** How many of the arguments must be there. */
  readonly required: number;
  /** The values that the argument may have, where they are few. */
  readonly choices: readonly string[];
  readonly options: readonly Option[];
}

/** Options that every command takes; `--json` of `completion` and the like means nothing and does no harm. */
export const EVERYWHERE = '--url URL --json --help';

const OPTION = /--([a-z-]+)(?: ([A-Z]+|[a-z]+(?:\|[a-z]+)+))?\]?(\.\.\.)?/g;

export function syntaxOf(usage: string): Syntax {
  const plain = usage.split(/ \[?--/, 1)[0]?.split(' ') ?? [];
  const args = plain.filter((word) => /^\[?[A-Z]|\|/.test(word));
  const words = plain.filter((word) => !args.includes(word));
  const options = Array.from(usage.matchAll(OPTION), ([, name = '', value, again]) => ({
    name,
    value,
    choices: choicesOf(value),
    isRepeatable: again !== undefined,
  }));
  const required = args.filter((arg) => !arg.startsWith('[')).length;
  return { words, args, required, choices: choicesOf(args[0]), options };
}

function choicesOf(value = ''): readonly string[] {
  return value.includes('|') ? value.split('|') : [];
}

/**
 * Reads the words after a command's own. Throws `CliError` for an option that the usage does not have, a value that is
 * missing or none of the choices, and a wrong number of arguments.
 */
export function parse(
  usage: string,
  words: readonly string[],
): { readonly args: readonly string[]; readonly values: Values } {
  const syntax = syntaxOf(usage);
  const options = [...syntax.options, ...syntaxOf(EVERYWHERE).options];
  const { values, positionals: args } = parsed(options, words, usage);
  const isHelp = values.help === true;
  if (!isHelp && (args.length < syntax.required || args.length > syntax.args.length))
    throw usageError(`usage: latchkey ${usage}`);
  for (const { name, choices } of options) {
    const value = values[name];
    if (typeof value === 'string') requireChoice(`--${name}`, value, choices);
  }
  if (!isHelp) requireChoice(`latchkey ${syntax.words.join(' ')}: what follows`, args[0], syntax.choices);
  return { args, values };
}

function parsed(options: readonly Option[], words: readonly string[], usage: string) {
  const declared = options.map(({ name, value, isRepeatable }) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', multiple: isRepeatable } as const,
  ]);
  try {
    const result = parseArgs({
      args: [...words],
      options: Object.fromEntries(declared),
      allowPositionals: true,
    });
    return result as { readonly values: Values; readonly positionals: readonly string[] };
  } catch (error) {
    // Its second sentence is about `--`, which helps nobody here.
    throw usageError(`${(error as Error).message.split('. ')[0]}\nusage: latchkey ${usage}`);
  }
}

function requireChoice(what: string, value: string | undefined, choices: readonly string[]): void {
  if (value === undefined || choices.length === 0 || choices.includes(value)) return;
  throw usageError(`${what} must be one of ${choices.join(', ')}.`);
}

/** The text of an option; undefined where it is not there. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The texts of an option that may come again; undefined where it is not there. */
export function texts(values: Values, name: string): readonly string[] | undefined {
  const value = values[name];
  return Array.isArray(value) ? value : undefined;
}

/** The whole number that an option has; undefined where it is not there. Throws `CliError` for another text. */
export function wholeNumber(values: Values, name: string, least = 1): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value);
  throw usageError(`--${name} must be a whole number, ${least} or more.`);
}
