/**
 * Holds a release to docs/releasing.md, and says every fault in a line: `npm run release-check`, or
 * `npm run release-check -- v1.2.3` for what a tag must hold besides.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

export interface Release {
  /** Of `package.json`. */
  readonly version: string;
  /** The text of `CHANGELOG.md`. */
  readonly changelog: string;
  /** The paths that `npm pack` would put into the tarball. */
  readonly packed: readonly string[];
  /** The paths that git tracks and, between releases, those that are new and not ignored. */
  readonly tracked: readonly string[];
  /** Absent between releases. */
  readonly tag?: string;
}

/** What must not be published, though git tracks it. */
const UNPUBLISHED = [
  { what: 'a test', path: /^(test|bench)\/|\.test\.\w+$/ },
  {
    what: 'a secret',
    path: /(^|\/)(\.env|\.npmrc|id_(rsa|ed25519)|credentials(\.(json|csv|ini))?$)|\.(pem|key|p12|pfx)$/,
  },
  {
    what: 'local state',
    path: /(^|\/)(\.latchkey|cdk\.out|coverage|node_modules)\/|\.(log|tgz|tsbuildinfo|db|sqlite)$/,
  },
  {
    what: 'an affair of the repository',
    path: /^\.(ci|git|github|nvmrc|editorconfig)|^(biome|tsconfig\..*)\.json$/,
  },
];
const REQUIRED = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'bin/latchkey.ts',
  'latchkey.config.ts',
];
/** Has `git ls-files` give what the next commit may add. */
const NEW_ONES = ['--cached', '--others', '--exclude-standard'];
/** Semantic Versioning 2.0.0, without build metadata, which npm drops. */
const TAG = /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** The faults of a release, each in a sentence. None: it may go out. */
export function releaseFaults(release: Release): string[] {
  return [...tarballFaults(release), ...versionFaults(release)];
}

function tarballFaults({ packed, tracked }: Release): string[] {
  const inGit = new Set(tracked);
  const faults = packed.flatMap((path) => {
    const kind = UNPUBLISHED.find((each) => each.path.test(path));
    if (kind !== undefined) return [`${path} is ${kind.what}: keep it out by "files" in package.json`];
    return inGit.has(path) ? [] : [`${path} is not in git: commit it, or remove it`];
  });
  const missing = REQUIRED.filter((path) => !packed.includes(path));
  return [...faults, ...missing.map((path) => `${path} is not in the tarball`)];
}

function versionFaults({ version, changelog, tag }: Release): string[] {
  const [unreleased, newest] = sections(changelog);
  if (unreleased?.title !== '[Unreleased]')
    return ['CHANGELOG.md does not begin with the section [Unreleased]'];
  const heading = newest && /^\[(.+)\] - \d{4}-\d{2}-\d{2}$/.exec(newest.title);
  if (newest && !heading) return [`CHANGELOG.md: "${newest.title}" is not "[1.2.3] - 2027-01-31"`];
  const described = heading?.[1];
  const faults: string[] = [];
  if (described !== undefined && described !== version)
    faults.push(`package.json has version ${version}, the newest section of CHANGELOG.md ${described}`);
  if (tag === undefined) return faults;
  if (!TAG.test(tag)) faults.push(`the tag "${tag}" is not like v1.2.3`);
  if (tag !== `v${version}`) faults.push(`the tag is ${tag}, and package.json has version ${version}`);
  if (described === undefined) faults.push(`CHANGELOG.md has no section [${version}]`);
  if (newest?.body === '') faults.push(`CHANGELOG.md: the section [${described}] says nothing`);
  if (unreleased.body !== '')
    faults.push(`CHANGELOG.md: move what stands under [Unreleased] to [${version}]`);
  return faults;
}

function sections(changelog: string): { title: string; body: string }[] {
  const [, ...parts] = changelog.split(/^## /m);
  return parts.map((part) => {
    const [title = '', ...body] = part.split('\n');
    return { title: title.trim(), body: body.join('\n').trim() };
  });
}

/** The release that the working tree would make. */
export function releaseOfTree(tag?: string): Release {
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  // A list, or from npm 12 on an object with a member for each package.
  const [tarball] = Object.values<{ files: { path: string }[] }>(
    JSON.parse(run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts')),
  );
  return {
    version: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
    changelog: readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'),
    packed: tarball?.files.map(({ path }) => path) ?? [],
    tracked: run('git', 'ls-files', '-z', ...(tag === undefined ? NEW_ONES : [])).split('\0'),
    ...(tag === undefined ? {} : { tag }),
  };
}

if (import.meta.main) {
  const faults = releaseFaults(releaseOfTree(process.argv[2]));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
