/** The OpenAPI document of every profile, as linters and a generator of clients see it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../lambdas/table/index.ts';
import { openApiDocument } from '../../lib/openapi/document.ts';
import { toolProgram } from '../../toolchain/install.ts';
import { PROFILES } from '../profiles/profiles.ts';
import { rightsIn } from '../support/deployment.ts';
import { repeatedObjects } from './repeated-objects.ts';
import { runTool } from './tools.ts';
import { unknownTypes } from './unknown-types.ts';

/** Where a client's type may be `unknown`, and why no schema can say more. */
const FREE_FORM: readonly { readonly where: RegExp; readonly why: string }[] = [
  { where: /^AuditEntry\.(before|after)\{\}$/, why: 'the fields that a change has touched, of any record' },
  { where: /^GetOpenApiResult\{\}$/, why: 'an OpenAPI document' },
  { where: /^AuthorizationServer\{\}$/, why: 'RFC 8414, 2: may have more' },
  { where: /\.jwks\.keys\[\]\{\}$/, why: 'RFC 7517, 4: a key may have more' },
  { where: /^RevokeTokenResult(Writable)?\{\}$/, why: 'RFC 7009, 2.2: the answer has no content' },
  { where: /^ProtectedResource\{\}$/, why: 'RFC 9728, 2: may have more' },
];

/** The settings of a strict project that uses the clients. */
const CLIENT_PROJECT = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitReturns: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: [],
    noEmit: true,
  },
  include: ['clients'],
};

let folder: string;
const names = PROFILES.map(({ name }) => name);
const files = names.map((name) => `${name}.json`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-openapi-'));
  for (const profile of PROFILES)
    writeFileSync(
      join(folder, `${profile.name}.json`),
      JSON.stringify(openApiDocument(routes, profile, rightsIn(profile)), null, 2),
    );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Here, as only with the tools of this folder they do.
test('the tests of this folder compile', () => {
  execFileSync(process.execPath, [toolProgram('tsc'), '-p', import.meta.dirname], { stdio: 'inherit' });
});

test("redocly's recommended rules find nothing", async () => {
  const rules = ['--config', join(import.meta.dirname, 'redocly.yaml'), '--format', 'stylish'];
  const { code, output } = await runTool('redocly', ['lint', ...files, ...rules], folder);
  expect(code, output).toBe(0);
});

test("spectral's rules for OpenAPI find nothing", async () => {
  const rules = ['--ruleset', join(import.meta.dirname, 'spectral.yaml'), '--fail-severity', 'warn'];
  const { code, output } = await runTool('spectral', ['lint', ...files, ...rules], folder);
  expect(code, output).toBe(0);
});

test.each(PROFILES)('$name: an object that is used in several places is a named component', (profile) => {
  const frames = [{}, { data: [], next_cursor: null }].map((body) =>
    profile.envelope(body, { requestId: '', processingTimeMs: 0 }),
  );
  expect(repeatedObjects(openApiDocument(routes, profile, rightsIn(profile)), frames)).toEqual([]);
});

test('generated clients compile, and no type in them is unknown that a schema could say', async () => {
  for (const name of names) {
    const args = ['--input', `${name}.json`, '--output', `clients/${name}`, '--no-log-file'];
    const { code, output } = await runTool('openapi-ts', args, folder);
    expect(code, output).toBe(0);
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CLIENT_PROJECT));
  const { code, output } = await runTool('tsc', ['--project', '.'], folder);
  expect(code, output).toBe(0);

  const found = names.flatMap((name) =>
    unknownTypes(readFileSync(join(folder, 'clients', name, 'types.gen.ts'), 'utf8')).map((where) => ({
      name,
      where,
    })),
  );
  const unexplained = found.filter(({ where }) => !FREE_FORM.some((each) => each.where.test(where)));
  expect(unexplained.map(({ name, where }) => `${name}: ${where}`)).toEqual([]);
  // What is listed above and no longer there would excuse the next one.
  expect(FREE_FORM.filter((each) => !found.some(({ where }) => each.where.test(where)))).toEqual([]);
});
