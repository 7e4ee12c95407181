/** What the package is made of (ADR 0177). Paths are the repository's. */

/** A module that users import: `latchkey` and what follows it. Everything else of the package is private. */
export interface PublicEntry {
  /** As `exports` has it: `.` is `latchkey`, `./verify` is `latchkey/verify`. */
  readonly subpath: string;
  readonly source: string;
  /** Whether browsers load it. @default false */
  readonly isForBrowsers?: boolean;
}

export const PUBLIC_ENTRIES: readonly PublicEntry[] = [
  { subpath: '.', source: 'lib/index.ts' },
  { subpath: './assertion', source: 'lambdas/verify/assertion.ts' },
  { subpath: './verify', source: 'lambdas/verify/index.ts' },
  { subpath: './verify/express', source: 'lambdas/verify/express.ts' },
  { subpath: './verify/fastify', source: 'lambdas/verify/fastify.ts' },
  { subpath: './verify/hono', source: 'lambdas/verify/hono.ts' },
  { subpath: './verify/lambda', source: 'lambdas/verify/lambda.ts' },
  { subpath: './verify/node', source: 'lambdas/verify/node.ts' },
  { subpath: './profiles', source: 'profiles/index.ts' },
  { subpath: './embed', source: 'console/embed/latchkey-keys.ts', isForBrowsers: true },
  { subpath: './embed/react', source: 'console/embed/react.ts', isForBrowsers: true },
];

/** Programs that are started by their files, which have the same place in the package as in the repository. */
export const PROGRAMS: readonly string[] = ['bin/cli.ts', 'lib/build/bundles.ts', 'local/lambda/worker.ts'];

/** Files that run-time code reads, at the place that they have in the repository. */
export const RESOURCES: readonly string[] = ['docs/runbook'];

/** Documents at the top of the package. */
export const DOCUMENTS: readonly string[] = ['CHANGELOG.md', 'LICENSE', 'SECURITY.md'];

/** The package's own name of a module, flat, so that all modules lie side by side: `verify/express` is `verify-express`. */
export function moduleName({ subpath }: PublicEntry): string {
  return subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-');
}

/** Where the compiler writes the types of a module, below the folder of all. */
export function declarationOf({ source }: PublicEntry): string {
  return source.replace(/\.ts$/, '.d.ts');
}

/** The same of a program: `local/lambda/worker.ts` is `local-lambda-worker`. */
export function programName(source: string): string {
  return source.replace(/\.ts$/, '').replaceAll('/', '-');
}
