import type { ApiKey } from '../api/generated/types.gen.ts';
import { isManaging } from './key-parts.tsx';

const DAY_MS = 86_400_000;
const SOON_MS = 14 * DAY_MS;
const UNUSED_MS = 90 * DAY_MS;

/** Why a key may surprise somebody one day: it expires soon, nobody uses it, or it may do too much. */
export const REASONS = ['soon', 'unused', 'broad'] as const;
export type Reason = (typeof REASONS)[number];

/** Why a key is worth a look; what is most urgent first. */
export function reasonsOf(key: ApiKey, now = Date.now()): readonly Reason[] {
  if (key.status !== 'active') return [];
  const holds: Readonly<Record<Reason, boolean>> = {
    soon: key.expires_at !== null && Date.parse(key.expires_at) - now < SOON_MS,
    unused: now - Date.parse(key.last_used_at ?? key.created_at) > UNUSED_MS,
    broad: key.scopes.some(isManaging),
  };
  return REASONS.filter((reason) => holds[reason]);
}
