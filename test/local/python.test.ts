import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { runtimeEnvironment } from '../../local/lambda/environment.ts';
import { PythonInstance } from '../../local/lambda/python-instance.ts';

const root = mkdtempSync(join(tmpdir(), 'latchkey-python-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let instance: PythonInstance | undefined;
const printed: string[] = [];
afterEach(async () => {
  await instance?.stop();
  printed.length = 0;
});

/** A function of the files, and of the files of a layer. */
function start(
  files: Readonly<Record<string, string>>,
  { handler = 'app.handler', layer = {}, timeoutMilliseconds = 5000 } = {},
): PythonInstance {
  const directory = mkdtempSync(join(root, 'code-'));
  const layerFolder = mkdtempSync(join(root, 'layer-'));
  const write = (folder: string, file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(directory, file, text);
  for (const [file, text] of Object.entries<string>(layer)) write(join(layerFolder, 'python'), file, text);
  const subject = { name: 'it', handler, directory, memoryMegabytes: 128, runtime: 'python3.13' };
  instance = new PythonInstance({
    ...subject,
    functionName: 'it',
    functionArn: 'arn:aws:lambda:us-east-1:0:function:it',
    environment: runtimeEnvironment(subject, { dynamodb: '', apiGateway: '', services: '' }),
    standInHosts: [],
    layers: [layerFolder],
    timeoutMilliseconds,
    print: (line) => printed.push(line),
  });
  return instance;
}

describe('a function in Python', () => {
  test('gets the event and its context, and answers as JSON', async () => {
    const code = [
      'import os',
      'count = 0',
      'def handler(event, context):',
      '    global count',
      '    count += 1',
      '    return {"event": event, "count": count, "name": context.function_name, "arn": context.invoked_function_arn,',
      '            "memory": context.memory_limit_in_mb, "region": os.environ["AWS_REGION"]}',
    ].join('\n');
    const python = start({ 'app.py': code });
    const [first, second] = await Promise.all([python.execute('{"a":"ü"}'), python.execute('{}')]);
    expect(first).toMatchObject({ kind: 'returned' });
    expect(JSON.parse((first as { payload: string }).payload)).toEqual({
      event: { a: 'ü' },
      count: 1,
      name: 'it',
      arn: 'arn:aws:lambda:us-east-1:0:function:it',
      memory: '128',
      region: 'us-east-1',
    });
    expect(JSON.parse((second as { payload: string }).payload).count).toBe(2);
  });

  test('finds its own modules, packages and layers', async () => {
    const python = start(
      {
        'api/main.py': 'import ours, layered\ndef run(event, context):\n    return [ours.NAME, layered.NAME]',
        'ours.py': 'NAME = "ours"',
      },
      {
        handler: 'api/main.run',
        layer: { 'layered.py': 'NAME = "layered"', 'ours.py': 'NAME = "shadowed"' },
      },
    );
    expect(await python.execute('{}')).toEqual({ kind: 'returned', payload: '["ours", "layered"]' });
  });

  test.each([
    [
      'raises',
      'def handler(event, context):\n    raise ValueError("on purpose")',
      'ValueError',
      'on purpose',
      true,
    ],
    ['returns what is no JSON', 'def handler(event, context):\n    return {1, 2}', 'TypeError', 'JSON', true],
    ['cannot be loaded', 'import nothing_such', 'ModuleNotFoundError', 'nothing_such', false],
    ['has no such handler', 'x = 1', 'AttributeError', 'handler', false],
    [
      'ends its process',
      'import os\ndef handler(event, context):\n    os._exit(3)',
      'Runtime.ExitError',
      'exited',
      false,
    ],
  ])('that %s fails, and says why', async (_, code, errorType, message, isUsable) => {
    const python = start({ 'app.py': code });
    expect(await python.execute('{}')).toMatchObject({
      kind: 'failed',
      error: { errorType, errorMessage: expect.stringContaining(message) },
    });
    expect(python.usable).toBe(isUsable);
  });

  test('over its timeout fails, and is used no more', async () => {
    const code = 'import time\ndef handler(event, context):\n    time.sleep(30)';
    const python = start({ 'app.py': code }, { timeoutMilliseconds: 300 });
    expect(await python.execute('{}')).toMatchObject({
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/timed out after 0.30 seconds$/),
      },
    });
    expect(python.usable).toBe(false);
  });

  test('prints line by line, and stopping it prints nothing', async () => {
    const python = start({ 'app.py': 'print("loaded")\ndef handler(event, context):\n    print("called")' });
    await python.execute('{}');
    await expect.poll(() => printed).toEqual(['loaded', 'called']);
    await python.stop();
    expect(printed).toEqual(['loaded', 'called']);
  });
});
