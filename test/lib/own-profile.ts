import type { Profile } from '../../lambdas/contract/profile.ts';
import { profile as standard } from '../../profiles/default.ts';

/** A profile of a team's own, as its module exports it. */
export const profile: Profile = { ...standard, name: 'own' };
