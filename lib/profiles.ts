import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Profile } from '../lambdas/contract/profile.ts';
import { ConfigError } from './config.ts';

const FOLDER = new URL('../profiles/', import.meta.url);

/** The file of a profile, as bundles import it. */
export function profileFile(name: string): string {
  return fileURLToPath(new URL(`${name}.ts`, FOLDER));
}

/** The profile of that name: a file of `profiles/` that exports `profile`. Throws a `ConfigError` that lists the known. */
export async function loadProfile(name: string): Promise<Profile> {
  const profiles = await allProfiles();
  const profile = profiles.find((candidate) => candidate.name === name);
  if (profile !== undefined) return profile;
  const known = profiles.map((candidate) => candidate.name).join(', ');
  throw new ConfigError(`profile: there is no profile "${name}"; known are ${known}`);
}

/** Every published contract, in the order of their names. A new file is found without an edit elsewhere. */
export async function allProfiles(): Promise<readonly Profile[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.ts')).sort();
  const modules = await Promise.all(files.map((file) => import(new URL(file, FOLDER).href)));
  return modules.flatMap((module: { profile?: Profile }) => module.profile ?? []);
}
