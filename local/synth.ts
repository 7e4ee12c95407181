import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AssemblyCache } from './assembly-cache.ts';
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

/**
 * The app's cloud assembly for `npm start`: that of an earlier start where nothing has changed since. A configuration
 * that may depend on more than the repository's own sources, as one with an import or a variable of the environment,
 * is synthesized each time, to a folder that `dispose` removes.
 */
export async function startedAssembly(
  options: Omit<SynthOptions, 'outDir'>,
): Promise<{ readonly folder: string; readonly isKept: boolean; dispose(): void }> {
  const inputs = inputsOf(options, readFileSync(join(ROOT, 'latchkey.config.ts'), 'utf8'));
  if (inputs !== undefined) {
    const cache = new AssemblyCache({ root: ROOT, folder: join(ROOT, '.latchkey', 'assemblies') });
    let isKept = true;
    const folder = await cache.assembly(inputs, async (outDir) => {
      isKept = false;
      await synthesize({ ...options, outDir });
    });
    return { folder, isKept, dispose: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cdk-'));
  await synthesize({ ...options, outDir: folder });
  return { folder, isKept: false, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * All that an assembly is made from besides the sources; nothing where that is not known.
 * @param file the text of `latchkey.config.ts`
 */
export function inputsOf(
  { profile, anonymous, context = {} }: Omit<SynthOptions, 'outDir'>,
  file: string,
): object | undefined {
  const override = typeof context.config === 'string' ? context.config : '';
  const overriding = override.startsWith('@') ? textOf(override.slice(1)) : override;
  if (!/^import \{ defineConfig \} from '\.\/lib\/config\.ts';\n/.test(file) || overriding === undefined)
    return undefined;
  const rest = file.slice(file.indexOf('\n'));
  // A logo is a file of its own.
  if (/\b(import|require|process|globalThis|Date|logo)\b/.test(rest) || /"logo"\s*:\s*"/.test(overriding))
    return undefined;
  const environment = Object.entries(process.env).filter(([name]) => name.startsWith('CDK_'));
  return { profile, anonymous, context, overriding, environment, node: process.version };
}

/** Nothing of a file that cannot be read: the app says which. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
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
