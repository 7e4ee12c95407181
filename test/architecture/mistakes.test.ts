import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toolProgram } from '../../toolchain/install.ts';
import { ROOT } from './rule-folder.ts';

const run = promisify(execFile);

const PROJECT = {
  extends: './tsconfig.json',
  compilerOptions: {
    composite: false,
    emitDeclarationOnly: false,
    noEmit: true,
    // An edit may leave a name unused: that is not the mistake.
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  files: [],
  include: ['test/table'],
  references: [],
};

/** A small table as rooms and functions write it. */
const TABLE = `
import * as z from 'zod';
import { serve } from '../../lambdas/http/serve.ts';
import type { Rendering } from '../../lambdas/http/respond.ts';
import { Html, Redirect, WithCookies } from '../../lambdas/kernel/results.ts';
import { routeGroup, servedBy } from '../../lambdas/kernel/route.ts';

interface KeyServices { readonly keys: { find(id: string): Promise<string> } }
interface UserServices { readonly users: { count(): number } }

const keyGroup = routeGroup<KeyServices>()({ service: 'management', tag: 'API keys' });
const keyRoutes = keyGroup.rows({
  getKey: keyGroup.caller({
    method: 'GET',
    path: '/keys/{id}',
    access: { kind: 'credential', scope: 'reading' },
    summary: 'Show a key',
    success: {
      status: 200,
      description: 'The key.',
      schema: z.object({ id: z.string(), status: z.literal('active'), scopes: z.array(z.string()) }),
    },
    errors: [],
    handle: async ({ params }, { keys }, caller) => ({
      id: await keys.find(params.id ?? ''),
      status: 'active',
      scopes: caller.scopes,
    }),
  }),
});

const userGroup = routeGroup<UserServices>()({ service: 'management', tag: 'Users' });
const userRoutes = userGroup.rows({
  listUsers: userGroup.person({
    method: 'POST',
    path: '/users',
    scope: null,
    summary: 'Count the people',
    body: z.strictObject({ more: z.int() }),
    success: { status: 201, description: 'How many.', schema: z.object({ count: z.int() }) },
    errors: [],
    handle: async ({ body }, { users }) => ({ count: users.count() + body.more }),
  }),
});

const meGroup = routeGroup<UserServices>()({ service: 'accounts', tag: 'Accounts' });
const meRoutes = meGroup.rows({
  getMe: meGroup.public({
    method: 'GET',
    path: '/me',
    summary: 'A page',
    takesCookies: ['__Host-session'],
    success: { kind: 'html', status: 200, description: 'The page.' },
    alternatives: [{ kind: 'redirect', status: 303, description: 'On.' }],
    errors: [],
    handle: async ({ cookies }) =>
      cookies['__Host-session'] === undefined ? new Redirect('/') : new WithCookies(new Html('')),
  }),
});

const managementRoutes = servedBy('management', [keyRoutes, userRoutes]);
const accountRoutes = servedBy('accounts', [meRoutes]);
declare const keys: KeyServices['keys'];
declare const users: UserServices['users'];
declare const rendering: Rendering;
export const management = serve(managementRoutes, { keys, users }, rendering);
export const accounts = serve(accountRoutes, { users }, rendering);
`;

/** One edit of the table, and the error that it gives. */
interface Mistake {
  readonly written: string;
  readonly instead: string;
  readonly error: RegExp;
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'an id that two groups have': {
    written: '  listUsers: userGroup',
    instead: '  getKey: userGroup',
    error: /duplicateId: "getKey"/,
  },
  "a group of another function in this one's list": {
    written: "{ service: 'accounts', tag: 'Accounts' }",
    instead: "{ service: 'people', tag: 'Accounts' }",
    error: /"people"' is not assignable to type '"accounts"/,
  },
  'services that nobody provides': {
    written: '{ keys, users }, rendering',
    instead: '{ keys }, rendering',
    error: /'users' is missing/,
  },
  'a result unlike its schema': {
    written: 'count: users.count() + body.more',
    instead: "count: 'many'",
    error: /'string' is not assignable to type 'number'/,
  },
};

const MORE_MISTAKES: Readonly<Record<string, Mistake>> = {
  'an idempotency key on a row whose function has no claims': {
    written: "    summary: 'Count the people',",
    instead: "    summary: 'Count the people',\n    idempotent: async () => '',",
    error: /not assignable to type '(undefined|.*takes services with claims)/,
  },
  'an idempotency key of who is not proven': {
    written: "    summary: 'A page',",
    instead: "    summary: 'A page',\n    idempotent: async () => '',",
    error: /takes a caller who is proven/,
  },
  'an id that no profile can name': {
    written: '  listUsers: userGroup',
    instead: '  listPeople: userGroup',
    error: /'listPeople' does not exist in type/,
  },
  'an id that no row has': {
    written: 'export const management',
    instead:
      "import { everyRow } from '../../lambdas/kernel/route.ts';\neveryRow([managementRoutes]);\nexport const management",
    error: /missingId: "/,
  },
  'a tag that the document does not have': {
    written: "tag: 'Users'",
    instead: "tag: 'Persons'",
    error: /'"Persons"' is not assignable to type '.*"Users"/,
  },
  'a function that there is not': {
    written: "{ service: 'management', tag: 'Users' }",
    instead: "{ service: 'managment', tag: 'Users' }",
    error: /'"managment"' is not assignable to type 'ServiceName'/,
  },
  "a service of another group's": {
    written: '{ body }, { users }',
    instead: '{ body }, { users, keys }',
    error: /'keys' does not exist on type 'UserServices'/,
  },
  'a literal that the schema has not': {
    written: "status: 'active',\n      scopes",
    instead: "status: 'alive',\n      scopes",
    error: /'"alive"' is not assignable to type '"active"'/,
  },
  'a document where the kind is a text': {
    written: "success: { status: 201, description: 'How many.', schema: z.object({ count: z.int() }) }",
    instead: "success: { kind: 'text', status: 200, description: 'How many.' }",
    error: /is not assignable to type 'Answer<unknown, "text">'/,
  },
  'a kind that the row does not have': {
    written: "alternatives: [{ kind: 'redirect', status: 303, description: 'On.' }],",
    instead: '',
    error: /'Redirect' is not assignable to type '.*Html/s,
  },
  'a cookie that the row does not name': {
    written: "cookies['__Host-session']",
    instead: "cookies['__Host-other']",
    error: /Property '__Host-other' does not exist/,
  },
  'a status that the kind has not': {
    written: 'status: 201,',
    instead: 'status: 204,',
    error: /'204' is not assignable to type '200 | 201'/,
  },
};

/** The table with edits. Throws where there is nothing to edit. */
function edited(mistakes: readonly Mistake[]): string {
  return mistakes.reduce((text, { written, instead }) => {
    if (!text.includes(written)) throw new Error(`The table has no ${written}`);
    return text.replace(written, instead);
  }, TABLE);
}

const ALL = { ...MISTAKES, ...MORE_MISTAKES };
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['right', TABLE],
  ['four mistakes', edited(Object.values(MISTAKES))],
  ...Object.entries(ALL).map(([name, mistake]) => [name, edited([mistake])] as const),
];
const fileOf = (name: string) => `test/table/${TEXTS.findIndex(([each]) => each === name)}.ts`;

/** The errors of every text, each with its explanation: one project, so that what they import is read once. */
let errors: readonly string[];
let copy: string;
beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'latchkey-mistakes-'));
  for (const name of ['lambdas', 'profiles', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(join(copy, 'test/table'), { recursive: true });
  for (const [name, text] of TEXTS) writeFileSync(join(copy, fileOf(name)), text);
  writeFileSync(join(copy, 'tsconfig.table.json'), JSON.stringify(PROJECT));
  const args = [toolProgram('tsc'), '-p', 'tsconfig.table.json', '--pretty', 'false'];
  const { stdout } = await run(process.execPath, args, { cwd: copy }).catch(
    (error: { readonly stdout: string }) => error,
  );
  // The lines of an explanation are indented.
  errors = stdout.trim().split(/\n(?! )/);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const errorsOf = (name: string) => errors.filter((error) => error.startsWith(`${fileOf(name)}(`));

test('a table as it should be compiles', () => {
  expect(errorsOf('right')).toEqual([]);
});

test('the four mistakes of which the compiler once said nothing are four errors', () => {
  const errors = errorsOf('four mistakes');
  expect(errors).toHaveLength(4);
  for (const { error } of Object.values(MISTAKES)) {
    expect(errors).toContainEqual(expect.stringMatching(error));
  }
});

test.each(Object.entries(ALL))('%s is an error', (name, { error }) => {
  expect(errorsOf(name)[0]).toMatch(error);
});
