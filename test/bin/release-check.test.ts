import { expect, test } from 'vitest';
import { type Release, releaseFaults } from '../../bin/release-check.ts';

const PACKED = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'dist/index.js',
  'types/lib/index.d.ts',
];
const changelog = (unreleased: string, title = '[1.2.3] - 2027-01-31', body = '- A thing.') =>
  `# Changelog\n\n## [Unreleased]\n${unreleased}\n## ${title}\n\n${body}\n`;
const RELEASE: Release = {
  version: '1.2.3',
  changelog: changelog(''),
  packed: PACKED,
  changed: [],
  tag: 'v1.2.3',
};
const withFile = (path: string) => ({ packed: [...PACKED, path] });

test('a release whose tag, version and changelog agree has no fault', () => {
  expect(releaseFaults(RELEASE)).toEqual([]);
});

test('between releases there is no tag, and what is unreleased may be told', () => {
  const { tag: _, ...between } = RELEASE;
  expect(releaseFaults({ ...between, changelog: changelog('\n- Soon.\n') })).toEqual([]);
  expect(releaseFaults({ ...between, changelog: '# Changelog\n\n## [Unreleased]\n\n- Soon.\n' })).toEqual([]);
});

test.each<[name: string, change: Partial<Release>, fault: RegExp]>([
  ['a test in the tarball', withFile('lib/stack.test.ts'), /^lib\/stack\.test\.ts is a test/],
  ['a bench in the tarball', withFile('bench/main.ts'), /^bench\/main\.ts is a test/],
  ['an environment file', withFile('lib/.env.local'), /^lib\/\.env\.local is a secret/],
  ['a private key', withFile('lambdas/signing.pem'), /^lambdas\/signing\.pem is a secret/],
  ['credentials', withFile('ops/credentials.json'), /^ops\/credentials\.json is a secret/],
  ['the note of a running stack', withFile('.latchkey/outputs.json'), /outputs\.json is local state/],
  ['the toolchain', withFile('toolchain/check.ts'), /^toolchain\/check\.ts is an affair of the repository/],
  ['a database', withFile('local/table.db'), /^local\/table\.db is local state/],
  ['a workflow', withFile('.github/workflows/ci.yml'), /ci\.yml is an affair of the repository/],
  ['a file that is not as it is in git', { changed: ['lib/notes.txt'] }, /^lib\/notes\.txt is not in git/],
  [
    'a tarball without its licence',
    { packed: PACKED.filter((path) => path !== 'LICENSE') },
    /^LICENSE is not in/,
  ],
  [
    'a version that the changelog does not tell',
    { version: '1.3.0', tag: 'v1.3.0' },
    /newest section .* 1\.2\.3$/,
  ],
  [
    'a tag of another version',
    { tag: 'v1.2.4' },
    /^the tag is v1\.2\.4, and package\.json has version 1\.2\.3$/,
  ],
  ['a tag without its v', { tag: '1.2.3' }, /^the tag "1\.2\.3" is not like v1\.2\.3$/],
  ['a changelog without releases', { changelog: '# C\n\n## [Unreleased]\n' }, /has no section \[1\.2\.3\]$/],
  [
    'a section without a date',
    { changelog: changelog('', '[1.2.3]') },
    /^CHANGELOG\.md: "\[1\.2\.3\]" is not/,
  ],
  ['a section that says nothing', { changelog: changelog('', undefined, '') }, /\[1\.2\.3\] says nothing$/],
  ['something left under Unreleased', { changelog: changelog('\n- Late.\n') }, /^CHANGELOG\.md: move what/],
  [
    'a changelog without Unreleased',
    { changelog: '# C\n\n## [1.2.3] - 2027-01-31\n' },
    /does not begin with/,
  ],
])('%s stops a release', (_name, change, fault) => {
  expect(releaseFaults({ ...RELEASE, ...change })).toContainEqual(expect.stringMatching(fault));
});
