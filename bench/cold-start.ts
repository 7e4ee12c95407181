import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { authorizerEnvironment, keyEvent, tokenEvent } from './authorizer.ts';
import type { AuthorizerBundle } from './bundle.ts';
import type { Identity } from './identities.ts';
import { type Estimate, estimate, quotientOfProcesses } from './statistics.ts';
import { startTlsTerminator } from './tls-terminator.ts';

const run = promisify(execFile);
const FIRST_INVOCATION = fileURLToPath(new URL('first-invocation.mjs', import.meta.url));
const EMPTY_HANDLER = new URL('empty-handler.mjs', import.meta.url);
const BARE_CLIENT = new URL('bare-client.mjs', import.meta.url);
/** Processes that are not counted: the first ones read Node and the bundle from the disk. */
const WARM_UP = 2;

/** Fresh processes, all of which speak TLS to the table. */
export interface ColdStartResult {
  /** From the process's start to the first decision, of a bare client that makes two calls. */
  readonly keyOverBare: Estimate;
  readonly sessionOverBare: Estimate;
  /** The same of the CPU of the whole process, Node's own start in both. */
  readonly keyCpuOverBare: Estimate;
  /** Milliseconds of CPU of the first invocation, the import apart, above the empty handler's. */
  readonly invocationCpuMsOverEmpty: Estimate;
  /** Of the import: on Lambda it belongs to the init phase. */
  readonly importCpuMsOverEmpty: Estimate;
  /** Of import and invocation of the bare client, for comparison. */
  readonly bareCpuMsOverEmpty: Estimate;
}

interface FirstInvocation {
  readonly answeredMs: number;
  readonly importCpuMs: number;
  readonly invocationCpuMs: number;
  /** Of the process from its start to the answer. */
  readonly allCpuMs: number;
}

/** Times fresh processes of the authorizer, a bare client and an empty handler in turn, with the same flags and environment. */
export async function measureColdStart(
  bundle: AuthorizerBundle,
  { tableName, endpoint }: { readonly tableName: string; readonly endpoint: string },
  newIdentity: (name: string) => Promise<Identity>,
  processes: number,
): Promise<ColdStartResult> {
  const { key, token } = await newIdentity('cold');
  const tls = await startTlsTerminator(endpoint);
  try {
    const environment = {
      ...authorizerEnvironment(tableName, tls.endpoint),
      NODE_EXTRA_CA_CERTS: tls.caFile,
      METRICS_NAMESPACE: 'Latchkey',
    };
    const kinds = {
      empty: [EMPTY_HANDLER, keyEvent(key)],
      bare: [BARE_CLIENT, keyEvent(key)],
      byKey: [pathToFileURL(bundle.file), keyEvent(key)],
      bySession: [pathToFileURL(bundle.file), tokenEvent(token)],
    } as const;
    type Kind = keyof typeof kinds;
    const names = Object.keys(kinds) as Kind[];
    const samples: Record<Kind, FirstInvocation[]> = { empty: [], bare: [], byKey: [], bySession: [] };
    for (let index = -WARM_UP; index < processes; index += 1) {
      for (const name of index % 2 === 0 ? names : names.toReversed()) {
        const [module, event] = kinds[name];
        const sample = await firstInvocation(module, event, environment);
        if (index >= 0) samples[name].push(sample);
      }
    }
    const compare = (
      name: Kind,
      floor: Kind,
      compared: (subject: FirstInvocation, floor: FirstInvocation) => number,
    ): Estimate =>
      estimate(
        samples[name].map((sample, index) => compared(sample, samples[floor][index] as FirstInvocation)),
      );
    const overBare = (name: Kind, figure: 'answeredMs' | 'allCpuMs') => {
      const values = (kind: Kind) => samples[kind].map((sample) => sample[figure]);
      return quotientOfProcesses(values(name), values('bare'));
    };
    return {
      keyOverBare: overBare('byKey', 'answeredMs'),
      sessionOverBare: overBare('bySession', 'answeredMs'),
      keyCpuOverBare: overBare('byKey', 'allCpuMs'),
      invocationCpuMsOverEmpty: compare(
        'byKey',
        'empty',
        (our, empty) => our.invocationCpuMs - empty.invocationCpuMs,
      ),
      importCpuMsOverEmpty: compare('byKey', 'empty', (our, empty) => our.importCpuMs - empty.importCpuMs),
      bareCpuMsOverEmpty: compare('bare', 'empty', (bare, empty) => cpuMs(bare) - cpuMs(empty)),
    };
  } finally {
    await tls.stop();
  }
}

function cpuMs({ importCpuMs, invocationCpuMs }: FirstInvocation): number {
  return importCpuMs + invocationCpuMs;
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
  // Lines that the decision wrote stand before it.
  const { outcome, ...measured } = JSON.parse(stdout.slice(stdout.lastIndexOf('{"answeredMs"')));
  if (outcome !== 'allowed') throw new Error(`The first decision was not "allowed": ${stdout}`);
  return measured;
}
