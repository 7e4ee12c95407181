import { profile as defaultProfile } from './default.ts';
import { profile as memgraph } from './memgraph.ts';
import { profile as memoryApi } from './memory-api.ts';
import { profile as memoryrelay } from './memoryrelay.ts';
import { profile as nams } from './nams.ts';
import { profile as neuroloom } from './neuroloom.ts';

/** Every published contract, by its name. A test holds it to the files of this folder. */
export const profiles = {
  default: defaultProfile,
  memgraph,
  'memory-api': memoryApi,
  memoryrelay,
  nams,
  neuroloom,
} as const;
