import { declarationOf, moduleName, PUBLIC_ENTRIES, type PublicEntry } from './package-entries.ts';

/** What the manifest takes from the repository's `package.json`: versions stand there alone. */
export interface RepositoryManifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/**
 * What a CDK app or a React app has by itself, from which version on; null for the one that the tests have seen. All are
 * optional: a server that only verifies needs none of them.
 */
const PEERS: Readonly<Record<string, string | null>> = {
  // The command line that reads what the library writes (docs/dependencies.md).
  'aws-cdk': null,
  'aws-cdk-lib': null,
  constructs: null,
  // For a profile of a team's own.
  esbuild: '>=0.25',
  react: '>=18',
};
/** The DynamoDB engine of `latchkey dev`. */
const OPTIONAL = ['@dynoxide/linux-x64'] as const;

/** `package.json` of the package. `imported` are the packages that its modules import, by their names. */
export function packageManifest(repository: RepositoryManifest, imported: ReadonlySet<string>): object {
  const { version, description, license, dependencies, devDependencies, optionalDependencies } = repository;
  const known = { ...devDependencies, ...dependencies };
  const isPeer = (name: string) => Object.hasOwn(PEERS, name);
  const unknown = [...imported].filter((name) => dependencies[name] === undefined && !isPeer(name));
  if (unknown.length > 0)
    throw new Error(`${unknown.join(', ')}: the package imports it, and it is no dependency of package.json`);
  const needed = [...imported].filter((name) => !isPeer(name)).sort();
  return {
    name: 'latchkey',
    version,
    description,
    license,
    type: 'module',
    // No module does anything when it is imported, but for the element that registers itself.
    sideEffects: ['./dist/embed.js'],
    // What `require` needs to load ES modules.
    engines: { node: '^20.19.0 || >=22.12.0' },
    bin: { latchkey: './bin/cli.js' },
    exports: Object.fromEntries(PUBLIC_ENTRIES.map((entry) => [entry.subpath, exportsOf(entry)])),
    dependencies: Object.fromEntries(needed.map((name) => [name, rangeOf(name, known)])),
    peerDependencies: Object.fromEntries(
      Object.entries(PEERS).map(([name, range]) => [name, range ?? rangeOf(name, known)]),
    ),
    peerDependenciesMeta: Object.fromEntries(Object.keys(PEERS).map((name) => [name, { optional: true }])),
    optionalDependencies: Object.fromEntries(OPTIONAL.map((name) => [name, optionalDependencies[name]])),
  };
}

/** `package.json` of `create-latchkey`. Its file needs nothing; what it writes into an app stands in `devDependencies`. */
export function createManifest({
  version,
  license,
  dependencies,
  devDependencies,
}: RepositoryManifest): object {
  const known = { ...devDependencies, ...dependencies };
  return {
    name: 'create-latchkey',
    version,
    description: 'Writes a small CDK app with Latchkey: npm create latchkey my-api',
    license,
    type: 'module',
    engines: { node: '>=20.19' },
    bin: './dist/index.js',
    devDependencies: Object.fromEntries(
      ['aws-cdk', 'aws-cdk-lib', 'constructs'].map((name) => [name, rangeOf(name, known)]),
    ),
  };
}

function exportsOf(entry: PublicEntry) {
  return { types: `./types/${declarationOf(entry)}`, default: `./dist/${moduleName(entry)}.js` };
}

/** What is compatible with the version that the tests have seen. */
function rangeOf(name: string, versions: Readonly<Record<string, string>>): string {
  const version = versions[name];
  if (version === undefined) throw new Error(`${name}: package.json has no version of it`);
  return `^${version}`;
}
