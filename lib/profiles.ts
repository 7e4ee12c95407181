import type { Profile } from '../lambdas/contract/profile.ts';
import { profiles } from '../profiles/index.ts';
import { ConfigError } from './config.ts';

/** The published contract of that name. Throws a `ConfigError` that lists the known. */
export function loadProfile(name: string): Profile {
  const profile = allProfiles().find((candidate) => candidate.name === name);
  if (profile !== undefined) return profile;
  const known = Object.keys(profiles).join(', ');
  throw new ConfigError(`profile: there is no profile "${name}"; known are ${known}`);
}

/** Every published contract, in the order of their names. */
export function allProfiles(): readonly Profile[] {
  return Object.values(profiles);
}
