/**
 * `npm run bench:scale -- [--seed N] [--json] [--check | --write] [TABLE ...]`: simulates the product's own code at scale in
 * virtual time, and prints the tables of docs/scale.md, or those that are named. `--check` exits with 1 where that page has other figures; `--write` writes
 * them into it. Nothing is measured: the same seed gives the same figures on every machine.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type SimulatedFigures, simulate } from './tables.ts';

const PAGE = join(import.meta.dirname, '../../docs/scale.md');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const tables = await simulate(Number(values.seed), positionals);
if (values.check || values.write) {
  const page = readFileSync(PAGE, 'utf8');
  const simulated = Object.entries(tables).reduce(withTable, page);
  if (values.write) writeFileSync(PAGE, simulated);
  else if (simulated !== page) {
    console.error('docs/scale.md is not what the simulator prints: npm run bench:scale -- --write');
    process.exitCode = 1;
  }
} else if (values.json) console.log(JSON.stringify(tables, null, 2));
else for (const [name, table] of Object.entries(tables)) console.log(`## ${name}\n\n${markdown(table)}\n`);

/** The page with a table between its markers. Throws where it has none. */
function withTable(page: string, [name, table]: [string, SimulatedFigures]): string {
  const place = new RegExp(`(<!-- simulated: ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`);
  if (!place.test(page)) throw new Error(`docs/scale.md has no place for the table ${name}.`);
  return page.replace(place, (_all, begin: string, end: string) => `${begin}${markdown(table)}\n${end}`);
}

function markdown({ columns, rows }: SimulatedFigures): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
