import { profile as published } from '#profile';
import { profileSettings } from '#settings';
import type { Profile } from '../contract/profile.ts';

/** The profile of the deployment, with what its configuration says of it. */
export const profile: Profile = { ...published, ...profileSettings };
