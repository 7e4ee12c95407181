import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type {
  FunctionErrorPayload,
  InvocationRequest,
  StreamMessage,
  WorkerMessage,
  WorkerStart,
} from './worker.ts';
import { WORKER } from './worker-code.ts';

/** The result of an invocation inside the function. */
export type Execution =
  | { readonly kind: 'returned'; readonly payload: string }
  /** What a function streams; it errs when the function fails on the way. */
  | { readonly kind: 'streaming'; readonly output: Readable }
  | { readonly kind: 'failed'; readonly error: FunctionErrorPayload };

export interface InstanceOptions extends WorkerStart {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMilliseconds: number;
  /** Receives every line that the function prints. */
  print(line: string): void;
}

/** An execution environment of a function. */
export interface Instance {
  /** False once it must not be used again: it crashed, failed to load, or an invocation hung in it. */
  readonly usable: boolean;
  /** Resolves once it takes events, or has failed to load. */
  readonly started: Promise<void>;
  /** Runs one event. Never rejects; an invocation over the function's timeout fails as it does on Lambda. */
  execute(event: string): Promise<Execution>;
  /** Ends it; what still runs in it fails. */
  stop(): Promise<void>;
}

/** The error of an environment that has ended by itself. */
export const ENDED: FunctionErrorPayload = {
  errorType: 'Runtime.ExitError',
  errorMessage: 'Runtime exited without providing a reason',
};

/** The error of an invocation that took longer than its function may. */
export function timedOut(id: string, milliseconds: number): FunctionErrorPayload {
  const seconds = (milliseconds / 1000).toFixed(2);
  const errorMessage = `${new Date().toISOString()} ${id} Task timed out after ${seconds} seconds`;
  return { errorType: 'Sandbox.Timedout', errorMessage };
}

interface Waiting {
  settle(execution: Execution): void;
  readonly timer: NodeJS.Timeout;
  /** Once it has begun to stream. */
  output?: Readable;
}

/**
 * One execution environment: a worker thread with the function's module loaded once. It serves concurrent invocations;
 * Lambda would start an instance for each, so nothing may rest on two invocations not sharing an instance.
 */
export class FunctionInstance implements Instance {
  readonly #options: InstanceOptions;
  readonly #worker: Worker;
  readonly #started = Promise.withResolvers<void>();
  readonly #waiting = new Map<string, Waiting>();
  #broken: FunctionErrorPayload | undefined;
  /** Printed, but not to the end of its line yet. */
  #unfinishedLine = '';

  constructor(options: InstanceOptions) {
    this.#options = options;
    const { directory, handler, functionName, functionArn, memoryMegabytes, standInHosts } = options;
    this.#worker = new Worker(WORKER, {
      workerData: {
        directory,
        handler,
        functionName,
        functionArn,
        memoryMegabytes,
        standInHosts,
      } satisfies WorkerStart,
      env: { ...options.environment },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
      stdout: true,
      stderr: true,
    });
    this.#worker.on('message', (message: WorkerMessage) => this.#receive(message));
    this.#worker.on('error', (error) => this.#break({ errorType: error.name, errorMessage: error.message }));
    this.#worker.on('exit', () => {
      if (this.#unfinishedLine !== '') this.#print('\n');
      this.#break(ENDED);
    });
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  get usable(): boolean {
    return this.#broken === undefined;
  }

  async execute(event: string): Promise<Execution> {
    await this.started;
    if (this.#broken !== undefined) return { kind: 'failed', error: this.#broken };
    const id = randomUUID();
    const { timeoutMilliseconds } = this.#options;
    const { promise, resolve } = Promise.withResolvers<Execution>();
    const timer = setTimeout(() => this.#timeOut(id), timeoutMilliseconds);
    this.#waiting.set(id, { settle: resolve, timer });
    const deadlineEpochMilliseconds = Date.now() + timeoutMilliseconds;
    this.#worker.postMessage({ id, event, deadlineEpochMilliseconds } satisfies InvocationRequest);
    return promise;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: WorkerMessage): void {
    switch (message.type) {
      case 'started':
        this.#started.resolve();
        break;
      case 'initialization failed':
        // It ends by itself: Node.js 24 can crash when a thread is ended while its module's failure is still being told.
        this.#fail(message.error);
        break;
      case 'returned':
        this.#settle(message.id, { kind: 'returned', payload: message.payload });
        break;
      case 'chunk':
        this.#take(message.id, message.bytes);
        break;
      case 'streamed':
        this.#output(message.id)?.push(null);
        this.#settle(message.id, { kind: 'returned', payload: '' });
        break;
      case 'printed':
        this.#print(message.text);
        break;
      case 'threw':
        this.#options.print(`${message.error.errorType}: ${message.error.errorMessage}`);
        this.#settle(message.id, { kind: 'failed', error: message.error });
        break;
    }
  }

  #take(id: string, bytes: Uint8Array): void {
    this.#output(id)?.push(bytes);
  }

  /** The stream of an invocation, whose first part settles it. Whoever reads it asks for each part after the first. */
  #output(id: string): Readable | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined || waiting.output !== undefined) return waiting?.output;
    const tell = (type: StreamMessage['type']) =>
      this.#worker.postMessage({ type, id } satisfies StreamMessage);
    waiting.output = new Readable({
      read: () => tell('more'),
      destroy: (error, callback) => {
        tell('closed');
        callback(error);
      },
    });
    // Whoever reads it sees it too; before that, nobody need.
    waiting.output.on('error', () => undefined);
    waiting.settle({ kind: 'streaming', output: waiting.output });
    return waiting.output;
  }

  #settle(id: string, execution: Execution): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    if (execution.kind === 'failed') waiting.output?.destroy(new Error(execution.error.errorMessage));
    waiting.settle(execution);
    if (!this.usable && this.#waiting.size === 0) void this.stop();
  }

  /** Lambda kills the environment of an invocation that hangs; here others share it, so it ends after the last of them. */
  #timeOut(id: string): void {
    const error = timedOut(id, this.#options.timeoutMilliseconds);
    this.#broken ??= error;
    this.#options.print(error.errorMessage);
    this.#settle(id, { kind: 'failed', error });
  }

  #break(error: FunctionErrorPayload): void {
    this.#fail(error);
    void this.stop();
  }

  #fail(error: FunctionErrorPayload): void {
    // One that ends while nobody waits for it is none that anybody misses.
    if (this.#broken === undefined && (this.#waiting.size > 0 || error !== ENDED))
      this.#options.print(`${error.errorType}: ${error.errorMessage}`);
    this.#broken ??= error;
    this.#started.resolve();
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { kind: 'failed', error });
  }

  #print(text: string): void {
    const lines = (this.#unfinishedLine + text).split('\n');
    this.#unfinishedLine = lines.pop() ?? '';
    for (const line of lines) this.#options.print(line);
  }
}
