/** `npx latchkey dev` in a folder, as its users run it, and calls of the APIs that it serves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Dev {
  /** The outputs of the app's stack, by their names. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly printed: () => string;
  stop(): Promise<void>;
}

/** Starts it. Rejects with what it printed when it ends before it is ready. */
export async function startDev(folder: string, variables: NodeJS.ProcessEnv = {}): Promise<Dev> {
  const child = spawn('npx', ['--no-install', 'latchkey', 'dev', '--port', '0'], {
    cwd: folder,
    env: { ...process.env, ...variables },
    // A group of its own, so that what `npx` starts ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const notes = join(folder, '.latchkey/local');
  const isReady = () => existsSync(notes) && readdirSync(notes).length > 0 && printed.includes('Ready');
  while (!isReady()) {
    if (child.exitCode !== null) throw new Error(`latchkey dev ended with ${child.exitCode}:\n${printed}`);
    await sleep(50);
  }
  const [note = ''] = readdirSync(notes);
  const stacks = JSON.parse(readFileSync(join(notes, note), 'utf8'));
  return {
    outputs: Object.assign({}, ...Object.values<object>(stacks)),
    printed: () => printed,
    stop: () => stop(child),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = once(child, 'close');
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}

/** The URL of the app's one Latchkey. */
export function doorOf({ outputs }: Dev): string {
  const found = Object.entries(outputs).find(([name]) => /^LatchkeyApiUrl[0-9A-F]{8}$/.test(name));
  return found?.[1] ?? '';
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an answer holds.
  readonly body: any;
}

export async function call(
  target: string,
  headers: Readonly<Record<string, string>> = {},
  json?: object,
): Promise<Answer> {
  const [method = '', url = ''] = target.split(' ');
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(json === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Somebody who has an account at a door, with a key that may do all, and one that may only read. */
export async function customer(door: string) {
  const who = { email: `${crypto.randomUUID()}@example.com`, password: 'YourSecurePassword123!' };
  const { body: account } = await call(`POST ${door}/v1/auth/onboard`, {}, who);
  const { body: login } = await call(`POST ${door}/v1/auth/login`, {}, who);
  const bearer = { authorization: `Bearer ${login.access_token}` };
  const { body: reader } = await call(`POST ${door}/v1/api-keys`, bearer, {
    name: 'reader',
    scopes: ['read'],
  });
  return {
    tenantId: account.tenant_id as string,
    key: { 'x-api-key': account.api_key as string },
    readingKey: { 'x-api-key': reader.key as string },
  };
}
