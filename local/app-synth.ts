import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT, REGION } from './cloudformation/identities.ts';
import { LocalStackError } from './failure.ts';

export interface AppSynthOptions {
  /** The folder of `cdk.json`. */
  readonly cwd: string;
  /** A command of the shell: see {@link appCommand}. */
  readonly command: string;
  /** Takes the cloud assembly. An absolute path. */
  readonly outDir: string;
  /** Lets calls without a credential in where the app's Latchkey does in development. */
  readonly anonymous: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes what the app prints. */
  readonly output: NodeJS.WritableStream;
}

/** The command that synthesizes the app of a folder. Throws a `LocalStackError` where `cdk.json` says none. */
export function appCommand(cwd: string): string {
  const { app } = readSettings(join(cwd, 'cdk.json'));
  if (typeof app === 'string') return app;
  throw new LocalStackError(
    existsSync(join(cwd, 'cdk.json'))
      ? 'cdk.json names no app: add "app", or say --app "COMMAND"'
      : 'there is no cdk.json here: go to the folder of your CDK app, or say --app "COMMAND" or --assembly DIR',
  );
}

/**
 * Synthesizes a CDK app as the CDK command line does: it runs the app's command, which finds its output directory and its
 * context in two variables, and the account and Region that it is for. Rejects with a `LocalStackError` for an app that
 * fails.
 */
export async function synthesizeApp({
  cwd,
  command,
  outDir,
  anonymous,
  env,
  output,
}: AppSynthOptions): Promise<void> {
  const settings = readSettings(join(cwd, 'cdk.json'));
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
      // CDK's own look at the template is more than half of a synth: a deployment takes it.
      CDK_VALIDATION: 'false',
      ...env,
      // By it an app knows the CDK command line, whose output is deployed.
      CDK_CLI_ASM_VERSION: undefined,
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
