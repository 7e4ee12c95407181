import {
  type Attempts,
  BACKOFF_MEMORY_SECONDS,
  type BackoffStore,
} from '../../../lambdas/attempts/backoff.ts';
import type { SourceStore } from '../../../lambdas/attempts/source.ts';

export class MemoryBackoffStore implements BackoffStore {
  readonly #attempts = new Map<string, Attempts & { readonly endsAt: number }>();

  async read(subject: string, now: number): Promise<Attempts> {
    const stored = this.#attempts.get(subject);
    if (stored === undefined || stored.endsAt <= now) return { failures: 0, blockedUntil: 0 };
    return { failures: stored.failures, blockedUntil: stored.blockedUntil };
  }

  async replace(subject: string, expected: number, next: Attempts, now: number): Promise<boolean> {
    const stored = this.#attempts.get(subject);
    const failures = stored === undefined || stored.endsAt <= now ? 0 : stored.failures;
    if (failures !== expected) return false;
    this.#attempts.set(subject, { ...next, endsAt: now + BACKOFF_MEMORY_SECONDS });
    return true;
  }

  async clear(subject: string): Promise<void> {
    this.#attempts.delete(subject);
  }
}

export class MemorySourceStore implements SourceStore {
  readonly #counts = new Map<string, number>();
  /** Until when a place is known. */
  readonly #places = new Map<string, number>();

  async count(id: string): Promise<number> {
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    return count;
  }

  async giveBack(id: string): Promise<void> {
    const count = this.#counts.get(id);
    if (count !== undefined) this.#counts.set(id, count - 1);
  }

  async remember(id: string, until: number): Promise<void> {
    this.#places.set(id, until);
  }

  async knows(id: string, now: number): Promise<boolean> {
    return (this.#places.get(id) ?? 0) > now;
  }
}
