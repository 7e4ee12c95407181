import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

function instanceOf(exported: string, module = 'index') {
  const lines: string[] = [];
  const instance = new FunctionInstance({
    directory,
    handler: `${module}.${exported}`,
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

test('why a module does not load is told, though nobody has called it, and its thread ends', async () => {
  const beats = join(directory, 'beats');
  const beating = `import { appendFileSync } from 'node:fs';
    setInterval(() => appendFileSync(${JSON.stringify(beats)}, '.'), 5);`;
  writeFileSync(join(directory, 'broken.mjs'), `${beating}\nthrow new RangeError('not here');`);
  const { instance, lines } = instanceOf('handler', 'broken');
  await instance.started;
  expect([instance.usable, lines]).toEqual([false, ['RangeError: not here']]);
  let before = -1;
  const isOver = () => {
    const { size } = statSync(beats, { throwIfNoEntry: false }) ?? { size: 0 };
    const isSame = size === before;
    before = size;
    return isSame;
  };
  await expect.poll(isOver, { interval: 200 }).toBe(true);
  expect(await instance.execute('{}')).toMatchObject({
    kind: 'failed',
    error: { errorMessage: 'not here' },
  });
});
