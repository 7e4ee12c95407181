import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import type { Io } from './io.ts';

/** Asks the person at the terminal; anything but yes is no. Throws `CliError` where there is nobody to ask. */
export async function requireConfirmation(question: string, isConfirmed: boolean, io: Io): Promise<void> {
  if (isConfirmed) return;
  if (io.stdin.isTTY !== true || io.stderr.isTTY !== true)
    throw usageError('There is no terminal to ask at: --yes says that you are sure.');
  const answer = await ask(`${question} [y/N] `, io);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.failed, 'Nothing was done.');
}

function ask(question: string, io: Io): Promise<string> {
  return new Promise((resolve, reject) => {
    const line = createInterface({ input: io.stdin, output: io.stderr, terminal: false });
    const stop = () => {
      reject(io.signal.reason);
      line.close();
    };
    io.signal.addEventListener('abort', stop, { once: true });
    line.on('close', () => resolve(''));
    io.stderr.write(question);
    line.once('line', (text) => {
      io.signal.removeEventListener('abort', stop);
      resolve(text);
      line.close();
    });
  });
}

/** More than any key has: what is longer was piped by mistake. */
const MAX_INPUT = 16_384;

/** All that stdin has, without blanks around it. */
export async function readInput(io: Io): Promise<string> {
  let input = '';
  for await (const chunk of io.stdin) {
    input += String(chunk);
    if (input.length > MAX_INPUT) throw usageError('What was piped is too long for a key.');
  }
  return input.trim();
}

/** Opens a page in the person's browser, if there is one. Only http and https: a system runs some other schemes. */
export function openBrowser(url: string, { platform, env }: Io): void {
  if (!URL.canParse(url)) return;
  const { protocol, href } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return;
  const [program, ...args] = openerOf(platform);
  if (program === undefined) return;
  const child = spawn(program, [...args, href], { env: { ...env }, stdio: 'ignore', detached: true });
  // Without one, the address that was printed is opened by hand.
  child.on('error', () => {});
  child.unref();
}

/** Not `start`, which is the shell's own and reads `&` in an address as the end of it. */
function openerOf(platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') return ['open'];
  return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open'];
}
