import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { DynamodbClient } from '../../local/dynamodb/client.ts';
import { startEngine } from '../../local/dynamodb/engine.ts';
import { OPERATOR } from '../../local/lambda/environment.ts';
import { type LocalStack, startStack } from '../../local/stack.ts';
import { awsCaller } from './aws-caller.ts';
import { synthesizeFixture } from './fixture/app.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Addresses of `localhost` that this machine has. */
const LOOPBACK = ['127.0.0.1', '::1'].filter((address) =>
  Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address === address),
);
const running: (LocalStack | ChildProcess)[] = [];
const dataDirectories: string[] = [];
let assemblyDir: string;

beforeAll(() => {
  assemblyDir = synthesizeFixture();
});
afterEach(async () => {
  for (const each of running.splice(0)) await ('stop' in each ? each.stop() : each.kill('SIGKILL'));
  for (const directory of dataDirectories.splice(0)) {
    for (const id of processesWith(directory)) process.kill(Number(id), 'SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
});

const start = async (options: object = {}): Promise<LocalStack> => {
  const stack = await startStack({ assemblyDir, log: null, ...options });
  running.push(stack);
  return stack;
};

function dataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'local-data-'));
  dataDirectories.push(directory);
  return directory;
}

interface Ready {
  readonly child: ChildProcess;
  readonly dynamodbEndpoint: string;
  readonly secretsEndpoint: string;
}

/** A stack in a process of its own, which can be killed. */
async function startProcess(dataDir: string): Promise<Ready> {
  const program = `
    import { startStack } from ${JSON.stringify(join(ROOT, 'local', 'stack.ts'))};
    const stack = await startStack({ assemblyDir: process.argv[1], dataDir: process.argv[2], log: null });
    console.log(JSON.stringify({ dynamodbEndpoint: stack.dynamodbEndpoint, secretsEndpoint: stack.secretsEndpoint }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, assemblyDir, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ...JSON.parse(line) };
}

const callers = ({
  dynamodbEndpoint,
  secretsEndpoint,
}: Pick<LocalStack, 'dynamodbEndpoint' | 'secretsEndpoint'>) => ({
  dynamodb: awsCaller(dynamodbEndpoint, 'DynamoDB_20120810', OPERATOR.accessKeyId),
  secrets: awsCaller(secretsEndpoint, 'secretsmanager', OPERATOR.accessKeyId),
});

/** The ids of processes whose command line holds a text. */
const processesWith = (text: string): string[] =>
  readdirSync('/proc').filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });

/** Killed processes need a moment to be gone. */
async function untilOnly(text: string, expected: readonly string[]): Promise<void> {
  for (let waited = 0; waited < 20_000 && processesWith(text).length > expected.length; waited += 20)
    await delay(20);
}

describe('a stack with a data directory', () => {
  test('that is killed comes back with its items, its secrets and the place in its streams', async () => {
    const dataDir = dataDirectory();
    const first = await startProcess(dataDir);
    const before = callers(first);
    const { TableNames } = await before.dynamodb('ListTables', {});
    const [Items, Seen] = ['Items', 'Seen'].map((name) =>
      TableNames.find((it: string) => it.includes(`-${name}`)),
    );
    await before.dynamodb('PutItem', { TableName: Items, Item: { id: { S: 'kept' } } });
    const exited = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    await exited;

    const second = await start({ dataDir });
    const after = callers(second);
    await second.idle();
    const { Item } = await after.dynamodb('GetItem', { TableName: Items, Key: { id: { S: 'kept' } } });
    expect(Item).toBeDefined();
    const seen = await after.dynamodb('Scan', { TableName: Seen });
    const delivered = seen.Items.filter(({ id }: { id: { S: string } }) => /Everything.* kept$/.test(id.S));
    expect(delivered).toHaveLength(1);
    // Rotated once, at the first start.
    const { SecretString } = await after.secrets('GetSecretValue', { SecretId: second.physicalId('Secret') });
    expect(SecretString).toBe('after first');
  });

  test('that is killed leaves no engine', async () => {
    const dataDir = dataDirectory();
    const { child } = await startProcess(dataDir);
    expect(processesWith(dataDir).length).toBeGreaterThan(1);
    child.kill('SIGKILL');
    await untilOnly(dataDir, []);
    expect(processesWith(dataDir)).toEqual([]);
  });

  test('starts over an engine that a killed stack left, whose watchdog was killed too', async () => {
    const dataDir = dataDirectory();
    const { child } = await startProcess(dataDir);
    const engine = readFileSync(join(dataDir, 'engine.pid'), 'utf8').trim();
    const watchdogs = processesWith(dataDir).filter((id) => id !== engine && Number(id) !== child.pid);
    // Stopped, the stack does not see its watchdog go, and end the engine.
    child.kill('SIGSTOP');
    for (const id of [...watchdogs, child.pid]) process.kill(Number(id), 'SIGKILL');
    await untilOnly(dataDir, [engine]);
    expect(processesWith(dataDir)).toEqual([engine]);
    await start({ dataDir });
    expect(processesWith(dataDir)).not.toContain(engine);
  });

  test('delivers what was written while it was down', async () => {
    const dataDir = dataDirectory();
    const stack = await start({ dataDir });
    const [items, seen] = [stack.physicalId('Items'), stack.physicalId('Seen')];
    await stack.stop();
    const engine = await startEngine(dataDir);
    const write = { TableName: items, Item: { id: { S: 'meanwhile' } } };
    await new DynamodbClient(engine.endpoint).call('PutItem', write);
    await engine.stop();
    const again = await start({ dataDir });
    await again.idle();
    const { Items } = await callers(again).dynamodb('Scan', { TableName: seen });
    expect(JSON.stringify(Items)).toContain('meanwhile');
  });

  test('holds it for itself, and frees it', async () => {
    const dataDir = dataDirectory();
    const stack = await start({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(
      `the data directory ${dataDir} is in use by process ${process.pid}`,
    );
    await stack.stop();
    await start({ dataDir });
  });

  test('keeps all of it for its owner alone, in a directory that was there before too', async () => {
    const dataDir = dataDirectory();
    chmodSync(dataDir, 0o755);
    const stack = await start({ dataDir });
    await callers(stack).dynamodb('PutItem', {
      TableName: stack.physicalId('Items'),
      Item: { id: { S: 'kept' } },
    });
    const modes = readdirSync(dataDir, { recursive: true, withFileTypes: true }).map((each) => {
      const { mode } = statSync(join(each.parentPath, each.name));
      return [each.name, (mode & 0o777).toString(8)];
    });
    expect(modes.map(([name]) => name)).toEqual(
      expect.arrayContaining(['secrets.json', 'dynamodb.sqlite', 'engine.pid', 'lock']),
    );
    expect(modes.filter(([, mode]) => mode !== '600' && mode !== '700')).toEqual([]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });
});

test('the number of a stream’s next record is looked up, not searched among all that there are', async () => {
  const directory = dataDirectory();
  const engine = await startEngine(directory);
  const tables = new DatabaseSync(join(directory, 'dynamodb.sqlite'), { readOnly: true });
  // As the engine asks before each write.
  const [step] = tables
    .prepare(
      'EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = ?',
    )
    .all('table');
  expect(step?.detail).toMatch(/^SEARCH .* USING COVERING INDEX/);
  tables.close();
  await engine.stop();
});

test('a stack without a data directory leaves nothing behind', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'local-temporary-'));
  vi.stubEnv('TMPDIR', directory);
  const stack = await start();
  expect(readdirSync(directory)).toHaveLength(1);
  await stack.stop();
  expect(readdirSync(directory)).toEqual([]);
  vi.unstubAllEnvs();
});

test('a stack takes the DynamoDB engine that it is given', async () => {
  const first = await start();
  const second = await start({ dynamodb: { endpoint: first.dynamodbEndpoint } });
  await callers(second).dynamodb('PutItem', {
    TableName: second.physicalId('Seen'),
    Item: { id: { S: 'shared' } },
  });
  const { Item } = await callers(first).dynamodb('GetItem', {
    TableName: first.physicalId('Seen'),
    Key: { id: { S: 'shared' } },
  });
  expect(Item).toEqual({ id: { S: 'shared' } });
});

describe('npm start', () => {
  /** @param folder where it runs, and notes itself: never where a developer's own stack may be noted */
  const run = (args: readonly string[], folder = dataDirectory()) => {
    const child = spawn(process.execPath, [join(ROOT, 'local', 'start.js'), ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(child);
    return child;
  };
  const complaint = async (child: ChildProcess): Promise<[code: number, text: string]> => {
    let text = '';
    child.stderr?.on('data', (chunk) => {
      text += chunk;
    });
    const [code] = await once(child, 'close');
    return [code, text.trim()];
  };

  test.each([
    [['--prot', '1'], /^Unknown option '--prot'; usage: /],
    [['--port', 'abc'], /^--port must be a number from 0 to 65535, not "abc"; usage: /],
    [['--port', '70000'], /^--port must be a number from 0 to 65535/],
    [['--data', ''], /^an option is empty; usage: /],
    [['extra'], /^Unexpected argument 'extra'/],
    [['--profile', 'nobody'], /^the app cannot be synthesized: .*nobody/],
    [['--upstream', ''], /^an option is empty; usage: /],
    [['--upstream', 'http://localhost:8787/x'], /^--upstream names the port of this stack itself/],
    [['--upstream', 'nothing'], /^the app cannot be synthesized: upstream\.url: must be an https:\/\/ URL/],
    [
      ['--config', 'not-there.json'],
      /^the app cannot be synthesized: config: the file .*not-there\.json.* cannot/,
    ],
  ])('%j is one clear line', async (args, expected) => {
    const [code, text] = await complaint(run(args));
    expect(code).toBe(1);
    expect(text).toMatch(expected);
    expect(text.split('\n')).toHaveLength(1);
  });

  test.each(LOOPBACK)('on a port that is taken at %s says so in one line', async (address) => {
    const other = createServer().listen(0, address);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const [code, text] = await complaint(run(['--port', String(port)]));
    expect([code, text]).toEqual([1, `port ${port} is taken: choose another with --port`]);
    other.close();
  });

  test('says how to use it when it is asked', async () => {
    const child = run(['--help']);
    const [text] = await once(child.stdout, 'data');
    expect(String(text)).toMatch(/^usage: npm start -- .*--profile NAME.*--no-anonymous/);
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  test('is what to run where Node.js is too old to read the rest', async () => {
    const old =
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.9.0" } })';
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(old)}`,
      join(ROOT, 'local', 'start.js'),
    ];
    const [code, text] = await complaint(
      spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect(code).toBe(1);
    expect(text).toMatch(/"npm start"/);
    expect(text.split('\n')).toHaveLength(1);
  });

  test('says what it does before it does it, when it is ready and what to try; it ends cleanly when asked to', async () => {
    const folder = dataDirectory();
    const child = run(['--port', '0', '--data', join(folder, 'data')], folder);
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
    });
    for (let waited = 0; waited < 100_000 && !text.includes('Ctrl-C'); waited += 50) await delay(50);
    // The second line where these sources have been started before, by a developer or an earlier run.
    expect(text).toMatch(
      /^Synthesizing the CDK app \.\.\.\n(Nothing has changed since it was synthesized\.\n)?Starting what the template describes/,
    );
    expect(text).toMatch(/Ready on http:\/\/localhost:\d+ after \d+\.\d s/);
    expect(text.match(/^ {2}curl /gm)).toHaveLength(3);
    expect(text).not.toContain('$URL');
    const notes = () => readdirSync(join(folder, '.latchkey/local'));
    const [, port] = /^ {2}URL=http:\/\/localhost:(\d+)$/m.exec(text) ?? [];
    expect(notes()).toEqual([`${port}.json`]);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(notes()).toEqual([]);
  });

  test('puts an API behind the door, and other fields in force, without a file edited', async () => {
    const api = createHttpServer((request, response) => {
      const tenant = request.headers['x-latchkey-tenant'];
      response.end(JSON.stringify({ path: request.url, tenant }));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const upstream = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const folder = dataDirectory();
    writeFileSync(
      join(folder, 'fields.json'),
      JSON.stringify({ upstream: { url: 'https://other.example', timeoutSeconds: 5 }, stage: 'try' }),
    );
    const args = ['--port', '0', '--upstream', upstream, '--config', 'fields.json'];
    const child = run(args, folder);
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
    });
    for (let waited = 0; waited < 100_000 && !text.includes('Ctrl-C'); waited += 50) await delay(50);
    const [, url = ''] = /^ {2}URL=(.+)$/m.exec(text) ?? [];
    expect(text).toContain(`  ${url}/v1 goes to ${upstream}/v1`);
    const onboarded = await fetch(`${url}/try/v1/auth/onboard`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: 'YourSecurePassword123!' }),
    });
    const { api_key: key, tenant_id: tenant } = (await onboarded.json()) as Record<string, string>;
    const called = await fetch(`${url}/try/v1/stats?a=1`, { headers: { 'x-api-key': key ?? '' } });
    expect(await called.json()).toEqual({ path: '/v1/stats?a=1', tenant });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    api.close();
  });
});
