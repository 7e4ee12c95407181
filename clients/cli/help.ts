import type { Command, Programs } from './command.ts';

const FOOT = `
Everywhere:
  --url URL    the deployment; else LATCHKEY_URL, else the one you signed in to last
  --json       print JSON
  --help       show this of one command

LATCHKEY_API_KEY is used before what latchkey login keeps.
Exit codes: 0 ok, 1 failed, 2 usage, 3 not signed in, 4 forbidden, 5 not found or conflict, 6 limited or unavailable,
130 interrupted.`;

/** All commands, and the programs that have a help of their own. */
export function help(commands: readonly Command[], programs: Programs): string {
  const own = Object.entries(programs).map(([name, { summary }]) => ({ usage: `${name} …`, summary }));
  const lines = [...commands, ...own].map(({ usage, summary }) => `  ${usage}\n      ${summary}`);
  return ['usage: latchkey COMMAND', '', ...lines, FOOT].join('\n');
}

export const helpOf = ({ usage, summary }: Command) => `usage: latchkey ${usage}\n\n${summary}.\n${FOOT}`;
