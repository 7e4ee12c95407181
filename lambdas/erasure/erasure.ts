/**
 * What is to be erased, and how far that has come. A person's or a tenant's items go first; a day later their names and
 * addresses go from the audit trail, when the stream can bring no more of what was before.
 */
export interface Erasure {
  readonly of: 'USER' | 'TENANT';
  readonly id: string;
  readonly tenantId: string;
  readonly phase: 'items' | 'trail';
  /** Unix seconds. */
  readonly dueAt: number;
  /** The sort key after which the phase goes on; null where it begins. */
  readonly after: string | null;
  /** Of the person, as long as the work lasts: gathered in the first phase, and searched for in the second. */
  readonly addresses: readonly string[];
}

/** Seconds after its closing at which a tenant is erased. */
export const GRACE_SECONDS = 30 * 86_400;

export interface ErasureStore {
  /** Those whose time has come. */
  due(now: number): Promise<Erasure[]>;
  /** From now on it is not taken back. False where it has been. */
  begin(erasure: Erasure, now: number): Promise<boolean>;
  /**
   * Does the next part of a phase, and notes how far that is. Gives what is left to do; undefined where the phase is
   * done. Doing a part twice changes nothing.
   */
  proceed(erasure: Erasure, now: number): Promise<Erasure | undefined>;
}

/** How a run ended. */
export interface ErasureReport {
  /** Phases that it has brought to their end. */
  readonly finished: number;
  /** Erasures that are due and wait for the next run. */
  readonly waiting: number;
  /** Seconds for which the oldest of these has waited; 0 where none waits. */
  readonly oldestSeconds: number;
  readonly faults: readonly unknown[];
}

/** Erases what is due, while there is time; the next run goes on where this one stops. One fault holds up no other. */
export async function eraseDue(
  store: ErasureStore,
  now: number,
  hasTimeLeft: () => boolean,
): Promise<ErasureReport> {
  const due = await store.due(now);
  const faults: unknown[] = [];
  const waiting: Erasure[] = [];
  for (const erasure of due) {
    try {
      if (!(await eraseOne(erasure))) waiting.push(erasure);
    } catch (error) {
      faults.push(error);
      waiting.push(erasure);
    }
  }
  return {
    finished: due.length - waiting.length,
    waiting: waiting.length,
    oldestSeconds: Math.max(0, ...waiting.map(({ dueAt }) => now - dueAt)),
    faults,
  };

  async function eraseOne(erasure: Erasure): Promise<boolean> {
    let left: Erasure | undefined = hasTimeLeft() && (await store.begin(erasure, now)) ? erasure : undefined;
    if (left === undefined) return false;
    while (left !== undefined) {
      if (!hasTimeLeft()) return false;
      left = await store.proceed(left, now);
    }
    return true;
  }
}
