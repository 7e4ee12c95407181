import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { AWSLAMBDA, InvocationStream, isStreaming } from './response-stream.ts';
import { type StandInHost, standInFor } from './stand-in-hosts.ts';

/** The start data of a function's worker. */
export interface WorkerStart {
  readonly directory: string;
  /** `file.export`, as the template names it. */
  readonly handler: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMegabytes: number;
  readonly standInHosts: readonly StandInHost[];
}

/** One invocation, as it is sent into the worker. */
export interface InvocationRequest {
  readonly id: string;
  /** The event as JSON: a function never shares an object with its caller. */
  readonly event: string;
  readonly deadlineEpochMilliseconds: number;
}

/** A message about an invocation whose response is streamed: more of it may be sent, or nobody listens any more. */
export type StreamMessage = { readonly type: 'more' | 'closed'; readonly id: string };

/** Messages of the worker: that it is up, that its module failed to load, or what an invocation came to. */
export type WorkerMessage =
  | { readonly type: 'started' }
  | { readonly type: 'initialization failed'; readonly error: FunctionErrorPayload }
  | { readonly type: 'returned'; readonly id: string; readonly payload: string }
  /** Of a function that streams: a part of its response, which waits for `more`; and its end. */
  | { readonly type: 'chunk'; readonly id: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'streamed'; readonly id: string }
  /** What the function prints, as it comes: whole lines or parts of one. */
  | { readonly type: 'printed'; readonly text: string }
  | { readonly type: 'threw'; readonly id: string; readonly error: FunctionErrorPayload };

/** The JSON that Lambda returns for a function that throws (Lambda developer guide, nodejs-exceptions). */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

type Handler = (event: unknown, context: object) => unknown;
type StreamingHandler = (event: unknown, stream: InvocationStream, context: object) => unknown;

const start = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker of the local stack');
// A part of a stream is given away, not copied.
const send = (message: WorkerMessage): void =>
  port.postMessage(message, message.type === 'chunk' ? [message.bytes.buffer] : []);
const streams = new Map<string, InvocationStream>();
Object.assign(globalThis, { awslambda: AWSLAMBDA });
for (const stream of [process.stdout, process.stderr]) tellOf(stream);

try {
  standInFor(start.standInHosts);
  const handler = await load(start);
  port.on('message', (message: InvocationRequest | StreamMessage) => {
    if (!('type' in message)) void run(handler, message);
    else if (message.type === 'more') streams.get(message.id)?.goOn();
    else streams.get(message.id)?.destroy(new Error('write EPIPE'));
  });
  send({ type: 'started' });
} catch (error) {
  send({ type: 'initialization failed', error: describe(error) });
  // Whatever the module has left running.
  setImmediate(() => process.exit(1));
}

/** A message for what is printed: a worker's own streams wait after each for leave to go on, which wakes both threads once more. */
function tellOf(stream: NodeJS.WriteStream): void {
  stream._writev = (chunks, done) => {
    send({ type: 'printed', text: chunks.map(({ chunk }) => String(chunk)).join('') });
    done();
  };
}

async function load({ directory, handler }: WorkerStart): Promise<Handler> {
  const [module, exported] = handler.split(/\.(?=[^.]*$)/);
  // The order in which the runtime looks for a module (aws-lambda-nodejs-runtime-interface-client, UserFunction).
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => join(directory, `${module}${extension}`))
    .find(existsSync);
  if (file === undefined) throw new Error(`Cannot find module '${module}'`);
  const exports = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const found = exports[exported ?? ''] ?? (exports.default as Record<string, unknown>)?.[exported ?? ''];
  if (typeof found !== 'function') throw new Error(`${handler} is undefined or not exported`);
  return found as Handler;
}

async function run(
  handler: Handler,
  { id, event, deadlineEpochMilliseconds }: InvocationRequest,
): Promise<void> {
  const context = contextOf(id, deadlineEpochMilliseconds);
  if (isStreaming(handler)) return stream(handler as StreamingHandler, id, JSON.parse(event), context);
  try {
    const result = await handler(JSON.parse(event), context);
    send({ type: 'returned', id, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    send({ type: 'threw', id, error: describe(error) });
  }
}

/** The invocation ends when the handler has returned and its stream has ended; what the handler throws breaks it off. */
async function stream(handler: StreamingHandler, id: string, event: unknown, context: object): Promise<void> {
  const output = new InvocationStream(id, send);
  streams.set(id, output);
  try {
    await handler(event, output, context);
    if (!output.writableEnded) output.end();
    await finished(output);
    send({ type: 'streamed', id });
  } catch (error) {
    output.destroy();
    send({ type: 'threw', id, error: describe(error) });
  } finally {
    streams.delete(id);
  }
}

function contextOf(awsRequestId: string, deadline: number): object {
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: start.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: start.functionArn,
    logGroupName: `/aws/lambda/${start.functionName}`,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: String(start.memoryMegabytes),
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error: unknown): FunctionErrorPayload {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}
