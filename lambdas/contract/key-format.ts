import type { Environment } from './scopes.ts';

/** How a profile's keys look: `<prefix>_[<environment>_]<locator><secret><checksum>`. */
export interface KeyFormat {
  readonly prefix: string;
  /** The environments that stand in the key; empty when none does (every key is then `live`). */
  readonly environments: readonly Environment[];
}
