import { globSync } from 'node:fs';
import type { Profile } from '../../lambdas/contract/profile.ts';

/** Every profile that there is, read from the folder: a new one is in all tests that iterate over them. */
const FOLDER = new URL('../../profiles/', import.meta.url);
const SHARED = ['profile.ts'];

async function load(file: string): Promise<readonly Profile[]> {
  const module: { profile?: Profile } = await import(new URL(file, FOLDER).href);
  return module.profile === undefined ? [] : [module.profile];
}

const files = globSync('*.ts', { cwd: FOLDER })
  .filter((file) => !SHARED.includes(file))
  .sort();

export const PROFILES: readonly Profile[] = (await Promise.all(files.map(load))).flat();
