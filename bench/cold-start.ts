import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { authorizerEnvironment, keyEvent, tokenEvent } from './authorizer.ts';
import type { AuthorizerBundle } from './bundle.ts';
import type { Identity } from './identities.ts';
import { type Estimate, estimate } from './statistics.ts';

const run = promisify(execFile);
const FIRST_INVOCATION = fileURLToPath(new URL('first-invocation.mjs', import.meta.url));
const EMPTY_HANDLER = new URL('empty-handler.mjs', import.meta.url);
const BARE_CLIENT = new URL('bare-client.mjs', import.meta.url);
/** Processes that are not counted: the first ones read Node and the bundle from the disk. */
const WARM_UP = 2;

export interface ColdStartResult {
  /** Milliseconds from the process's start to the first decision by key, above the empty handler's. */
  readonly keyOverEmptyMs: Estimate;
  readonly tokenOverEmptyMs: Estimate;
  /** Of these, the time to import the bundle. */
  readonly importOverEmptyMs: Estimate;
  /** The cost of Node's modules, a connection and two calls for any function, for comparison. */
  readonly bareOverEmptyMs: Estimate;
  /** The empty handler's own, for orientation only: it is this machine's. */
  readonly emptyMs: number;
}

interface FirstInvocation {
  readonly importMs: number;
  readonly answeredMs: number;
}

/** Times fresh processes of the authorizer and of an empty handler in turn, with the same flags and environment. */
export async function measureColdStart(
  bundle: AuthorizerBundle,
  { tableName, endpoint }: { readonly tableName: string; readonly endpoint: string },
  newIdentity: (name: string) => Promise<Identity>,
  processes: number,
): Promise<ColdStartResult> {
  const { key, token } = await newIdentity('cold');
  const environment = authorizerEnvironment(tableName, endpoint);
  const kinds = {
    empty: [EMPTY_HANDLER, keyEvent(key)],
    bare: [BARE_CLIENT, keyEvent(key)],
    byKey: [pathToFileURL(bundle.file), keyEvent(key)],
    byToken: [pathToFileURL(bundle.file), tokenEvent(token)],
  } as const;
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const samples: Record<keyof typeof kinds, FirstInvocation[]> = {
    empty: [],
    bare: [],
    byKey: [],
    byToken: [],
  };
  for (let index = -WARM_UP; index < processes; index += 1) {
    for (const name of index % 2 === 0 ? names : names.toReversed()) {
      const [module, event] = kinds[name];
      const sample = await firstInvocation(module, event, environment);
      if (index >= 0) samples[name].push(sample);
    }
  }
  const overEmpty = (name: keyof typeof kinds, field: keyof FirstInvocation): Estimate =>
    estimate(samples[name].map((sample, index) => sample[field] - (samples.empty[index]?.[field] ?? 0)));
  return {
    keyOverEmptyMs: overEmpty('byKey', 'answeredMs'),
    tokenOverEmptyMs: overEmpty('byToken', 'answeredMs'),
    importOverEmptyMs: overEmpty('byKey', 'importMs'),
    bareOverEmptyMs: overEmpty('bare', 'answeredMs'),
    emptyMs: estimate(samples.empty.map(({ answeredMs }) => answeredMs)).median,
  };
}

async function firstInvocation(
  module: URL,
  event: object,
  env: Readonly<Record<string, string>>,
): Promise<FirstInvocation> {
  // Only these variables: a compile cache or a debugger of the caller's is not what Lambda has.
  const { stdout } = await run(process.execPath, [FIRST_INVOCATION, module.href, JSON.stringify(event)], {
    env,
  });
  const { outcome, ...times } = JSON.parse(stdout);
  if (outcome !== 'allowed') throw new Error(`The first decision was not "allowed": ${stdout}`);
  return times;
}
