import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io } from './io.ts';

/** Where this machine keeps what belongs to a person's programs. */
export interface Places {
  /** Which deployments there are; no secrets. */
  readonly config: string;
  /** The credentials of those that no keychain has. */
  readonly credentials: string;
  /** What can be fetched again. */
  readonly cache: string;
}

/** By the XDG base directories, which must be absolute; on Windows by its own variables. */
export function placesOf({ env, platform }: Pick<Io, 'env' | 'platform'>): Places {
  const home = env.HOME ?? env.USERPROFILE ?? homedir();
  const place = (variable: string, windows: string | undefined, otherwise: string) => {
    const given = env[variable];
    if (given?.startsWith('/')) return given;
    return platform === 'win32' && windows !== undefined ? windows : join(home, otherwise);
  };
  const config = join(place('XDG_CONFIG_HOME', env.APPDATA, '.config'), 'latchkey');
  const cache = join(place('XDG_CACHE_HOME', env.LOCALAPPDATA, '.cache'), 'latchkey');
  return { config: join(config, 'config.json'), credentials: join(config, 'credentials.json'), cache };
}
