/** Something that has to be over by a time. */
export interface Watched {
  /** Milliseconds of `performance.now()`. */
  readonly until: number;
  /** Called once, if it is not over by then. */
  readonly expire: () => void;
}

/**
 * Ends what lasts too long, by one timer for all of it, which does not keep the process alive. A timer for each call that is made
 * and taken back took a twentieth of the CPU of a decision.
 */
export class Watch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  begin(watched: Watched): void {
    this.#watched.add(watched);
    if (watched.until < this.#firesAt) this.#fireAt(watched.until);
  }

  /** The timer stays: it finds nothing to end, and the next call needs none until then. */
  end(watched: Watched): void {
    this.#watched.delete(watched);
  }

  #fireAt(time: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = time;
    // What arrived while the process was held up (a busy machine, a frozen instance) is read first: timers come before it.
    const fire = () => setImmediate(() => this.#fire());
    this.#timer = setTimeout(fire, Math.max(time - performance.now(), 0));
    this.#timer.unref();
  }

  #fire(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let next = this.#firesAt;
    for (const watched of this.#watched) {
      if (watched.until > now) {
        next = Math.min(next, watched.until);
        continue;
      }
      this.#watched.delete(watched);
      watched.expire();
    }
    // What was begun by who was told may have set it already.
    if (next < this.#firesAt) this.#fireAt(next);
  }
}
