/** Builds the console's files. Argument: the folder that takes them. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = join(ROOT, 'console');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');

/** `<latchkey-keys>` as one file, which pages of others load by its name. */
async function buildEmbed(outdir: string): Promise<void> {
  await build({
    absWorkingDir: SOURCES,
    entryPoints: ['embed/latchkey-keys.ts'],
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  });
}

/** Each file as it is sent, and no other way: Lambda answers with at most 6 MB, and a browser waits for less. */
function compressAll(folder: string): void {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const bytes = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, quality));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
    rmSync(file);
  }
}

const [, , outDir = ''] = process.argv;
execFileSync(process.execPath, [VITE, 'build', SOURCES, '--outDir', outDir, '--logLevel', 'error'], {
  cwd: ROOT,
  stdio: ['ignore', 'ignore', 'inherit'],
});
await buildEmbed(join(outDir, 'embed'));
for (const folder of ['assets', 'embed']) compressAll(join(outDir, folder));
