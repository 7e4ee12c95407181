import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LocalStackError } from './failure.ts';

const ROOT = resolve(import.meta.dirname, '..');

export interface SynthOptions {
  readonly profile?: string;
  readonly outDir: string;
  /**
   * Lets calls without a credential in where profile and environment do and the configuration does not say otherwise:
   * for a stack that serves one machine. @default false
   */
  readonly anonymous?: boolean;
  /** More context, as `cdk synth -c` gives it. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * Writes the app's cloud assembly to `outDir`, as `cdk synth` would, without the CDK command line: an app finds its
 * output directory and its context in two variables. Rejects with the app's own message.
 */
export async function synthesize({
  profile,
  outDir,
  anonymous = false,
  context,
}: SynthOptions): Promise<void> {
  const settings = {
    ...fileContext(),
    ...context,
    ...(profile === undefined ? {} : { profile }),
    'latchkey:local': true,
    ...(anonymous ? { 'latchkey:anonymous': true } : {}),
  };
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'latchkey.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      CDK_OUTDIR: resolve(outDir),
      CDK_CONTEXT_JSON: JSON.stringify(settings),
      // CDK's own look at the template is a third of the time: `npm run synth`, a deployment and CI take it.
      CDK_VALIDATION: 'false',
      NODE_COMPILE_CACHE: join(ROOT, '.latchkey', 'compile-cache'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new LocalStackError(`the app cannot be synthesized: ${firstMessage(complaint)}`);
}

/** The command line hands on the context of `cdk.json`, so it has to be done here too. */
function fileContext(): Record<string, unknown> {
  const file = join(ROOT, 'cdk.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).context ?? {}) : {};
}

/** The message of an error, without the source line before it and the stack after it. */
function firstMessage(output: string): string {
  const lines = output.split('\n').filter((line) => !/^\s+at |^Node\.js v|^\(Use `node/.test(line));
  const start = lines.findIndex((line) => /^\w*Error\b.*: /.test(line));
  const said = lines.slice(Math.max(0, start)).join('\n').trim();
  return said.replace(/^(Uncaught )?\w*Error\b(?: \[\w+\])?: /, '') || 'it ended without a message';
}
