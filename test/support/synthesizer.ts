/** The thread in which assemblies are synthesized: CDK is loaded once, and stacks that are served meanwhile go on. */
import { parentPort } from 'node:worker_threads';
import { latchkeyApp } from '../../lib/app.ts';

/** An assembly to synthesize, with context as the command line would give it. */
export interface SynthRequest {
  readonly id: number;
  readonly context: Readonly<Record<string, unknown>>;
  readonly outDir: string;
}

/** That it is written, or what the app says against it. */
export interface SynthAnswer {
  readonly id: number;
  readonly error?: Error;
}

parentPort?.on('message', (request: SynthRequest) => void synthesize(request));

async function synthesize({ id, context, outDir }: SynthRequest): Promise<void> {
  const answer = (rest: Pick<SynthAnswer, 'error'> = {}) =>
    parentPort?.postMessage({ id, ...rest } satisfies SynthAnswer);
  try {
    (await latchkeyApp(context, outDir)).synth();
    answer();
  } catch (error) {
    answer({ error: error as Error });
  }
}
