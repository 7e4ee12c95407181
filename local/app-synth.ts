import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT, REGION } from './cloudformation/identities.ts';
import { LocalStackError } from './failure.ts';

export interface AppSynthOptions {
  /** The folder of `cdk.json`. */
  readonly cwd: string;
  /** A command of the shell. @default - `app` of cdk.json */
  readonly app?: string | undefined;
  /** Takes the cloud assembly. An absolute path. */
  readonly outDir: string;
  /** Lets calls without a credential in where the app's Latchkey does in development. */
  readonly anonymous: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what the app prints. */
  readonly output: NodeJS.WritableStream;
}

/**
 * Synthesizes a CDK app as the CDK command line does: it runs the app's command, which finds its output directory and its
 * context in two variables, and the account and Region that it is for. Rejects with a `LocalStackError` for an app that
 * cannot be run, or fails.
 */
export async function synthesizeApp({
  cwd,
  app,
  outDir,
  anonymous,
  env,
  output,
}: AppSynthOptions): Promise<void> {
  const settings = readSettings(join(cwd, 'cdk.json'));
  const command = app ?? settings.app;
  if (typeof command !== 'string') {
    throw new LocalStackError(
      existsSync(join(cwd, 'cdk.json'))
        ? 'cdk.json names no app: add "app", or say --app "COMMAND"'
        : 'there is no cdk.json here: go to the folder of your CDK app, or say --app "COMMAND" or --assembly DIR',
    );
  }
  const context = {
    ...settings.context,
    // What lookups have found: of this file every key is context.
    ...readSettings(join(cwd, 'cdk.context.json')),
    'latchkey:local': true,
    ...(anonymous ? { 'latchkey:anonymous': true } : {}),
  };
  const child = spawn(command, {
    cwd,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...env,
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_DEFAULT_ACCOUNT: ACCOUNT,
      CDK_DEFAULT_REGION: REGION,
    },
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => output.write(text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0)
    throw new LocalStackError(`the app "${command}" ended with ${signal ?? `exit code ${code}`}`);
  if (!existsSync(join(outDir, 'manifest.json')))
    throw new LocalStackError(
      `the app "${command}" wrote no cloud assembly: does it call app.synth(), and leave outdir alone?`,
    );
}

interface Settings extends Readonly<Record<string, unknown>> {
  readonly app?: unknown;
  readonly context?: Readonly<Record<string, unknown>>;
}

function readSettings(file: string): Settings {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Settings;
  } catch (cause) {
    throw new LocalStackError(`cannot read ${file}: ${(cause as Error).message}`);
  }
}
