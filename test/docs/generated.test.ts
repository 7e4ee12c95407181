import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adrIndex } from '../../lib/docs/adr-index.ts';
import { roomsPicture, withGeneratedParts } from '../../lib/docs/rooms-picture.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCS = join(ROOT, 'docs');
const read = (file: string) => readFileSync(file, 'utf8');

let written: string;
beforeAll(() => {
  written = mkdtempSync(join(tmpdir(), 'latchkey-docs-'));
  execFileSync(process.execPath, ['bin/docs.ts', written], { cwd: ROOT });
});
afterAll(() => rmSync(written, { recursive: true, force: true }));

describe('the generated documents', () => {
  test('are what `npm run docs` writes', () => {
    const files = globSync('**/*.{md,json}', { cwd: written });
    // Of the OpenAPI documents of other profiles git keeps the hash only.
    const kept = [...files, 'openapi/SHA256SUMS'].filter(
      (file) => !/^openapi\/(?!default).*\.json$/.test(file),
    );
    expect(kept.sort()).toEqual([
      'adr/README.md',
      'architecture.md',
      'bootstrap-policy.json',
      'deploy.md',
      'openapi/SHA256SUMS',
      'openapi/default.json',
      'roles.md',
      'routes.md',
    ]);
    for (const file of kept)
      expect(read(join(DOCS, file)), `npm run docs: ${file}`).toBe(read(join(written, file)));
  });

  test('name every profile with the hash of its OpenAPI document, and every profile in routes.md', () => {
    const profiles = readdirSync(join(written, 'openapi'))
      .filter((file) => file.endsWith('.json'))
      .sort();
    const sums = read(join(DOCS, 'openapi/SHA256SUMS')).trim().split('\n');
    expect(sums.map((line) => line.split('  ')[1])).toEqual(profiles);
    expect(profiles.length).toBeGreaterThan(5);
    const routes = read(join(DOCS, 'routes.md'));
    for (const file of profiles) expect(routes).toContain(`\n## \`${file.replace('.json', '')}\`\n`);
  });
});

describe('architecture.md', () => {
  const page = read(join(DOCS, 'architecture.md'));

  test('has a row for every room, and each file that the row names is in the room', () => {
    const [section = ''] = /\n## Rooms\n[\s\S]*?\n### /.exec(page) ?? [];
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const rooms = rows.map((row) => /^\| `(\w+)`/.exec(row)?.[1] ?? '');
    const others = ['contract', 'kernel', 'table', 'http', 'functions', 'verify'];
    expect([...rooms, ...others].sort()).toEqual(readdirSync(join(ROOT, 'lambdas')).sort());
    const missing = rows.flatMap((row, index) =>
      [...row.matchAll(/`([\w/-]+\.ts)`/g)]
        .map(([, file = '']) => `lambdas/${file.includes('/') ? file : `${rooms[index]}/${file}`}`)
        .filter((file) => !existsSync(join(ROOT, file))),
    );
    expect(missing).toEqual([]);
  });

  test('draws exactly the arrows that the import rules allow', async () => {
    const { ROOMS } = await import(new URL('../../.dependency-cruiser.mjs', import.meta.url).href);
    const [picture = ''] = /flowchart TD[\s\S]*?```/.exec(page) ?? [];
    const drawn = new Map(
      [...picture.matchAll(/^ +(\w+) --> (.+)$/gm)].map(([, from = '', to = '']) => [from, to.split(' & ')]),
    );
    for (const [room, mayImport] of Object.entries<string[]>(ROOMS)) {
      expect([room, drawn.get(room) ?? []]).toEqual([room, mayImport]);
    }
    expect(drawn.get('table')).toEqual(['rooms']);
    expect(drawn.get('http')).toEqual(['access', 'rooms']);
  });
});

test('the picture follows the rules: a further arrow is drawn', () => {
  const rules = (upper: readonly string[]) => ({
    ROOMS: { lower: [], upper },
    LAYERS: { table: ['contract', 'kernel', 'lower', 'upper'] },
    default: { forbidden: [] },
  });
  expect(roomsPicture(rules([]))).not.toContain('upper -->');
  expect(roomsPicture(rules(['lower']))).toContain('upper --> lower\n');
});

test('a page without the place of a generated part is an error, not a page without it', () => {
  expect(() => withGeneratedParts('# A page\n', { rooms: 'x' })).toThrow(
    'no place for the generated part "rooms"',
  );
});

describe('the index of decisions', () => {
  const head = (number: string, status: string) =>
    `# ${number}: Title\n\n**Status:** ${status}\n\n**In short:** A sentence.\n\n## Context\n`;

  test('has every record, and a record that amends or supersedes another is linked from that one', () => {
    const files = readdirSync(join(DOCS, 'adr')).filter((file) => /^\d/.test(file));
    const index = read(join(DOCS, 'adr/README.md'));
    for (const file of files) {
      expect(index).toContain(`](${file})`);
      const [, status = ''] = /\*\*Status:\*\* (.+)/.exec(read(join(DOCS, 'adr', file))) ?? [];
      const [, changed = ''] = /\b(?:Amends|Supersedes) \[\d+\]\(([^)]+)\)/.exec(status) ?? [];
      if (changed === '') continue;
      expect(read(join(DOCS, 'adr', changed)), `the status of ${changed}`).toMatch(
        new RegExp(`\\*\\*Status:\\*\\* (Amended|Superseded) by .*\\(${file}\\)`),
      );
    }
  });

  test.each([
    [
      'a head that is not complete',
      [['0001-a.md', '# 0001: Title\n\nAccepted.\n']],
      '0001-a.md: must begin with',
    ],
    ['a status that is none', [['0001-a.md', head('0001', 'Perhaps.')]], '0001-a.md: must begin with'],
    [
      "a number that is not the file's",
      [['0002-a.md', head('0001', 'Accepted.')]],
      '0002-a.md: must begin with',
    ],
    [
      'a number that is used twice',
      [
        ['0001-a.md', head('0001', 'Accepted.')],
        ['0001-b.md', head('0001', 'Accepted.')],
      ],
      'two records have the number 0001',
    ],
  ] as const)('refuses %s', (_, records, message) => {
    expect(() => adrIndex(new Map(records))).toThrow(message);
  });
});
