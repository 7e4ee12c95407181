/** Where the stack writes: one readable line a call, never a header, a body or a token. */
export interface Logger {
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** The log of a caller that passes `log: null`. */
export const silent: Logger = { info() {}, warn() {}, error() {} };

/** Lines for people: the time of day, then the line; warnings and errors say so. */
export function terminalLog(out: NodeJS.WritableStream = process.stdout): Logger {
  const write = (level: string) => (line: string) => {
    out.write(`${new Date().toISOString().slice(11, 23)} ${level}${line}\n`);
  };
  return { info: write(''), warn: write('WARN '), error: write('ERROR ') };
}
