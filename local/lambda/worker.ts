import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
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

/** Messages of the worker: that it is up, that its module failed to load, or what an invocation came to. */
export type WorkerMessage =
  | { readonly type: 'started' }
  | { readonly type: 'initialization failed'; readonly error: FunctionErrorPayload }
  | { readonly type: 'returned'; readonly id: string; readonly payload: string }
  | { readonly type: 'threw'; readonly id: string; readonly error: FunctionErrorPayload };

/** The JSON that Lambda returns for a function that throws (Lambda developer guide, nodejs-exceptions). */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

type Handler = (event: unknown, context: object) => unknown;

const start = workerData as WorkerStart;
const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker of the local stack');
const send = (message: WorkerMessage): void => port.postMessage(message);

try {
  standInFor(start.standInHosts);
  const handler = await load(start);
  port.on('message', (request: InvocationRequest) => void run(handler, request));
  send({ type: 'started' });
} catch (error) {
  send({ type: 'initialization failed', error: describe(error) });
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
  try {
    const result = await handler(JSON.parse(event), contextOf(id, deadlineEpochMilliseconds));
    send({ type: 'returned', id, payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    send({ type: 'threw', id, error: describe(error) });
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
