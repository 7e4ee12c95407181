import type { Command, Programs } from '../command.ts';
import { completion, SHELLS, type Shell } from '../completion.ts';

/** The command that prints the completion of all others, and of itself. */
export function completionCommand(others: readonly Command[], programs: Programs): Command {
  const command: Command = {
    usage: `completion ${SHELLS.join('|')}`,
    summary: 'Print the script that completes commands in your shell',
    run: async ({ args: [shell], io }) => {
      io.stdout.write(completion(shell as Shell, [...others, command], programs));
    },
  };
  return command;
}
