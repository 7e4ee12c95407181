import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../clients/cli/exit-codes.ts';
import { TOOLS } from '../../clients/cli/mcp/tools.ts';
import { syntaxOf } from '../../clients/cli/syntax.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/command-line.md'), 'utf8');
// The program itself: it knows what joins the commands of customers.
const COMMAND = join(import.meta.dirname, '../../bin/cli.ts');
const HELP = execFileSync(process.execPath, [COMMAND, 'help'], { encoding: 'utf8' });
const [COMMANDS = ''] = HELP.split('\nEverywhere');
const USAGES = Array.from(COMMANDS.matchAll(/^ {2}(\S.*)$/gm), ([, usage = '']) => usage);

test.each(USAGES)('docs/command-line.md names %s, and its options', (usage) => {
  const { words, options } = syntaxOf(usage.replace(' …', ''));
  const row =
    PAGE.split('\n').find((line) => line.startsWith('| `') && line.includes(`\`${words.join(' ')}`)) ?? '';
  expect(row).not.toBe('');
  const shared = /^(env|keys)/.test(usage) ? PAGE : row;
  for (const { name } of options) expect(shared).toContain(`--${name}`);
});

test('docs/command-line.md and help have every exit code', () => {
  const [, codes = ''] = PAGE.split('## Exit codes');
  const documented = Array.from(codes.split('\n## ')[0]?.matchAll(/^\| (\d+) \|/gm) ?? [], ([, code]) =>
    Number(code),
  );
  expect(documented).toEqual(Object.values(EXIT));
  for (const code of documented) expect(HELP).toMatch(new RegExp(`\\b${code} `));
});

test('docs/command-line.md has every tool of the MCP server', () => {
  for (const { name } of TOOLS) expect(PAGE).toContain(`\`${name}\``);
});
