import { Person } from '../mcp/person.ts';
import { type Account, PASSWORD } from '../support/stack.ts';
import type { Outcome, Terminal } from './terminal.ts';

/** Signs in by the device grant: the account's person opens the page that was named, enters the code, and decides. */
export function logIn(
  terminal: Terminal,
  url: string,
  { email }: Account,
  decision: 'allow' | 'deny' = 'allow',
): Promise<Outcome> {
  let decided: Promise<unknown> | undefined;
  return terminal.run(['login', '--url', url], {
    onStderr: (text) => {
      const [, page, code] = /Open (\S+) and enter the code (\S+)\./.exec(text) ?? [];
      if (code === undefined) return;
      const person = new Person({ email, password: PASSWORD });
      // It ends on a page that leads nowhere.
      decided ??= person
        .decide(new URL(`${page}?user_code=${code}`), 'nowhere:', decision)
        .catch(() => undefined);
    },
    // The server lets a device ask for the first time as soon as it likes.
    io: { sleep: async () => void (await decided) },
  });
}
