import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Profile } from '../lambdas/contract/profile.ts';
import { profiles } from '../profiles/index.ts';
import { ConfigError } from './config.ts';
import { withoutUndefined } from './without-undefined.ts';

/** The published contract of that name. Throws a `ConfigError` that lists the known. */
export function loadProfile(name: string): Profile {
  const profile = published(name);
  if (profile !== undefined) return profile;
  const known = Object.keys(profiles).join(', ');
  throw new ConfigError(`profile: there is no profile "${name}"; known are ${known}`);
}

/**
 * The contract that a module of a team's own exports as `profile`; `module` is a path from the folder where the command runs.
 * Throws a `ConfigError` for one that cannot be loaded, or is another.
 */
export async function loadOwnProfile(name: string, module: string): Promise<Profile> {
  const file = resolve(module);
  const fault = (reason: string) =>
    new ConfigError(
      `profile: "${name}" is the module ${module} of your app, and ${reason}; run the command in the folder of the app, by a Node.js that loads this file`,
    );
  if (!existsSync(file)) throw fault(`there is no ${file}`);
  const loaded: { readonly profile?: Profile } = await import(pathToFileURL(file).href).catch(
    (error: Error) => {
      throw fault(`it cannot be loaded (${error.message})`);
    },
  );
  if (loaded.profile?.name !== name) throw fault(`it exports no profile of that name`);
  return loaded.profile;
}

/**
 * Refuses a profile that has no code: one that is ours but for what an app has changed in it, as the functions have ours, and one of
 * another name that does not say which module exports it. Throws a `ConfigError`.
 */
export function requireCode(profile: Profile): void {
  const { name, module } = profile;
  if (module !== undefined) {
    if (typeof module === 'string') return;
    throw new ConfigError('profile.module: must be a path or a file: URL, as a text');
  }
  const ours = published(name);
  if (ours === undefined)
    throw new ConfigError(
      `profile: "${name}" is none of ours; say in its field module which file exports it`,
    );
  if (!isDeepStrictEqual(withoutUndefined(profile), withoutUndefined(ours)))
    throw new ConfigError(
      `profile: "${name}" is ours, and the functions have it as it is; put what you change into a module of your own, which gives it another name and says in its field module where it is`,
    );
}

/** Every published contract, in the order of their names. */
export function allProfiles(): readonly Profile[] {
  return Object.values(profiles);
}

function published(name: string): Profile | undefined {
  return allProfiles().find((profile) => profile.name === name);
}
