import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ENDED, type Execution, type Instance, type InstanceOptions, timedOut } from './function-instance.ts';
import { PYTHON_RUNNER } from './python-runner.ts';
import type { FunctionErrorPayload, InvocationRequest, WorkerMessage } from './worker.ts';

const PYTHON = 'python3';

export interface PythonOptions extends InstanceOptions {
  /** The folders of its layers. */
  readonly layers: readonly string[];
}

/** Whether this machine has a Python to run functions with. */
export function hasPython(): boolean {
  return spawnSync(PYTHON, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** An execution environment of Python: a process of the machine's own `python3`, which serves one event after the other. */
export class PythonInstance implements Instance {
  readonly #options: PythonOptions;
  readonly #child: ChildProcess;
  readonly #started = Promise.withResolvers<void>();
  #running: { readonly id: string; settle(execution: Execution): void } | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #broken: FunctionErrorPayload | undefined;

  constructor(options: PythonOptions) {
    this.#options = options;
    const { directory, environment, functionArn, layers } = options;
    const { PATH = '', VIRTUAL_ENV } = process.env;
    // As Lambda has them: the code first, then the folder "python" of each layer (Lambda developer guide, packaging-layers).
    const path = [directory, ...layers.map((layer) => `${layer}/python`)].join(delimiter);
    this.#child = spawn(PYTHON, ['-c', PYTHON_RUNNER], {
      cwd: directory,
      env: {
        ...environment,
        PATH,
        ...(VIRTUAL_ENV === undefined ? {} : { VIRTUAL_ENV }),
        PYTHONPATH: path,
        PYTHONUNBUFFERED: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        LATCHKEY_FUNCTION_ARN: functionArn,
      },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    const { stdin, stdout, stderr, stdio } = this.#child;
    // Of a process that has ended: its end is told by "exit".
    stdin?.on('error', () => undefined);
    for (const stream of [stdout, stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => options.print(line));
    createInterface({ input: stdio[3] as Readable }).on('line', (line) =>
      this.#receive(JSON.parse(line) as WorkerMessage),
    );
    this.#child.on('error', ({ name, message }) => this.#break({ errorType: name, errorMessage: message }));
    this.#child.on('exit', () => this.#break(ENDED));
  }

  get started(): Promise<void> {
    return this.#started.promise;
  }

  get usable(): boolean {
    return this.#broken === undefined;
  }

  execute(event: string): Promise<Execution> {
    const execution = this.#last.then(() => this.#run(event));
    this.#last = execution;
    return execution;
  }

  async stop(): Promise<void> {
    this.#broken ??= ENDED;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined)
      return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async #run(event: string): Promise<Execution> {
    await this.#started.promise;
    if (this.#broken !== undefined) return { kind: 'failed', error: this.#broken };
    const id = randomUUID();
    const { timeoutMilliseconds } = this.#options;
    const { promise, resolve } = Promise.withResolvers<Execution>();
    const timer = setTimeout(() => this.#timeOut(id), timeoutMilliseconds);
    this.#running = { id, settle: resolve };
    const deadlineEpochMilliseconds = Date.now() + timeoutMilliseconds;
    const request: InvocationRequest = { id, event, deadlineEpochMilliseconds };
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return promise.finally(() => clearTimeout(timer));
  }

  #receive(message: WorkerMessage): void {
    if (message.type === 'started') this.#started.resolve();
    else if (message.type === 'initialization failed') this.#break(message.error);
    else if (message.type === 'returned')
      this.#settle(message.id, { kind: 'returned', payload: message.payload });
    else if (message.type === 'threw') this.#settle(message.id, { kind: 'failed', error: message.error });
  }

  #settle(id: string, execution: Execution): void {
    if (this.#running?.id !== id) return;
    const { settle } = this.#running;
    this.#running = undefined;
    settle(execution);
  }

  #timeOut(id: string): void {
    const error = timedOut(id, this.#options.timeoutMilliseconds);
    this.#options.print(error.errorMessage);
    this.#break(error);
  }

  #break(error: FunctionErrorPayload): void {
    if (this.#broken === undefined) this.#options.print(`${error.errorType}: ${error.errorMessage}`);
    this.#broken ??= error;
    this.#started.resolve();
    if (this.#running !== undefined) this.#settle(this.#running.id, { kind: 'failed', error });
    void this.stop();
  }
}
