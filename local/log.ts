/** Where the stack writes: one readable line a call, never a header, a body or a token. */
export interface Logger {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** The log of a caller that passes `log: null`. */
export const silent: Logger = { info() {}, warn() {}, error() {} };

/** Nobody reads faster, and a write for each line would be a twentieth of a request's CPU. */
const GATHERED_MILLISECONDS = 20;

/** Lines for people: the time of day, then the line; warnings and errors say so. */
export function terminalLog(out: NodeJS.WritableStream = process.stdout): Logger {
  let lines = '';
  const flush = () => {
    out.write(lines);
    lines = '';
  };
  const write = (level: string) => (line: string) => {
    if (lines === '') setTimeout(flush, GATHERED_MILLISECONDS).unref();
    lines += `${new Date().toISOString().slice(11, 23)} ${level}${line}\n`;
  };
  process.once('exit', flush);
  return { info: write(''), warn: write('WARN '), error: write('ERROR ') };
}
