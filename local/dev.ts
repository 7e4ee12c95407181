import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { appCommand, synthesizeApp } from './app-synth.ts';
import { Cleanup } from './cleanup.ts';
import { latchkeysOf } from './described.ts';
import { DEV_HELP, type DevOptions, readDevOptions } from './dev-options.ts';
import { LocalStackError } from './failure.ts';
import { HttpServer } from './gateway/http-server.ts';
import { silent, terminalLog } from './log.ts';
import { noteOutputs } from './outputs-file.ts';
import { type LocalStack, startStack } from './stack.ts';

/** What the command has of the machine. */
export interface DevIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the app. */
  readonly cwd: string;
  /** Stops what runs. */
  readonly signal: AbortSignal;
}

/**
 * Runs a CDK app of somebody's own on this machine until the signal is aborted: `latchkey dev`. Gives the exit code: 1 after
 * a fault that the developer can put right, which it has printed in a line.
 */
export async function dev(args: readonly string[], io: DevIo): Promise<number> {
  const cleanup = new Cleanup();
  try {
    const options = readDevOptions(args);
    if (options.help) io.stdout.write(`${DEV_HELP}\n`);
    else await run(options, io, cleanup);
    return 0;
  } catch (error) {
    if (!(error instanceof LocalStackError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    await cleanup.run();
  }
}

async function run(options: DevOptions, io: DevIo, cleanup: Cleanup): Promise<void> {
  const say = (...lines: readonly string[]) => io.stdout.write(`${lines.join('\n')}\n`);
  const { port, stacks, dataDir } = options;
  // Before the app is synthesized, which takes seconds.
  await (await HttpServer.listen(port, silent, Date.now)).stop();
  const assemblyDir = await assemblyOf(options, io, cleanup);
  const unserved = new Set<string>();
  const { DYNAMODB_ENDPOINT: engine, LAMBDA_ENDPOINT: lambdaEndpoint } = io.env;
  const stack = await startStack({
    assemblyDir,
    stacks,
    port,
    unserved: (what) => unserved.add(what),
    log: terminalLog(io.stdout),
    ...(dataDir === undefined ? {} : { dataDir: resolve(io.cwd, dataDir) }),
    ...(engine ? { dynamodb: { endpoint: engine } } : {}),
    ...(lambdaEndpoint ? { lambdaEndpoint } : {}),
  });
  cleanup.add(() => stack.stop());
  cleanup.add(noteOutputs(stack));
  say(...introduction(stack, [...unserved]));
  say('', `Figures: ${await stack.showFigures()}`, `Mails that it would send: ${await stack.showMails()}`);
  say('', 'Ctrl-C stops it.', '');
  if (!io.signal.aborted) await once(io.signal, 'abort');
}

/** The assembly that is named, or that of the app, in its own folder: functions find packages there as after `cdk synth`. */
async function assemblyOf(
  { app, assemblyDir, anonymous }: DevOptions,
  { cwd, env, stdout, stderr }: DevIo,
  cleanup: Cleanup,
): Promise<string> {
  if (assemblyDir !== undefined) return resolve(cwd, assemblyDir);
  const command = app ?? appCommand(cwd);
  stdout.write('Synthesizing the CDK app ...\n');
  const folder = join(cwd, '.latchkey', 'dev');
  mkdirSync(folder, { recursive: true });
  const outDir = mkdtempSync(join(folder, 'cdk-'));
  cleanup.add(() => rmSync(outDir, { recursive: true, force: true }));
  await synthesizeApp({ cwd, command, outDir, anonymous, env, output: stderr });
  return outDir;
}

/** What is served, what is not, and how to begin. */
export function introduction(
  stack: Pick<LocalStack, 'apis' | 'metadata' | 'outputs'>,
  unserved: readonly string[],
): readonly string[] {
  const latchkeys = latchkeysOf(stack);
  const calls = latchkeys.flatMap(({ url, try: commands, anonymous }) => [
    '',
    `A first key, and calls of the Latchkey at ${url}:`,
    '',
    `  URL=${url}`,
    ...commands.map((command) => `  ${command.replaceAll('$URL', url)}`),
    ...(anonymous
      ? ['', 'Calls without a credential are let in as a viewer: only here, and not with --no-anonymous.']
      : []),
  ]);
  return [
    ...(unserved.length === 0 ? [] : ['', 'Not served here:', ...unserved.map((each) => `  ${each}`)]),
    '',
    'Ready:',
    ...stack.apis.map(({ logicalId, kind, url }) => `  ${url}  ${logicalId} (${kind} API)`),
    ...(latchkeys.length === 0
      ? ['', 'No Latchkey is in what is served: nothing of it asks for a credential.']
      : []),
    ...calls,
  ];
}
