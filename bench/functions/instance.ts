/**
 * The handler that stands in a function's place in the local stack: it hands each event to a process of the function
 * (`process.ts`), and tells of what that took. All that the template gives the function, the process has.
 */
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BroadcastChannel, workerData } from 'node:worker_threads';
import { AWSLAMBDA, type InvocationStream } from '../../local/lambda/response-stream.ts';
import type { WorkerStart } from '../../local/lambda/worker.ts';
import { CHANNEL, type Invocation, type ProcessMessage, type ToldSample } from './sample.ts';

interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

interface Waiting {
  readonly invocation: Invocation;
  readonly output?: InvocationStream;
  resolve(payload: string): void;
  reject(error: Error): void;
}

const { directory, functionName, memoryMegabytes, standInHosts } = workerData as WorkerStart;
// Written once the stack serves: what is called before speaks to the services without TLS.
const overTls = fileURLToPath(new URL('over-tls.json', import.meta.url));
const child = fork(
  fileURLToPath(new URL('process.mjs', import.meta.url)),
  [directory, JSON.stringify(standInHosts)],
  {
    // V8 sizes its heap by the memory that it finds, of which this machine has more than the function.
    execArgv: [`--max-heap-size=${memoryMegabytes}`],
    env: { ...process.env, ...(existsSync(overTls) ? JSON.parse(readFileSync(overTls, 'utf8')) : {}) },
    // Its log goes nowhere, as in the other measurements.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  },
);
const told = new BroadcastChannel(CHANNEL);
const waiting: Waiting[] = [];
const started = Promise.withResolvers<boolean>();
child.on('message', (message: ProcessMessage) => receive(message));
child.on('exit', (code) => {
  const error = new Error(`The process of ${functionName} has ended with ${code}.`);
  started.reject(error);
  for (const each of waiting.splice(0)) each.reject(error);
});

function receive(message: ProcessMessage): void {
  switch (message.type) {
    case 'started':
      started.resolve(message.isStreaming);
      break;
    case 'chunk':
      waiting[0]?.output?.write(Buffer.from(message.bytes));
      break;
    case 'failed':
      waiting.shift()?.reject(new Error(message.error));
      break;
    case 'done': {
      const done = waiting.shift();
      const { Records = [] } = JSON.parse(done?.invocation.event ?? '{}');
      told.postMessage({ ...message.sample, functionName, records: Records.length } satisfies ToldSample);
      done?.resolve(message.payload);
    }
  }
}

function invoke(event: unknown, context: Context, output?: InvocationStream): Promise<string> {
  const invocation = {
    event: JSON.stringify(event),
    deadlineEpochMilliseconds: Date.now() + context.getRemainingTimeInMillis(),
    requestId: context.awsRequestId,
  };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  waiting.push({ invocation, ...(output === undefined ? {} : { output }), resolve, reject });
  child.send(invocation);
  return promise;
}

/** Runs an event of the function. */
export const handler = (await started.promise)
  ? AWSLAMBDA.streamifyResponse(async (event: unknown, output: InvocationStream, context: Context) => {
      await invoke(event, context, output);
    })
  : async (event: unknown, context: Context) => JSON.parse(await invoke(event, context));
