import { setTimeout as delay } from 'node:timers/promises';
import type { StoredValue } from '../data-directory.ts';
import type { LambdaFunction } from '../lambda/function.ts';
import type { Logger } from '../log.ts';
import type { EventFilter } from './event-pattern.ts';
import type { Position, StreamReader, StreamRecord } from './stream-reader.ts';
import type { WriteSignal } from './write-signal.ts';

/** Between two reads, and between a write and the read that it causes. */
const POLL_MILLISECONDS = 100;
const AFTER_WRITE_MILLISECONDS = 50;
/** Between two reads when no write has passed: who else calls the same engine is not seen here. */
const QUIET_POLL_MILLISECONDS = 1_000;
/** After which a write that has been answered is in the stream. */
const SETTLING_MILLISECONDS = 25;
const LONGEST_BACKOFF_MILLISECONDS = 5_000;

export interface MappingOptions {
  readonly logicalId: string;
  readonly reader: StreamReader;
  readonly target: LambdaFunction;
  readonly wanted: EventFilter;
  /** Says who deleted, where it was not a caller. */
  readonly complete: (record: StreamRecord) => StreamRecord;
  readonly position: StoredValue<Position>;
  readonly writes: WriteSignal;
  readonly bisect: boolean;
  readonly reportsItemFailures: boolean;
  /** How often a batch is tried again; without a limit, until it succeeds. */
  readonly maximumRetries: number;
  readonly log: Logger;
}

/**
 * Delivers a stream to a function: at least once, in order, batch after batch, with the retries of an event source
 * mapping (Lambda developer guide, services-ddb-errors). A batch that is given up is logged; it goes to no queue.
 */
export class EventSourceMapping {
  readonly #options: MappingOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #reads = 0;
  /** Ends the pause between two reads. */
  #wake = () => {};
  #waiting: { readonly since: number; resolve(): void }[] = [];

  constructor(options: MappingOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /**
   * Resolves once everything that is in the stream now has been dealt with, and what comes meanwhile: under more load
   * than the function keeps up with, not before the load ends.
   */
  async drained(): Promise<void> {
    await delay(SETTLING_MILLISECONDS);
    return new Promise((resolve) => {
      this.#waiting.push({ since: this.#reads, resolve });
      this.#wake();
    });
  }

  /** Stops delivering. What was not delivered is delivered after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#running;
    this.#options.position.flush();
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    const { reader, position, writes, log, logicalId } = this.#options;
    while (!this.#stopped) {
      const read = ++this.#reads;
      const readAt = performance.now();
      try {
        const batch = await reader.next(position.get());
        if (batch === undefined) {
          this.#caughtUp(read);
          if (writes.lastAt < readAt - SETTLING_MILLISECONDS) await this.#untilWritten();
          else await this.#untilNextRead();
          continue;
        }
        const records = batch.records.map(this.#options.complete).filter(this.#options.wanted);
        await this.#deliver(records, 0);
        const last = batch.records.at(-1);
        if (!this.#stopped && last !== undefined) {
          position.setSoon({ ...position.get(), [batch.shardId]: last.dynamodb.SequenceNumber });
        }
        // As on AWS, what comes meanwhile is the next batch: an invocation for each write would be most of the work.
        await this.#untilNextRead();
      } catch (error) {
        if (this.#stopped) return;
        log.warn(`${logicalId} cannot read its stream: ${(error as Error).message}`);
        reader.rewind();
        await this.#pause(10 * POLL_MILLISECONDS);
      }
    }
  }

  async #deliver(records: readonly StreamRecord[], attempt: number): Promise<void> {
    const { bisect, maximumRetries, log, logicalId } = this.#options;
    if (records.length === 0 || this.#stopped) return;
    const failed = await this.#invoke(records);
    if (failed.length === 0) return;
    // A split does not count as a retry.
    if (bisect && failed.length === records.length && records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      await this.#deliver(records.slice(0, middle), attempt);
      return this.#deliver(records.slice(middle), attempt);
    }
    if (attempt >= maximumRetries) return log.error(`${logicalId} gave up on ${failed.length} records`);
    await this.#pause(Math.min(100 * 2 ** attempt, LONGEST_BACKOFF_MILLISECONDS));
    return this.#deliver(failed, attempt + 1);
  }

  /** The records that must be delivered again: all, none, or all from the first that the function reports. */
  async #invoke(records: readonly StreamRecord[]): Promise<readonly StreamRecord[]> {
    const invocation = await this.#options.target.invoke({ Records: records });
    if (invocation.kind !== 'returned') return records;
    if (!this.#options.reportsItemFailures) return [];
    const response = JSON.parse(invocation.payload) as {
      batchItemFailures?: { itemIdentifier?: string }[] | null;
    } | null;
    const failures = response?.batchItemFailures ?? [];
    const positions = failures.map(({ itemIdentifier }) =>
      records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
    );
    // An identifier that is not in the batch fails the batch as a whole.
    return positions.length === 0 ? [] : records.slice(Math.max(0, Math.min(...positions)));
  }

  #caughtUp(read: number): void {
    const [due, later] = [
      this.#waiting.filter(({ since }) => since < read),
      this.#waiting.filter(({ since }) => since >= read),
    ];
    this.#waiting = later;
    for (const { resolve } of due) resolve();
  }

  /** A moment, unless somebody waits. */
  async #untilNextRead(milliseconds = POLL_MILLISECONDS): Promise<void> {
    if (this.#stopped || this.#waiting.length > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, milliseconds);
    await promise;
    clearTimeout(timer);
  }

  /** Until shortly after the next write. */
  async #untilWritten(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const forget = this.#options.writes.listen(() => {
      timer ??= setTimeout(() => this.#wake(), AFTER_WRITE_MILLISECONDS);
    });
    await this.#untilNextRead(QUIET_POLL_MILLISECONDS);
    forget();
    clearTimeout(timer);
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
