import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOT_THERE_YET } from '../acceptance/page.ts';
import { PROFILES } from '../profiles/profiles.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const PAGE = readFileSync(join(DOCS, 'profiles.md'), 'utf8');

test('every cell of the table of profiles names a test that there is', () => {
  const links = [...PAGE.matchAll(/\]\((\.\.\/test\/[^ )]+) "((?:[^"\\]|\\.)*)"\)/g)];
  expect(links.length).toBeGreaterThan(80);
  const missing = links.filter(([, file = '', title = '']) => {
    const text = readFileSync(join(DOCS, file), 'utf8').replace(/\\'/g, "'");
    return !text.includes(title.replaceAll('\\|', '|'));
  });
  expect(missing.map(([, file, title]) => `${file}: ${title}`)).toEqual([]);
});

test('the table has every published contract, and a cell for each in every row', () => {
  const names = PROFILES.map(({ name }) => name).filter((name) => name !== 'default');
  const [table = ''] = /\n\| \| `nams`[\s\S]*?\n\n/.exec(PAGE) ?? [];
  for (const name of names) expect(table.split('\n')[1]).toContain(`\`${name}\``);
  for (const row of table.trim().split('\n')) {
    expect([row.slice(0, 40), row.replaceAll('\\|', '').split('|').length]).toEqual([
      row.slice(0, 40),
      names.length + 3,
    ]);
  }
});

test('what is not there yet is named', () => {
  const [section = ''] = /## Not there yet[\s\S]*?\n## /.exec(PAGE) ?? [];
  for (const word of ['OAuth', 'dashboards']) expect(section).toContain(word);
  expect(Object.keys(NOT_THERE_YET)).toHaveLength(2);
});
