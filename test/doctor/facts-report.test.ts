/** Which assumption each probe settles, and what `--report` makes of the page that lists them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Api } from '../../doctor/api.ts';
import { withRecordings } from '../../doctor/facts-report.ts';
import type { Finding, Probe } from '../../doctor/finding.ts';
import { accountProbes } from '../../doctor/probes/account.ts';
import { deploymentProbes } from '../../doctor/probes/deployment.ts';
import { Flow } from '../../doctor/probes/flow.ts';
import { loadSettings } from '../../lib/settings.ts';
import { REPOSITORY } from '../../ops/surroundings.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/aws-facts.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| .+? \| (.+?) \| (.+?) \|$/gm)].map(
  ([, number, state = '', settledBy = '']) => ({ number: Number(number), state, settledBy }),
);

async function allProbes(): Promise<readonly Probe[]> {
  const api = new Api('https://api.example.com');
  const flow = new Flow(api);
  return [
    ...deploymentProbes({
      api,
      flow,
      table: 'table',
      stack: 'Latchkey',
      slow: true,
      streamPath: '/v1/events',
      mirror: '/v1/mirror',
      protectedStacks: [],
      surroundings: REPOSITORY,
    }),
    ...accountProbes(await loadSettings()),
  ];
}

describe('the assumptions', () => {
  test('name the probes that settle them, and those name them', async () => {
    const claimed = (await allProbes()).flatMap(({ id, settles = [] }) =>
      settles.map((number) => `${number} ${id}`),
    );
    const written = rows.flatMap(({ number, settledBy }) => {
      const [, ids = ''] = /^doctor: ((?:`[\w-]+`(?:, )?)+)/.exec(settledBy) ?? [];
      return [...ids.matchAll(/`([\w-]+)`/g)].map(([, id]) => `${number} ${id}`);
    });
    expect(written.length).toBeGreaterThan(10);
    expect(claimed.sort()).toEqual(written.sort());
  });

  test('are each settled by a probe, documented or recorded, or not used', () => {
    for (const { number, state, settledBy } of rows)
      expect(
        /^doctor: `/.test(settledBy) || /not used|recorded/.test(state),
        `${number}: ${state} / ${settledBy}`,
      ).toBe(true);
  });
});

describe('each item of the page', () => {
  const sections = page.split(/^## /m).slice(1);
  const items = sections.flatMap((section) => {
    const [title = '', ...lines] = section.split('\n');
    return lines.filter((line) => line.startsWith('- ')).map((line) => ({ title, line }));
  });

  test('is documented, recorded or synthesized, or names what settles it, or is not relied on', () => {
    expect(items.length).toBeGreaterThan(90);
    const unsettled = items.filter(
      ({ line }) =>
        !/\[[^\]]*\b(D|REC|CDK)\b[^\]]*\]/.test(line) &&
        !/\(rows? \d+( and \d+)?\)/.test(line) &&
        !/[Nn]ot relied on/.test(line) &&
        !/doctor `/.test(line) &&
        !/`doctor --|`doctor` /.test(line),
    );
    expect(unsettled.map(({ title, line }) => `${title}: ${line.slice(0, 80)}`)).toEqual([]);
  });

  test('that points to a row of the table points to one that is there', () => {
    const pointed = items.flatMap(({ line }) =>
      Array.from(line.matchAll(/\(rows? (\d+)(?: and (\d+))?\)/g), ([, ...numbers]) => numbers).flat(),
    );
    expect(pointed.length).toBeGreaterThan(5);
    for (const number of pointed.filter((each) => each !== undefined))
      expect(page).toContain(`\n| ${number} |`);
  });
});

describe('--report', () => {
  const where = { date: '2026-11-27', region: 'eu-central-1' };
  const finding = (given: Partial<Finding>): Finding => ({
    id: 'limit',
    status: 'ok',
    found: 'It is.',
    ...given,
  });
  const stateOf = (text: string, number: number) =>
    new RegExp(`^\\| ${number} \\| .+? \\| (.+?) \\| .+? \\|$`, 'm').exec(text)?.[1];

  test('turns an assumption that was settled into a record, with the finding, and leaves the others', () => {
    const text = withRecordings(page, [finding({ settles: [2], found: 'A 429 | in\ntime.' })], where);
    expect(stateOf(text, 2)).toBe('**recorded** 2026-11-27, eu-central-1. `limit`: A 429 \\| in time.');
    expect(stateOf(text, 3)).toBe(stateOf(page, 3));
    expect(text.split('\n')).toHaveLength(page.split('\n').length);
    expect(text.split('\n').filter((line, index) => line !== page.split('\n')[index])).toHaveLength(1);
  });

  test('says where an account contradicts one, even if another probe does not', () => {
    const text = withRecordings(
      page,
      [
        finding({ id: 'audit', settles: [14] }),
        finding({ id: 'usage', status: 'wrong', settles: [14], found: 'Nothing.' }),
      ],
      where,
    );
    expect(stateOf(text, 14)).toMatch(/^\*\*CONTRADICTED\*\* .+ `audit`: It is\. `usage`: Nothing\.$/);
  });

  test('leaves what was not checked, and can be written again over itself', () => {
    expect(withRecordings(page, [finding({ status: 'not checked', settles: [2] })], where)).toBe(page);
    const once = withRecordings(page, [finding({ settles: [2] })], where);
    expect(withRecordings(once, [finding({ settles: [2] })], where)).toBe(once);
    expect(() => withRecordings('# Another page', [], where)).toThrow(/no table/);
  });
});
