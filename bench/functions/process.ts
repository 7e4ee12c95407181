/**
 * One instance of a function in a process of its own, as Lambda has it, so that its CPU and its memory are the function's and
 * Node's alone. It is bundled (`measured-assembly.ts`): nothing that strips types is in its memory.
 * Arguments: the folder of the function's code, and the hosts that stand on this machine as JSON.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { AWSLAMBDA, InvocationStream, isStreaming } from '../../local/lambda/response-stream.ts';
import type { Invocation, ProcessMessage } from './sample.ts';

type Handler = (event: unknown, ...rest: unknown[]) => unknown;

const [, , directory = '', hosts = '[]'] = process.argv;
const send = (message: ProcessMessage, sent = () => {}) =>
  process.send?.(message, undefined, undefined, sent);

let [underWay, waits] = [0, 0];
// Ours is Node's client; `fetch` is a package's.
for (const start of ['http.client.request.start', 'undici:request:create'])
  subscribe(start, () => {
    if (underWay === 0) waits += 1;
    underWay += 1;
  });
for (const end of [
  'http.client.response.finish',
  'http.client.request.error',
  'undici:request:trailers',
  'undici:request:error',
])
  subscribe(end, () => {
    underWay = Math.max(0, underWay - 1);
  });

// Who is looked up and connected to is of interest for one function; Node's modules for it would be loaded for all.
if (hosts !== '[]') (await import('../../local/lambda/stand-in-hosts.ts')).standInFor(JSON.parse(hosts));
Object.assign(globalThis, { awslambda: AWSLAMBDA });
let importCpuMs: number | undefined;
const handler = await load();

async function load(): Promise<Handler> {
  const before = process.cpuUsage();
  const loaded = await import(pathToFileURL(join(directory, 'index.mjs')).href);
  importCpuMs = millisecondsSince(before);
  return loaded.handler;
}

// As on Lambda an instance has one invocation at a time.
let last = Promise.resolve();
process.on('message', (invocation: Invocation) => {
  last = last.then(() => run(invocation));
});
process.on('disconnect', () => process.exit());
send({ type: 'started', isStreaming: isStreaming(handler) });

async function run({ event, deadlineEpochMilliseconds, requestId }: Invocation): Promise<void> {
  const context = {
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadlineEpochMilliseconds - Date.now()),
  };
  [underWay, waits] = [0, 0];
  const before = process.cpuUsage();
  try {
    const payload = isStreaming(handler)
      ? await stream(event, context)
      : JSON.stringify(await handler(JSON.parse(event), context));
    const sample = { cpuMs: millisecondsSince(before), waits, peakMb: peakMb() };
    const told = importCpuMs === undefined ? sample : { ...sample, importCpuMs };
    importCpuMs = undefined;
    send({ type: 'done', payload: payload ?? 'null', sample: told });
  } catch (error) {
    send({ type: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

async function stream(event: string, context: object): Promise<string> {
  const output = new InvocationStream('', ({ bytes }) => send({ type: 'chunk', bytes }, () => output.goOn()));
  await handler(JSON.parse(event), output, context);
  if (!output.writableEnded) output.end();
  await finished(output);
  return '';
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** `maxRSS` of a new process begins with its parent's; the kernel's own mark is of this program alone (proc_pid_status(5)). */
function peakMb(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
