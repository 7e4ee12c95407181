/** Actions that change no item, and those that only read a stream. Any other may write. */
const READS = /^(Get|BatchGet|TransactGet|Query|Scan|Describe|List)/;

/** Knows of the writes that pass, so that a stream in which nothing can be new need not be read. */
export class WriteSignal {
  readonly #waiting = new Set<() => void>();
  #lastAt = Number.NEGATIVE_INFINITY;

  /** Takes an action of DynamoDB that has been answered. */
  note(action: string): void {
    if (READS.test(action)) return;
    this.#lastAt = performance.now();
    for (const wake of this.#waiting) wake();
  }

  /** When the last write was answered, by `performance.now()`. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Calls `wake` at each write, until the returned function is called. */
  listen(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }
}
