import type { Command, Programs } from './command.ts';
import { auditCommands } from './commands/audit.ts';
import { completionCommand } from './commands/completion.ts';
import { envCommands } from './commands/env.ts';
import { keyCommands } from './commands/keys.ts';
import { loginCommands } from './commands/login.ts';
import { mcpCommand } from './commands/mcp.ts';
import { usageCommands } from './commands/usage.ts';
import { whoamiCommands } from './commands/whoami.ts';
import { EXIT, type ExitCode, usageError } from './exit-codes.ts';
import { report } from './failure.ts';
import { help, helpOf } from './help.ts';
import type { Io } from './io.ts';
import { parse, syntaxOf } from './syntax.ts';

/** Commands of a deployment: `help` prints this list. */
const COMMANDS: readonly Command[] = [
  ...loginCommands,
  ...whoamiCommands,
  ...keyCommands,
  ...usageCommands,
  ...auditCommands,
  ...envCommands,
];

export interface CliOptions {
  /** Of `--version`. */
  readonly version: string;
  /** What help and completion name besides; whoever calls this runs them. */
  readonly programs: Programs;
}

/** Runs a command line; gives the exit code. It never throws. */
export async function cli(
  args: readonly string[],
  io: Io,
  { version, programs }: CliOptions,
): Promise<number> {
  const own = [...COMMANDS, mcpCommand(version)];
  const commands = [...own, completionCommand(own, programs)];
  try {
    const [first = 'help'] = args;
    if (first === '--version') return print(io, version);
    if (first === '--help' || (first === 'help' && args.length < 2))
      return print(io, help(commands, programs));
    const words = first === 'help' ? [...args.slice(1), '--help'] : args;
    const command = commandOf(words, commands);
    const { args: given, values } = parse(command.usage, words.slice(syntaxOf(command.usage).words.length));
    if (values.help === true) return print(io, helpOf(command));
    await command.run({ args: given, values, io });
    return EXIT.ok;
  } catch (error) {
    return report(error, io, args.includes('--json'));
  }
}

function print(io: Io, text: string): ExitCode {
  io.stdout.write(`${text}\n`);
  return EXIT.ok;
}

/** The command whose words these begin with. Throws `CliError` where there is none. */
function commandOf(words: readonly string[], commands: readonly Command[]): Command {
  const command = commands.find(({ usage }) =>
    syntaxOf(usage).words.every((word, index) => words[index] === word),
  );
  if (command !== undefined) return command;
  const [first = ''] = words;
  const group = commands.filter(({ usage }) => usage.startsWith(`${first} `));
  if (group.length > 0)
    throw usageError(
      group.map(({ usage }, index) => `${index ? '      ' : 'usage:'} latchkey ${usage}`).join('\n'),
    );
  throw usageError(`There is no command "${first}": latchkey help lists them.`);
}
