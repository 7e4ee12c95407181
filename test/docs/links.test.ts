import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import items from './asvs-5.0.0-level-2.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const PAGES = globSync('{*.md,docs/**/*.md}', { cwd: ROOT });
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
/** A page without its code blocks, in which a `#` begins a comment and a bracket no link. */
const prose = (page: string) => read(page).replace(/^```[\s\S]*?^```/gm, '');

test.each(['SECURITY.md', 'docs/security.md'])('every test that %s names is there', (page) => {
  const named = [...read(page).matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path ?? '')))).toEqual([]);
});

test('every file of the repository that a page names is there', () => {
  const named = PAGES.flatMap((page) =>
    [
      ...prose(page).matchAll(/`((?:bin|lib|lambdas|profiles|local|ops|doctor|bench|test|docs)\/[\w./-]+)`/g),
    ].map(([, path = '']) => [page, path] as const),
  );
  expect(named.length).toBeGreaterThan(100);
  expect(
    named.filter(([, path]) => !existsSync(join(ROOT, path))).map(([page, path]) => `${page}: ${path}`),
  ).toEqual([]);
});

test('every page and heading that a page links to is there', () => {
  const broken = PAGES.flatMap((page) =>
    [...prose(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?[^)]*\)/g)]
      .filter(([, file = '', heading]) => {
        const target = file === '' ? page : join(dirname(page), file);
        if (!existsSync(join(ROOT, target))) return true;
        return heading !== undefined && !anchors(target).has(heading);
      })
      .map(([link]) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

/** The anchors that GitHub gives the headings of a page: lower case, spaces as hyphens, no punctuation. */
function anchors(page: string): Set<string> {
  return new Set(
    [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test('the README is read in three minutes, and begins with the commands that work', () => {
  const readme = read('README.md');
  expect(readme.split(/\s+/).length).toBeLessThan(700);
  expect(readme).toContain('npm ci && npm start');
  expect(readme).toContain('`npm test`');
});

test('security.md tells of every item of the ASVS up to level 2, each once', () => {
  const [, ...tables] = read('docs/security.md').split(/^## V/m);
  const named = tables.flatMap((table) =>
    [...table.matchAll(/^\| ([\d., ]+) \|/gm)].flatMap(([, items = '']) => items.split(', ')),
  );
  expect(named.toSorted()).toEqual(items.toSorted());
});

test('security.md says in its first lines how many of them hold, and how many do not', () => {
  const [intro = '', ...tables] = read('docs/security.md').split(/^## V/m);
  const rows = tables.flatMap((table) => [...table.matchAll(/^\| ([\d., ]+) \| .+? \| (.+) \|$/gm)]);
  const number = (standing: string) =>
    rows
      .filter(([, , how]) => how?.startsWith(standing))
      .reduce((sum, [, numbers = '']) => sum + numbers.split(', ').length, 0);
  const [hold, not, never] = ['holds', '**does not hold', 'does not apply'].map(number);
  expect(intro).toContain(
    `of ${items.length} items ${hold} hold, ${not} **do not hold**, and ${never} do not apply`,
  );
  // All say one of these, but for the one that the intro names.
  expect((hold ?? 0) + (not ?? 0) + (never ?? 0) + number('the deployer’s')).toBe(items.length);
  expect(number('the deployer’s')).toBe(1);
});
