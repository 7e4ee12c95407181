/** CONTRIBUTING's recipe "Add a field", followed in a copy of this repository. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toolProgram } from '../../toolchain/install.ts';

const run = promisify(execFile);

const ROOT = join(import.meta.dirname, '../..');
const COPIED = [
  'lib',
  'lambdas',
  'local',
  'profiles',
  'package.json',
  'test/http/requests.ts',
  'test/architecture/described-keys.ts',
  'test/support',
  'tsconfig.json',
  'tsconfig.run.json',
];

const DECLARATION = 'lambdas/keys/api-key.ts';
const SCHEMAS = 'lambdas/keys/views.ts';

/** What the edited files, and all rows that use them, compile with. */
const ROWS = {
  extends: './tsconfig.json',
  compilerOptions: { composite: false, emitDeclarationOnly: false, noEmit: true },
  include: ['lambdas/keys/rows.ts', 'lambdas/transfer/rows.ts'],
  references: [],
};

/** An edit puts a line before the one that begins so. */
type Edit = readonly [file: string, before: string, text: string];

const TYPE: Edit = [
  DECLARATION,
  '  readonly environment: Environment;',
  '  readonly description: string | null;',
];
const FIELD: Edit = [
  DECLARATION,
  '  locator: {',
  `  description: {
    on: 'row',
    stored: optionalText('description'),
    initial: null,
    patch: true,
    view: 'description',
    audit: 'description',
  },`,
];
const CODEC: Edit = [DECLARATION, '  readOff,', '  optionalText,'];
const REQUESTS: Edit = [
  SCHEMAS,
  '  metadata: metadata.optional(),',
  '  description: plainText(500).nullable().optional(),',
];
const ANSWERS: Edit = [SCHEMAS, '    key_prefix: z', '    description: z.string().nullable(),'];
const TEXT: Edit = [SCHEMAS, 'import { API_KEY', "import { plainText } from '../kernel/fields.ts';"];

const RECIPE = [TYPE, FIELD, CODEC, REQUESTS, ANSWERS, TEXT];

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'latchkey-field-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'tsconfig.rows.json'), JSON.stringify(ROWS));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Makes these edits, and no others, in the copy. */
function edit(edits: readonly Edit[]): void {
  for (const file of [DECLARATION, SCHEMAS]) {
    let code = readFileSync(join(ROOT, file), 'utf8');
    for (const [where, before, text] of edits) {
      if (where !== file) continue;
      expect(code.split(`\n${before}`), before).toHaveLength(2);
      code = code.replace(`\n${before}`, () => `\n${text}\n${before}`);
    }
    writeFileSync(join(copy, file), code);
  }
}

/** What the compiler says of the copy: all of its run-time code, or what the edited files concern. */
async function compile(project: 'run' | 'rows'): Promise<string> {
  const done = run(
    process.execPath,
    [toolProgram('tsc'), '-p', `tsconfig.${project}.json`, '--noEmit', '--pretty', 'false'],
    {
      cwd: copy,
    },
  );
  return done.then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}

test('an optional field of API keys takes the two files that the recipe names', async () => {
  const recipe = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
    .split(/^## /m)
    .find((part) => part.startsWith('Add a field'));
  for (const file of new Set(RECIPE.map(([where]) => where))) expect(recipe).toContain(file);
  for (const [, , text] of [TYPE, REQUESTS, ANSWERS]) expect(recipe).toContain(text.trim());
  for (const part of ["on: 'row',", "stored: optionalText('description'),", 'initial: null,', 'patch: true,'])
    expect(recipe).toContain(part);

  edit(RECIPE);
  expect(await compile('run')).toBe('');
  const { stdout } = await run(process.execPath, ['test/architecture/described-keys.ts'], { cwd: copy });
  // Lines of the log come before.
  const answers = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(answers).toMatchObject({
    made: 'Reads the meters.',
    patched: 'Reads and writes.',
    shown: 'Reads and writes.',
    untouched: 'Reads and writes.',
    plain: null,
    removed: null,
    listed: 'Reads and writes.',
    exported: 'Reads and writes.',
    audited: {
      before: { description: 'Reads the meters.' },
      after: { description: 'Reads and writes.' },
    },
    imported: 'Came along.',
    stored: { description: null, name: 'Renamed' },
  });
  expect(answers.documented).toEqual(['CreateKeyRequest', 'UpdateKeyRequest', 'ApiKey']);
});

describe('what does not compile', () => {
  test.each([
    ['a field that is not declared', RECIPE.filter((each) => each !== FIELD && each !== CODEC)],
    ['an answer that its declaration does not give', [ANSWERS]],
    ['a field of requests that no declaration takes, whose write would be lost', [REQUESTS, TEXT]],
    [
      'a change of a field that is not patched',
      RECIPE.map((each): Edit => {
        const [file, before, text] = each;
        return each === FIELD ? [file, before, text.replace('    patch: true,\n', '')] : each;
      }),
    ],
    ['an answer that the schema does not have', RECIPE.filter((each) => each !== ANSWERS)],
  ] as const)('%s', async (_what, edits) => {
    edit(edits);
    expect(await compile('rows')).toContain('description');
  });
});
