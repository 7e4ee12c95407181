/** docs/upstream.md, "Held to the standard": every item is held by a test that there is, or by API Gateway. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const [, list = ''] = readFileSync(join(ROOT, 'docs/upstream.md'), 'utf8').split('## Held to the standard');
const rows = [...list.matchAll(/^\| (9110|9112), (.+?) \| .+ \| (.+?) \|$/gm)].map(
  ([, rfc = '', sections = '', heldBy = '']) => ({ rfc, sections: sections.split(', '), heldBy }),
);
const INTERMEDIARY = 'test/acceptance/intermediary.test.ts';

describe('the list of what an intermediary does', () => {
  test('names for every item tests that there are, or API Gateway', () => {
    expect(rows.length).toBeGreaterThan(40);
    for (const { rfc, sections, heldBy } of rows) {
      const tests = [...heldBy.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);
      expect([rfc, sections, tests.length > 0 || heldBy === 'API Gateway']).toEqual([rfc, sections, true]);
      for (const file of tests) expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    }
  });

  test(`and ${INTERMEDIARY} for each that a test of it says to hold`, () => {
    const source = readFileSync(join(ROOT, INTERMEDIARY), 'utf8');
    const said = [...source.matchAll(/(9110|9112), ((?:\d+(?:\.\d+)*(?:, )?)+)/g)].flatMap(
      ([, rfc = '', sections = '']) =>
        sections
          .split(', ')
          .filter(Boolean)
          .map((section) => `${rfc}, ${section}`),
    );
    const listed = rows
      .filter(({ heldBy }) => heldBy.includes(INTERMEDIARY))
      .flatMap(({ rfc, sections }) => sections.map((section) => `${rfc}, ${section}`));
    expect(said.length).toBeGreaterThan(20);
    for (const item of said)
      expect(
        listed.some((each) => each === item || item.startsWith(`${each}.`) || each.startsWith(`${item}.`)),
        item,
      ).toBe(true);
  });
});
