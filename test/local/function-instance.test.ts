import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FunctionInstance } from '../../local/lambda/function-instance.ts';

const CODE = `
export const handler = async ({ parts }) => {
  for (const part of parts) process.stdout.write(part);
  console.error('to', 'stderr');
  return parts.length;
};
export const hangs = () => {
  console.log('before');
  for (;;);
};
export const ends = () => {
  process.stdout.write('the last words');
  process.exit(1);
};
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(directory, 'index.mjs'), CODE);
});
afterAll(() => rmSync(directory, { recursive: true }));

function instanceOf(exported: string) {
  const lines: string[] = [];
  const instance = new FunctionInstance({
    directory,
    handler: `index.${exported}`,
    functionName: 'prints',
    functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:prints',
    memoryMegabytes: 128,
    standInHosts: [],
    environment: {},
    timeoutMilliseconds: 300,
    print: (line) => lines.push(line),
  });
  return { instance, lines };
}

test('what a function prints comes as lines, in the order in which it prints, before its result', async () => {
  const { instance, lines } = instanceOf('handler');
  const event = JSON.stringify({ parts: ['a line\nhalf ', 'a line', '\n', 'ünïcode\n\n', 'no end, '] });
  expect(await instance.execute(event)).toEqual({ kind: 'returned', payload: '5' });
  expect(lines).toEqual(['a line', 'half a line', 'ünïcode', '', 'no end, to stderr']);
  await instance.stop();
});

test('what a function prints before it blocks its thread, or ends it, is not lost', async () => {
  const hanging = instanceOf('hangs');
  expect(await hanging.instance.execute('{}')).toMatchObject({ kind: 'failed' });
  expect(hanging.lines[0]).toBe('before');
  const ending = instanceOf('ends');
  expect(await ending.instance.execute('{}')).toMatchObject({
    kind: 'failed',
    error: { errorType: 'Runtime.ExitError' },
  });
  expect(ending.lines[0]).toBe('the last words');
});
