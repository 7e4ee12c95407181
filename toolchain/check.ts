/**
 * `npm run check`: formatter and linter, types, promises and import rules, until one finds something.
 * `npm run check -- TOOL [OPTION...]` runs one of them with options of its own, as `npm run check -- biome --write`.
 */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { COMMANDS, type Tool, toolProgram } from './install.ts';
import { PARTS } from './parts.ts';

const STEPS: Readonly<Record<Tool, readonly string[]>> = {
  biome: ['check', '.'],
  tsc: ['-b', '--singleThreaded'],
  oxlint: [],
  depcruise: ['--config', '.dependency-cruiser.mjs', ...PARTS],
};

const [chosen, ...options] = process.argv.slice(2);
const tools = (Object.keys(STEPS) as Tool[]).filter((tool) => chosen === undefined || tool === chosen);
if (tools.length === 0) console.error(`"${chosen}" is none of ${Object.keys(STEPS).join(', ')}.`);
process.exitCode = tools.length > 0 && tools.every((tool) => passes(tool, options)) ? 0 : 1;

function passes(tool: Tool, options: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, [toolProgram(tool), ...STEPS[tool], ...options], {
    cwd: join(import.meta.dirname, '..'),
    stdio: 'inherit',
    // oxlint starts another program, which it looks for there.
    env: { ...process.env, PATH: [COMMANDS, process.env.PATH].join(delimiter) },
  });
  return status === 0;
}
