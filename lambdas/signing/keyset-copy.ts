import { Problem } from '../kernel/problem.ts';
import type { ControlFacts, KeysetUse } from './control-facts.ts';
import { type Keyset, parseKeyset, signingKeyset } from './keyset.ts';

/** Seconds for which an instance signs with a copy: far less than a key is published before it signs. */
const COPY_SECONDS = 60;

/** An instance's copy of the keyset of one use. */
export class KeysetCopy {
  readonly #use: KeysetUse;
  readonly #control: () => Promise<ControlFacts>;
  readonly #readSecret: () => Promise<string>;
  /** `version` is the one that was published when the copy was made: the copy itself may still be older. */
  #copy: { readonly keyset: Keyset; readonly version: number; readonly readAt: number } | undefined;

  /** `readSecret` gives the text of the secret's current version; `control` the facts, no older than for a decision. */
  constructor(use: KeysetUse, control: () => Promise<ControlFacts>, readSecret: () => Promise<string>) {
    this.#use = use;
    this.#control = control;
    this.#readSecret = readSecret;
  }

  /**
   * The present keyset, as far as it may sign now. The copy is at most {@link COPY_SECONDS} old, and made anew when another
   * version is published; a revocation holds at once. Throws `unavailable` when either cannot be read.
   */
  readonly present = async (): Promise<Keyset> => {
    const facts = await this.#facts();
    const version = this.#use === 'token' ? facts.version : (facts.assertionVersion ?? 0);
    return signingKeyset(await this.#read(version), facts);
  };

  /** Reads the secret once and keeps nothing of it: what is open and compiled after that waits for nobody. */
  async warm(): Promise<void> {
    await this.#readSecret();
  }

  async #facts(): Promise<ControlFacts> {
    try {
      return await this.#control();
    } catch (error) {
      throw error instanceof Problem ? error : new Problem('unavailable', { cause: error });
    }
  }

  async #read(version: number): Promise<Keyset> {
    const readAt = performance.now();
    const copy = this.#copy;
    if (copy?.version === version && readAt - copy.readAt < COPY_SECONDS * 1000) return copy.keyset;
    try {
      const keyset = parseKeyset(await this.#readSecret());
      // One that a rotation is about to replace is not remembered: the keys that sign next are not in it.
      this.#copy =
        keyset.version < version || keyset.keys.length === 0 ? undefined : { keyset, version, readAt };
      return keyset;
    } catch (error) {
      throw new Problem('unavailable', { cause: error });
    }
  }
}
