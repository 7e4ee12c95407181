import file from '../latchkey.config.ts';
import type { ConfigInput } from './config.ts';

/**
 * What a construct takes where its props are silent and the configuration has no default: what the repository's own
 * deployment has, with the reasons there (latchkey.config.ts).
 */
export const DEFAULTS = {
  environment: 'development',
  tiers: file.tiers,
  sandbox: file.sandbox,
  cors: file.cors,
} as const satisfies Partial<ConfigInput>;
