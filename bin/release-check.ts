/**
 * Holds a release to docs/releasing.md, and says every fault in a line: `npm run release-check`, or
 * `npm run release-check -- v1.2.3` for what a tag must hold besides.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPackage, packedFiles } from './build.ts';

const ROOT = join(import.meta.dirname, '..');

export interface Release {
  /** Of `package.json`. */
  readonly version: string;
  /** The text of `CHANGELOG.md`. */
  readonly changelog: string;
  /** The paths that `npm pack` would put into the tarball of the built package. */
  readonly packed: readonly string[];
  /** The paths that differ from what is in git. */
  readonly changed: readonly string[];
  /** Absent between releases. */
  readonly tag?: string;
}

/** What must not be published. */
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
    path: /^\.(ci|git|github|nvmrc|editorconfig)|^toolchain\/|^(biome|tsconfig\..*)\.json$/,
  },
];
const REQUIRED = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist/index.js',
  'types/lib/index.d.ts',
];
/** Semantic Versioning 2.0.0, without build metadata, which npm drops. */
const TAG = /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** The faults of a release, each in a sentence. None: it may go out. */
export function releaseFaults(release: Release): string[] {
  return [...tarballFaults(release), ...versionFaults(release)];
}

function tarballFaults({ packed, changed, tag }: Release): string[] {
  const faults = packed.flatMap((path) => {
    const kind = UNPUBLISHED.find((each) => each.path.test(path));
    return kind === undefined ? [] : [`${path} is ${kind.what}: keep it out in bin/build.ts`];
  });
  const missing = REQUIRED.filter((path) => !packed.includes(path));
  // Between releases there is always something that is being written.
  const uncommitted = tag === undefined ? [] : changed;
  return [
    ...faults,
    ...missing.map((path) => `${path} is not in the tarball`),
    ...uncommitted.map((path) => `${path} is not in git as it is here: commit it, or remove it`),
  ];
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
export async function releaseOfTree(tag?: string): Promise<Release> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-release-'));
  try {
    await buildPackage(folder);
    const changes = execFileSync('git', ['status', '--porcelain', '-z', '--untracked-files=all'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return {
      version: JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version,
      changelog: readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'),
      packed: packedFiles(folder).files.map(({ path }) => path),
      changed: changes
        .split('\0')
        .filter((line) => line !== '')
        .map((line) => line.slice(3)),
      ...(tag === undefined ? {} : { tag }),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const faults = releaseFaults(await releaseOfTree(process.argv[2]));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
