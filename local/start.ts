import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { latchkeysOf } from './described.ts';
import { LocalStackError } from './failure.ts';
import { HttpServer } from './gateway/http-server.ts';
import type { StandInHost } from './lambda/stand-in-hosts.ts';
import { silent, terminalLog } from './log.ts';
import { noteOutputs } from './outputs-file.ts';
import type { LocalStack } from './stack.ts';
import { HELP, readOptions, type StartOptions } from './start-options.ts';
import { startedAssembly } from './synth.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await main(options);
} catch (error) {
  const known = error instanceof LocalStackError;
  console.error(known ? error.message : error);
  process.exit(1);
}

async function main(options: StartOptions): Promise<void> {
  const { profile, upstream, config, port, dataDir, anonymous, clientMetadataHost } = options;
  // Before the app is synthesized, which takes seconds.
  await (await HttpServer.listen(port, silent, Date.now)).stop();
  console.log(`Synthesizing the CDK app${profile === undefined ? '' : ` with the profile "${profile}"`} ...`);
  const startedAt = performance.now();
  // The server is loaded meanwhile, so that the first line need not wait for it.
  const [{ startStack }, assembly] = await Promise.all([
    import('./stack.ts'),
    startedAssembly({
      anonymous,
      context: {
        ...(profile === undefined ? {} : { profile }),
        ...(upstream === undefined ? {} : { upstream }),
        ...(config === undefined ? {} : { config: `@${resolve(config)}` }),
      },
    }),
  ]);
  process.once('exit', () => assembly.dispose());
  if (assembly.isKept) console.log('Nothing has changed since it was synthesized.');
  console.log('Starting what the template describes: table, functions, signing keys ...');
  const stack = await startStack({
    assemblyDir: assembly.folder,
    port,
    log: terminalLog(),
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(clientMetadataHost === undefined ? {} : { clientMetadataHosts: [standIn(clientMetadataHost)] }),
    ...(process.env.LAMBDA_ENDPOINT ? { lambdaEndpoint: process.env.LAMBDA_ENDPOINT } : {}),
    ...(process.env.DYNAMODB_ENDPOINT ? { dynamodb: { endpoint: process.env.DYNAMODB_ENDPOINT } } : {}),
  });
  process.once('exit', noteOutputs(stack));
  stopOnSignals(stack);
  const [{ try: commands, anonymous: letsAnybodyIn, upstreams } = NOT_DESCRIBED] = latchkeysOf(stack);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`\nReady on ${stack.url} after ${seconds} s. Try:\n`);
  console.log(`  URL=${stack.url}`);
  for (const command of commands) console.log(`  ${command.replaceAll('$URL', stack.url)}`);
  if (upstreams.length > 0) {
    console.log('\nBehind the door, for calls with a credential:\n');
    for (const { path, url } of upstreams)
      console.log(`  ${stack.url}${path} goes to ${url}${url.startsWith('http') ? path : ''}`);
  }
  if (letsAnybodyIn) {
    console.log(
      '\nCalls without a credential are let in as a viewer: only here, and not with --no-anonymous.',
    );
  }
  console.log('\nOperate it: npm run ops -- help');
  console.log(`\nFigures: ${await stack.showFigures()}`);
  console.log(`Mails that it would send: ${await stack.showMails()}`);
  console.log('\nCtrl-C stops it.\n');
}

const NOT_DESCRIBED = { try: [], anonymous: false, upstreams: [] };

/** A host of metadata documents that stands on this machine. */
function standIn({ name, port, caFile }: NonNullable<StartOptions['clientMetadataHost']>): StandInHost {
  try {
    return { name, port, ca: readFileSync(caFile, 'utf8') };
  } catch {
    throw new LocalStackError(`--client-metadata-ca: ${caFile} cannot be read`);
  }
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
