import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LocalStackError } from './failure.ts';
import { HttpServer } from './gateway/http-server.ts';
import { silent, terminalLog } from './log.ts';
import { noteOutputs } from './outputs-file.ts';
import { type LocalStack, startStack } from './stack.ts';
import { synthesize } from './synth.ts';

const USAGE = 'usage: npm start -- [--profile NAME] [--port 8787] [--data DIR]';

interface Arguments {
  readonly profile?: string;
  readonly port: number;
  readonly dataDir?: string;
}

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  const known = error instanceof LocalStackError;
  console.error(known ? error.message : error);
  process.exit(1);
}

async function main({ profile, port, dataDir }: Arguments): Promise<void> {
  // Before the app is synthesized, which takes seconds.
  await (await HttpServer.listen(port, silent, Date.now)).stop();
  const outDir = mkdtempSync(join(tmpdir(), 'latchkey-cdk-'));
  process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
  const startedAt = performance.now();
  await synthesize({ outDir, ...(profile === undefined ? {} : { profile }) });
  const stack = await startStack({
    assemblyDir: outDir,
    port,
    log: terminalLog(),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(process.env.DYNAMODB_ENDPOINT ? { dynamodb: { endpoint: process.env.DYNAMODB_ENDPOINT } } : {}),
  });
  process.once('exit', noteOutputs(stack));
  stopOnSignals(stack);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`\nReady on ${stack.url} after ${seconds} s. Try:\n`);
  console.log(`  URL=${stack.url}`);
  for (const command of commandsToTry(stack)) console.log(`  ${command}`);
  console.log('\nOperate it: npm run ops -- help');
  console.log(`\nFigures: ${await stack.showFigures()}`);
  console.log('\nCtrl-C stops it.\n');
}

function readArguments(args: readonly string[]): Arguments {
  const { profile, port, data } = parse(args);
  const number = Number(port ?? 8787);
  if (!/^\d+$/.test(port ?? '8787') || number > 65_535) {
    throw new LocalStackError(`--port must be a number from 0 to 65535, not "${port}"; ${USAGE}`);
  }
  if (data === '' || profile === '') throw new LocalStackError(`an option is empty; ${USAGE}`);
  return {
    port: number,
    ...(profile === undefined ? {} : { profile }),
    ...(data === undefined ? {} : { dataDir: data }),
  };
}

function parse(args: readonly string[]) {
  const options = {
    profile: { type: 'string' },
    port: { type: 'string' },
    data: { type: 'string' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new LocalStackError(`${(error as Error).message.split('. ')[0]}; ${USAGE}`);
  }
}

/** The template says what to try; it knows its routes. */
function commandsToTry({ metadata, url }: LocalStack): string[] {
  const { try: commands = [] } = (metadata.Latchkey ?? {}) as { try?: readonly string[] };
  return commands.map((command) => command.replaceAll('$URL', url));
}

function stopOnSignals(stack: LocalStack): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A second Ctrl-C does not wait for the first.
      if (stopping) process.exit(1);
      stopping = true;
      stack.stop().then(
        () => process.exit(0),
        (error) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}
