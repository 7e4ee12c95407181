import { type Config, ConfigError } from './config.ts';

type Restored = Pick<Config, 'restoredTableStreamArn' | 'regionRole'>;

/**
 * Refuses a restored table or a replica that the stack cannot serve from. `region` is the one that it goes to, where that
 * is known. Throws a `ConfigError`.
 */
export function requireServable(
  { restoredTableStreamArn: streamArn, regionRole }: Restored,
  region: string | undefined,
): void {
  // A standby beside a table of its own would be another deployment.
  if (regionRole === 'standby' && streamArn === null) {
    throw new ConfigError(
      'regionRole: a standby needs the replica of the table; name its stream in restoredTableStreamArn (docs/runbook/promotion.md), or set regionRole to active',
    );
  }
  // Functions and their event sources reach a table of their own Region.
  const there = streamArn?.split(':')[3];
  if (there === undefined || region === undefined || there === region) return;
  throw new ConfigError(
    `restoredTableStreamArn: the table is in ${there}, and the stack goes to ${region}; restore it there, or deploy to ${there}`,
  );
}
