import { Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { CliError, EXIT } from '../../clients/cli/exit-codes.ts';
import { report } from '../../clients/cli/failure.ts';
import type { Io } from '../../clients/cli/io.ts';
import { type Columns, Output, printable } from '../../clients/cli/output.ts';
import { poll } from '../../clients/cli/poll.ts';
import {
  ConflictError,
  ConnectionError,
  LatchkeyError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
} from '../../clients/typescript/src/index.ts';

/** What is printed to an output that is a terminal or none. */
function screen({ isTTY = false, env = {} }: { isTTY?: boolean; env?: Record<string, string> } = {}) {
  let text = '';
  const stream = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    }),
    { isTTY },
  );
  const slept: number[] = [];
  const sleep = async (seconds: number) => void slept.push(seconds);
  const { signal } = new AbortController();
  const io = { stdout: stream, stderr: stream, env, signal, sleep } as unknown as Io;
  return { io, slept, text: () => text };
}

const COLUMNS: Columns<{ id: string; status: string }> = {
  id: ({ id }) => id,
  status: ({ status }) => status,
};
const ROWS = [
  { id: 'k1', status: 'active' },
  { id: 'longer', status: 'revoked' },
];

describe('a table', () => {
  test('is aligned, and plain where no terminal is', () => {
    const { io, text } = screen();
    new Output(io, {}).rows(ROWS, COLUMNS);
    expect(text()).toBe('id      status\nk1      active\nlonger  revoked\n');
  });

  test('has colours at a terminal, but for whoever asks for none', () => {
    const seen = [{}, { NO_COLOR: '1' }, { TERM: 'dumb' }].map((env) => {
      const { io, text } = screen({ isTTY: true, env });
      new Output(io, {}).rows(ROWS, COLUMNS);
      return text().includes('\u001b[');
    });
    expect(seen).toEqual([true, false, false]);
  });

  test('is JSON as it is for programs', () => {
    const { io, text } = screen({ isTTY: true });
    new Output(io, { json: true }).rows(ROWS, COLUMNS);
    expect(JSON.parse(text())).toEqual(ROWS);
  });

  test('without rows says so, and as JSON is empty', () => {
    const [people, programs] = [screen(), screen()];
    new Output(people.io, {}).rows([], COLUMNS);
    new Output(programs.io, { json: true }).rows([], COLUMNS);
    expect([people.text(), programs.text()]).toEqual(['None.\n', '[]\n']);
  });
});

test.each([
  ['a sequence that writes into the title', '\u001b]0;owned\u0007'],
  ['a C1 control', '\u009b31m'],
  ['a new line', 'a\nb'],
  ['a text that runs backwards', 'a\u202eb'],
  ['what cannot be seen', 'a\u200bb'],
  ['a second text in tags', 'a\u{e0062}\u{e0063}'],
])('%s does not reach the terminal', (_name, text) => {
  const { io, text: shown } = screen();
  new Output(io, {}).rows([{ id: text, status: text }], COLUMNS);
  new Output(io, {}).fields({ name: text });
  new Output(io, { json: true }).fields({ name: text });
  expect(JSON.parse(/^\{[\s\S]*^\}$/m.exec(shown())?.[0] ?? '')).toEqual({ name: text });
  const error = new LatchkeyError(text, { errors: [{ field: text, message: text }] });
  for (const isJson of [false, true]) report(error, io, isJson);
  expect(shown().replaceAll('\n', '')).not.toMatch(
    /[\u0000-\u001f\u007f-\u009f\u200b\u202e\u{e0000}-\u{e007f}]/u,
  );
  expect(shown()).toContain(`latchkey: ${printable(text)}\n`);
  expect(printable('Größe – 東京 ❤️')).toBe('Größe – 東京 ❤️');
});

describe('an error', () => {
  test.each([
    [new PermissionError('no'), EXIT.forbidden],
    [new NotFoundError('no'), EXIT.notFoundOrConflict],
    [new ConflictError('no'), EXIT.notFoundOrConflict],
    [new LatchkeyError('gone', { status: 410 }), EXIT.notFoundOrConflict],
    [new RateLimitError('no', { retryAfter: 7 }), EXIT.unavailable],
    [new ServerError('no'), EXIT.unavailable],
    [new ConnectionError('no'), EXIT.unavailable],
    [new CliError(EXIT.notSignedIn, 'no'), EXIT.notSignedIn],
    [new Error('a defect'), EXIT.failed],
  ])('%s ends with its code', (error, code) => {
    expect(report(error, screen().io, false)).toBe(code);
  });

  test('says when to come again', () => {
    const { io, text } = screen();
    report(new RateLimitError('Too many requests.', { retryAfter: 7 }), io, false);
    expect(text()).toBe('latchkey: Too many requests.\n  Try again in 7 s.\n');
  });
});

describe('what is watched', () => {
  test('is asked for again after the time that a 429 says, and less often of a server that is away', async () => {
    const { io, slept, text } = screen();
    const ask = vi
      .fn<() => Promise<void>>()
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new RateLimitError('Too many.', { retryAfter: 33 }))
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new ConnectionError('Lost.'))
      .mockRejectedValueOnce(new ServerError('Away.'))
      .mockRejectedValueOnce(new PermissionError('No longer.'));
    await expect(poll(ask, 5, io)).rejects.toThrow('No longer.');
    expect(slept).toEqual([5, 33, 5, 10, 20]);
    expect(text()).toContain('Too many. Trying again in 33 s.');
  });

  test('ends at once where the first look fails', async () => {
    const { io, slept } = screen();
    await expect(poll(() => Promise.reject(new RateLimitError('Too many.')), 5, io)).rejects.toThrow();
    expect(slept).toEqual([]);
  });
});
