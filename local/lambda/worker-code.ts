import { readFileSync } from 'node:fs';
import module from 'node:module';
import { extname } from 'node:path';

/**
 * What a function's worker runs. Of TypeScript every thread would load the compiler to strip the same types again, which is
 * more than half of a small function's start: it is done here, once. The package has JavaScript.
 */
export const WORKER =
  extname(import.meta.url) === '.ts'
    ? withoutWarnings(() => javascriptOf(new URL('./worker.ts', import.meta.url)))
    : new URL('./worker.js', import.meta.url);

/** A module and the relative ones that it imports, as one `data:` URL; in stack traces each has its own name. */
function javascriptOf(file: URL): URL {
  const code = module.stripTypeScriptTypes(readFileSync(file, 'utf8'), { sourceUrl: file.href });
  const complete = code.replace(
    /(?<= from ')\.\/[\w-]+\.ts(?=';)/g,
    (path) => javascriptOf(new URL(path, file)).href,
  );
  return new URL(`data:text/javascript;base64,${Buffer.from(complete).toString('base64')}`);
}

/** Node strips the types of what it loads without a word, and calls the same function experimental where it is called by name. */
function withoutWarnings<Result>(work: () => Result): Result {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
