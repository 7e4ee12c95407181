import type { Figures } from '../figures/figures.ts';
import type { Logger } from '../log.ts';
import { type Execution, FunctionInstance, type Instance } from './function-instance.ts';
import { PythonInstance } from './python-instance.ts';
import type { StandInHost } from './stand-in-hosts.ts';

/** A function as its template defines it, with its code on disk. */
export interface FunctionDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly directory: string;
  readonly handler: string;
  readonly runtime: 'nodejs' | 'python';
  /** Why it is not run here, where it is not. */
  readonly notRun?: string;
  /** The folders of its layers, where its runtime takes them. */
  readonly layers: readonly string[];
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
  /** Hosts that its worker finds on this machine. No template says so. */
  readonly standInHosts: readonly StandInHost[];
}

/** The answer of Lambda's `Invoke`: a payload or a stream, a function error, or that the function was not run at all. */
export type Invocation =
  | Execution
  | { readonly kind: 'throttled' }
  /** The local stack cannot run it, and says why. */
  | { readonly kind: 'not run'; readonly reason: string }
  | { readonly kind: 'too large'; readonly bytes: number };

/** Lambda's quota for a synchronous payload, in and out (Lambda developer guide, gettingstarted-limits). */
const PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;

/** A deployed function. It keeps one instance, started at its first use, and replaces one that broke. */
export class LambdaFunction {
  readonly definition: FunctionDefinition;
  readonly #log: Logger;
  readonly #figures: Figures;
  #instance: Instance | undefined;
  #retired = new Set<Instance>();
  #running = 0;

  constructor(definition: FunctionDefinition, log: Logger, figures: Figures) {
    this.definition = definition;
    this.#figures = figures;
    this.#log = log;
  }

  /** Loads the code before the first event. */
  async warm(): Promise<void> {
    if (this.definition.notRun === undefined) await this.#usable().started;
  }

  /** Runs the function and waits for its result. Never rejects. */
  async invoke(event: unknown): Promise<Invocation> {
    const { notRun } = this.definition;
    if (notRun !== undefined) return { kind: 'not run', reason: notRun };
    const payload = JSON.stringify(event);
    const bytes = Buffer.byteLength(payload);
    if (bytes > PAYLOAD_LIMIT_BYTES) return { kind: 'too large', bytes };
    if (this.#running >= (this.definition.reservedConcurrency ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'throttled' };
    }
    this.#running += 1;
    let isStreaming = false;
    try {
      const execution = await this.#usable().execute(payload);
      if (execution.kind === 'streaming') {
        isStreaming = true;
        execution.output.once('close', () => {
          this.#running -= 1;
        });
      }
      if (execution.kind === 'returned' && Buffer.byteLength(execution.payload) > PAYLOAD_LIMIT_BYTES) {
        const errorMessage = 'Response payload size exceeded maximum allowed payload size (6291556 bytes).';
        return { kind: 'failed', error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
      }
      return execution;
    } finally {
      if (!isStreaming) this.#running -= 1;
    }
  }

  /** Ends the instance in the midst of what it does, as Lambda may; the next event gets a new one. */
  async kill(): Promise<void> {
    await this.#instance?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#instance, ...this.#retired].map((instance) => instance?.stop()));
  }

  #usable(): Instance {
    if (this.#instance?.usable) return this.#instance;
    if (this.#instance !== undefined) this.#retired.add(this.#instance);
    const { name, arn, timeoutSeconds, runtime, logicalId } = this.definition;
    const options = {
      ...this.definition,
      functionName: name,
      functionArn: arn,
      timeoutMilliseconds: timeoutSeconds * 1000,
      print: (line: string) => this.#log.info(`  ${logicalId}: ${this.#figures.take(line)}`),
    };
    this.#instance = runtime === 'python' ? new PythonInstance(options) : new FunctionInstance(options);
    return this.#instance;
  }
}
