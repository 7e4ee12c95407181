import { parseArgs } from 'node:util';
import { Problem } from '../lambdas/kernel/problem.ts';
import { ConfigError } from '../lib/config.ts';
import type { Command, CommandOptions, Report } from './command.ts';
import { auditCommands } from './commands/audit.ts';
import { backupCommands } from './commands/backup.ts';
import { importCommands } from './commands/import.ts';
import { keyCommands } from './commands/keys.ts';
import { operatorCommands } from './commands/operators.ts';
import { recoverCommands } from './commands/recover.ts';
import { rightsCommands } from './commands/rights.ts';
import { signingKeyCommands } from './commands/signing-keys.ts';
import { stackCommands } from './commands/stack.ts';
import { tenantCommands } from './commands/tenants.ts';
import { userCommands } from './commands/users.ts';
import type { Surroundings } from './surroundings.ts';
import { OpsError, type TargetOptions, targetOf } from './target.ts';

/** Every command there is: `help` prints this list. */
const COMMANDS: readonly Command[] = [
  ...tenantCommands,
  ...keyCommands,
  ...importCommands,
  ...userCommands,
  ...operatorCommands,
  ...rightsCommands,
  ...auditCommands,
  ...signingKeyCommands,
  ...stackCommands,
  ...recoverCommands,
  ...backupCommands,
];

const everywhere = ({ serve, deploy }: Surroundings) => `
Where:   the stack that is noted in .latchkey: by "${serve}" while it runs,
         by "${deploy}"
         --stack NAME, --url URL, --port N    one of several
         --outputs FILE    of another such file
         --table NAME --secret ARN --assertion-secret ARN [--endpoint URL]    instead of a file
How:     --dry-run         say what would change, and change nothing
         --json            print JSON`;

/** The words of a command, what it takes after them, and its options, as its usage says them. */
interface Syntax {
  readonly words: readonly string[];
  readonly args: number;
  readonly options: ReadonlySet<string>;
}

/** Runs a command for operators, and prints what it says. Sets `process.exitCode` where it fails. */
export async function ops(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  try {
    await run(argv, surroundings);
  } catch (error) {
    const known = error instanceof OpsError || error instanceof Problem || error instanceof ConfigError;
    const cause = error instanceof Problem && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    console.error(known ? `${error.message}${cause}` : error);
    process.exitCode = 1;
  }
}

async function run(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  const { where, json, isHelp, options, positionals } = parse(argv, surroundings);
  if (isHelp || positionals.length === 0 || positionals[0] === 'help') return console.log(help(surroundings));
  const command = commandOf(positionals, surroundings);
  const { words, args: expected, options: known } = syntaxOf(command.usage);
  const args = positionals.slice(words.length);
  if (args.length !== expected) throw new OpsError(`usage: ${surroundings.ops} ${command.usage}`);
  for (const option of Object.keys(options)) {
    if (!known.has(option)) throw new OpsError(`"${words.join(' ')}" takes no --${option}.`);
  }
  const log = json ? console.error : console.log;
  print(await command.run(args, options, targetOf(where, surroundings), log), json);
}

/** Of the commands whose words were said, the one with the most. */
function commandOf(positionals: readonly string[], surroundings: Surroundings): Command {
  const said = COMMANDS.filter(({ usage }) =>
    syntaxOf(usage).words.every((word, index) => positionals[index] === word),
  );
  const [command] = said.sort((a, b) => syntaxOf(b.usage).words.length - syntaxOf(a.usage).words.length);
  if (command !== undefined) return command;
  throw new OpsError(`There is no command "${positionals.join(' ')}".\n\n${help(surroundings)}`);
}

function syntaxOf(usage: string): Syntax {
  const options = new Set(Array.from(usage.matchAll(/--([a-z-]+)/g), ([, name = '']) => name));
  const plain = usage.split(/ \[?--/, 1)[0]?.split(' ') ?? [];
  const words = plain.filter((word) => /^[a-z-]+$/.test(word));
  return { words, args: plain.length - words.length, options };
}

function help(surroundings: Surroundings): string {
  const width = Math.max(...COMMANDS.map(({ usage }) => usage.length));
  const lines = COMMANDS.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  return [`usage: ${surroundings.ops} COMMAND`, '', ...lines, everywhere(surroundings)].join('\n');
}

function parse(
  args: readonly string[],
  surroundings: Surroundings,
): {
  readonly where: TargetOptions;
  readonly json: boolean;
  readonly isHelp: boolean;
  readonly options: CommandOptions;
  readonly positionals: readonly string[];
} {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const where = {
    stack: text,
    url: text,
    port: text,
    outputs: text,
    table: text,
    secret: text,
    'assertion-secret': text,
    endpoint: text,
  };
  const own = {
    tenant: text,
    workspace: text,
    'created-by': text,
    'older-than-days': text,
    actor: text,
    action: text,
    target: text,
    limit: text,
    to: text,
    from: text,
    into: text,
    except: text,
    'public-key': text,
    'private-key': text,
    'accept-gap': flag,
    'dry-run': flag,
    print: flag,
    off: flag,
    delete: flag,
    decide: flag,
  };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...where, ...own, json: flag, help: { ...flag, short: 'h' } },
      allowPositionals: true,
    });
    const {
      stack,
      url,
      port,
      outputs,
      table,
      secret,
      endpoint,
      json = false,
      help: isHelp = false,
      ...others
    } = values;
    const { 'assertion-secret': assertionSecret, ...options } = others;
    return {
      where: { stack, url, port, outputs, table, secret, assertionSecret, endpoint },
      json,
      isHelp,
      options,
      positionals,
    };
  } catch (error) {
    throw new OpsError(`${(error as Error).message}\n\n${help(surroundings)}`);
  }
}

function print(report: Report, asJson: boolean): void {
  if (asJson) console.log(JSON.stringify(report, null, 2));
  else if (isRows(report)) printRows(report);
  else for (const [name, value] of Object.entries(report)) printField(name, value);
}

function printField(name: string, value: unknown): void {
  if (isRows(value)) {
    console.log(`${name}:`);
    printRows(value);
  } else console.log(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

/** Things with fields, which a table shows; a list of texts is none. */
function isRows(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.every((row) => typeof row === 'object');
}

function printRows(rows: readonly object[]): void {
  if (rows.length === 0) console.log('None.');
  else console.table(rows);
}
