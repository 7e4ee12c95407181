import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ROOMY_TIER } from '../test/support/stack.ts';
import { listen } from './loopback-server.ts';
import type { Effort } from './options.ts';
import { type Estimate, estimate } from './statistics.ts';

/** `npm start` as who tries Latchkey sees it. */
export interface LocalStackResult {
  /** Seconds until it prints "Ready", of a fresh copy of the sources, and again without a change. */
  readonly startSeconds: Estimate;
  readonly restartSeconds: Estimate;
  /** CPU of the stack's own process for a warm request by key, milliseconds; the engine and the caller apart. */
  readonly cpuMsPerRequest: Estimate;
  /** The same of others, each behind Node's own server; null of those that are not installed. */
  readonly peersCpuMsPerRequest: Readonly<Record<Peer, Estimate | null>>;
}

/** Others that check a credential for each call: their scripts in `bench/peers`, and what those are told besides. */
const PEERS = {
  'better-auth': ['better-auth.mjs'],
  'better-auth on disk': ['better-auth.mjs', 'on-disk'],
  'express-gateway': ['express-gateway.mjs'],
  introspection: ['introspection.mjs'],
} as const;
export type Peer = keyof typeof PEERS;
const PEER_NAMES = Object.keys(PEERS) as Peer[];

/** A server that is called, and the process whose CPU counts. */
interface Served {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is sent; a POST then. */
  readonly body?: string;
  /** What the answer has to contain. */
  readonly expected?: string;
  readonly pid: number;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** CPU of a second in which a stack does nothing but look whether there is something to do. */
const QUIET_MILLISECONDS = 50;
const QUIET_WITHIN_SECONDS = 30;
const PEERS_FOLDER = fileURLToPath(new URL('peers/', import.meta.url));
const NOT_SOURCES =
  /^(\.git|node_modules|\.latchkey|cdk\.out|coverage|(bench\/peers|toolchain)\/node_modules)$/;

/** Starts the stack as often as is measured, from a copy in which nothing was built yet, and calls the last one. */
export async function measureLocalStack(
  { starts, localRounds, localCalls }: Effort,
  isInstalled: boolean,
): Promise<LocalStackResult> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-start-'));
  const [startSeconds, restartSeconds]: [number[], number[]] = [[], []];
  try {
    for (let index = 1; index < starts; index += 1) {
      const copy = await copyOfSources(join(folder, String(index)));
      for (const seconds of [startSeconds, restartSeconds]) {
        const stack = await startStack(copy);
        seconds.push(stack.seconds);
        await stack.stop();
      }
    }
    const copy = await copyOfSources(join(folder, 'last'));
    const first = await startStack(copy);
    startSeconds.push(first.seconds);
    await first.stop();
    const stack = await startStack(copy);
    restartSeconds.push(stack.seconds);
    const answering = createServer((_, response) => response.writeHead(200).end('{"valid":true}'));
    // A connection that waits for its turn is not closed.
    answering.keepAliveTimeout = 0;
    const upstream = await listen(answering, new Agent());
    const peers: Awaited<ReturnType<typeof startPeer>>[] = [];
    try {
      // The one that is our own development dependency is always there.
      for (const name of PEER_NAMES)
        if (isInstalled || name === 'introspection') peers.push(await startPeer(name, upstream.endpoint));
      const headers = { 'X-API-Key': await onboarded(stack.url) };
      const ours: Served = { url: `${stack.url}/v1/auth/me`, headers, pid: await stack.pid() };
      await untilQuiet(ours.pid);
      const others = Object.fromEntries(peers.map(({ name, served }) => [name, served]));
      const cpu = await cpuOf({ ours, ...others }, localRounds, localCalls);
      const ofPeers = PEER_NAMES.map((name) => [name, cpu[name] === undefined ? null : estimate(cpu[name])]);
      return {
        startSeconds: estimate(startSeconds),
        restartSeconds: estimate(restartSeconds),
        cpuMsPerRequest: estimate(cpu.ours ?? []),
        peersCpuMsPerRequest: Object.fromEntries(ofPeers) as Record<Peer, Estimate | null>,
      };
    } finally {
      for (const peer of peers) await peer.stop();
      await upstream.stop();
      await stack.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The sources as a clone has them after `npm ci`. */
async function copyOfSources(folder: string): Promise<string> {
  await mkdir(folder);
  for (const name of await readdir(ROOT))
    if (!NOT_SOURCES.test(name))
      await cp(join(ROOT, name), join(folder, name), {
        recursive: true,
        filter: (source) => !NOT_SOURCES.test(relative(ROOT, source)),
      });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'bench.json'), JSON.stringify({ tiers: { free: ROOMY_TIER } }));
  return folder;
}

async function startStack(folder: string) {
  const began = performance.now();
  const child = spawn('npm', ['start', '--', '--port', '0', '--config', 'bench.json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stop = ending(child, () => process.kill(-(child.pid ?? 0), 'SIGTERM'));
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^Ready on (http\S+)/.exec(line) ?? [];
    if (url === undefined) {
      lines.push(line);
      continue;
    }
    const seconds = (performance.now() - began) / 1000;
    child.stdout.resume();
    return { url, seconds, stop, pid: () => descendant(child.pid ?? 0, 'local/start.js') };
  }
  throw new Error(`npm start ended without being ready:\n${lines.join('\n')}`);
}

async function startPeer(name: Peer, upstream: string) {
  const [script, ...further] = PEERS[name];
  const child = spawn(process.execPath, [join(PEERS_FOLDER, script), upstream, ...further], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = ending(child, () => child.kill());
  for await (const line of createInterface({ input: child.stdout })) {
    // It may have something else to say before.
    if (!line.startsWith('{"url"')) continue;
    child.stdout.resume();
    const served: Served = { ...JSON.parse(line), pid: child.pid ?? 0 };
    return { name, served, stop };
  }
  throw new Error(`${name} did not start. Is it installed? npm ci --ignore-scripts --prefix bench/peers`);
}

/** Ends a process, and waits until it is gone. */
function ending(child: ReturnType<typeof spawn>, end: () => void): () => Promise<void> {
  const ended = once(child, 'close');
  return async () => {
    if (child.exitCode === null && child.signalCode === null) end();
    await ended;
  };
}

async function onboarded(url: string): Promise<string> {
  const body = { email: 'bench@example.com', password: 'correct horse battery staple' };
  const response = await fetch(`${url}/v1/auth/onboard`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (response.status !== 201) throw new Error(`Onboarding was refused: ${answer}`);
  const { api_key } = JSON.parse(answer).data ?? JSON.parse(answer);
  return api_key;
}

/** The process below another whose command contains a text: npm and a shell stand between. */
async function descendant(pid: number, command: string): Promise<number> {
  const of = async (parent: number): Promise<number[]> => {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
    const pids = children.split(' ').filter(Boolean).map(Number);
    return [...pids, ...(await Promise.all(pids.map(of))).flat()];
  };
  for (const each of await of(pid)) {
    const [program = '', ...given] = (await readFile(`/proc/${each}/cmdline`, 'utf8')).split('\0');
    if (/node$/.test(program) && given.some((argument) => argument.includes(command))) return each;
  }
  throw new Error(`No process of ${pid} runs ${command}.`);
}

/** Waits until a stack has loaded what it loads in the background, for half a minute at most. */
async function untilQuiet(pid: number): Promise<void> {
  for (let second = 0; second < QUIET_WITHIN_SECONDS; second += 1) {
    const before = await cpuMilliseconds(pid);
    await sleep(1000);
    if ((await cpuMilliseconds(pid)) - before < QUIET_MILLISECONDS) return;
  }
}

/** Milliseconds of CPU of one call by round; the sides take turns, and the one that begins alternates. */
async function cpuOf(
  sides: Readonly<Record<string, Served>>,
  rounds: number,
  calls: number,
): Promise<Readonly<Record<string, number[]>>> {
  const agent = new Agent({ keepAlive: true });
  const names = Object.keys(sides);
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = -2; round < rounds; round += 1)
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const side = sides[name] as Served;
      const before = await cpuMilliseconds(side.pid);
      for (let index = 0; index < calls; index += 1) await callOnce(side, agent);
      if (round >= 0) samples[name]?.push(((await cpuMilliseconds(side.pid)) - before) / calls);
    }
  agent.destroy();
  return samples;
}

/** Time on CPUs of all threads of a process, those of functions among them (the kernel's sched-stats.rst: nanoseconds). */
async function cpuMilliseconds(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(
    threads.map(async (thread) =>
      // A thread may end meanwhile.
      readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0'),
    ),
  );
  return times.reduce((sum, time) => sum + Number(time.split(' ')[0]), 0) / 1_000_000;
}

async function callOnce({ url, headers, body, expected = '' }: Served, agent: Agent): Promise<void> {
  const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent }).end(body);
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  if (response.statusCode !== 200 || !text.includes(expected))
    throw new Error(`${url} answered with ${response.statusCode}: ${text}`);
}
