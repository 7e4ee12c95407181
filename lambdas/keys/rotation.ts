import { originOf, type RequestOrigin } from '../audit/entries.ts';
import { type Caller, principalOf } from '../kernel/caller.ts';
import { Problem } from '../kernel/problem.ts';
import type { ApiKey } from './api-key.ts';
import { callerKey, expiryOf, latestExpiry, requireWithin } from './bounds.ts';
import { hashKey, isImported, newKey } from './key-format.ts';
import { findKey, goneKey, type KeyContext, requireAlive } from './keys.ts';

/** The longest time for which a rotated key goes on working. */
export const MAX_GRACE_SECONDS = 30 * 86_400;

/** Seconds between two rotations of a key: twenty at once, or a repeated request, make one. */
export const ROTATION_PAUSE_SECONDS = 10;

/** How a rotation treats the keys that there are. */
export interface RotationRequest {
  /** Seconds for which the present key works on; 0 ends it, and any older one, at once. */
  readonly graceSeconds: number;
  /** Replaces only the newest key, whose answer was lost; the one before it keeps its running grace. */
  readonly keepPrevious: boolean;
}

/**
 * Puts a new key in the place of the present one. Id, rights and allowance stay.
 * Throws `not_found`, `gone`, `exceeds_own_rights`, `conflicting_state`.
 */
export async function rotateKey(
  {
    id,
    request,
    caller,
    from,
  }: {
    readonly id: string;
    readonly request: RotationRequest;
    readonly caller: Caller;
    readonly from: RequestOrigin;
  },
  context: KeyContext,
): Promise<{ readonly apiKey: ApiKey; readonly key: string }> {
  const { profile, keys, clock, keeper } = context;
  const now = clock();
  const before = await findKey(id, caller, context);
  requireAlive(before);
  if (isImported(before.locator)) {
    throw new Problem('conflicting_state', {
      message: 'An imported key keeps its form and cannot be rotated. Create a key in its place.',
    });
  }
  if (before.state === 'disabled') {
    throw new Problem('conflicting_state', {
      message: 'The API key is disabled. Enable it before you rotate it.',
    });
  }
  const owned = await callerKey(caller, keys);
  // The answer holds a working secret, so the caller must have all that it opens.
  requireWithin(before, caller, owned, context.deployment.rights);
  const maker = owned?.id === before.id ? undefined : owned;
  const latest = latestExpiry(maker, (await keys.tenant(caller.tenantId)).defaults, profile);
  const expiresAt = Math.min(expiryOf(before.lifetimeSeconds, now), latest);
  const previousExpiresAt = previousExpiry(before, expiresAt, request, now);
  const replaces = await keys.presentHash(before);
  if (replaces === undefined) throw goneKey();
  const key = newKey(profile.keys, before.environment, before.locator);
  const rotation = { replaces, hash: hashKey(key), expiresAt, previousExpiresAt };
  if (!(await keys.rotate(before, rotation, originOf(caller, from), now))) {
    throw new Problem('conflicting_state', {
      message: `The API key was changed or rotated in the last ${ROTATION_PAUSE_SECONDS} seconds.`,
    });
  }
  await keeper?.keep({ ...before, expiresAt }, key, principalOf(caller));
  const end = previousExpiresAt ?? before.previousExpiresAt;
  return {
    apiKey: {
      ...before,
      expiresAt,
      rotatedAt: now,
      previousExpiresAt: end !== null && end > now ? end : null,
    },
    key,
  };
}

/** Two keys of a record can work at once, so a grace is given only when none is running. */
function previousExpiry(
  { expiresAt, previousExpiresAt }: ApiKey,
  newExpiresAt: number,
  { graceSeconds, keepPrevious }: RotationRequest,
  now: number,
): number | null {
  const graceRuns = previousExpiresAt !== null && previousExpiresAt > now;
  if (keepPrevious) {
    if (graceRuns) return null;
    throw new Problem('conflicting_state', {
      message: 'No grace is running, so there is no previous key to keep.',
    });
  }
  if (graceRuns && graceSeconds > 0) {
    throw new Problem('conflicting_state', {
      message:
        'The grace of the last rotation is running. Wait for its end; or replace the newest key with ' +
        'keep_previous, or all keys with grace_seconds 0.',
    });
  }
  return Math.min(expiresAt, newExpiresAt, now + graceSeconds);
}
