/** The clients as their users get them: packed, and installed into empty projects. */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { gos, nodes, pythons, type Runtime } from './runtimes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A project with the TypeScript client in it, an environment with the Python client for each Python, and a Go module. */
export interface Installation {
  readonly project: string;
  readonly nodes: readonly Runtime[];
  /** `command` is the environment's own. */
  readonly pythons: readonly Runtime[];
  /** A module that requires the Go client. */
  readonly module: string;
  readonly gos: readonly Runtime[];
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly installation: Installation;
  }
}

/** Packs and installs them: the global setup of this folder's tests. Gives what removes them. */
export default function install(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-packages-'));
  const source = sourceCopy(folder);
  const installation = {
    project: emptyProject(folder, source),
    nodes: nodes(),
    pythons: environments(folder, source),
    module: goModule(folder, source),
    gos: gos(),
  };
  if (installation.gos.length === 0) throw new Error('The Go client needs Go 1.23 or later.');
  project.provide('installation', installation);
  const versions = (runtimes: readonly Runtime[]) => runtimes.map(({ version }) => version).join(', ');
  console.log(
    `Node ${versions(installation.nodes)}; Python ${versions(installation.pythons)}; ${versions(installation.gos)}`,
  );
  return () => rmSync(folder, { recursive: true, force: true });
}

/** What is packed is built: in a copy, so that nothing is written into the tree. */
function sourceCopy(folder: string): string {
  const copy = join(folder, 'source');
  const isBuilt = (path: string) => /\/(dist|node_modules|__pycache__)$/.test(path);
  cpSync(join(ROOT, 'clients'), join(copy, 'clients'), { recursive: true, filter: (path) => !isBuilt(path) });
  cpSync(join(ROOT, 'tsconfig.json'), join(copy, 'tsconfig.json'));
  for (const name of ['node_modules', 'toolchain']) symlinkSync(join(ROOT, name), join(copy, name));
  return join(copy, 'clients');
}

function emptyProject(folder: string, source: string): string {
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  npm(['pack', '--silent', '--pack-destination', folder], join(source, 'typescript'));
  npm(['install', '--silent', '--no-audit', '--no-fund', join(folder, only(folder, '.tgz'))], project);
  return project;
}

function environments(folder: string, source: string): readonly Runtime[] {
  const [builder, ...others] = pythons();
  if (builder === undefined) throw new Error('The Python client needs Python 3.10 or later.');
  return [builder, ...others].map(({ version, command }, index) => {
    const venv = join(folder, `python-${version}`);
    execFileSync(command, ['-m', 'venv', venv]);
    const pip = (...args: string[]) =>
      execFileSync(join(venv, 'bin/pip'), [...args, '--quiet', '--disable-pip-version-check'], {
        stdio: 'inherit',
      });
    if (index === 0) pip('wheel', '--no-deps', '--wheel-dir', folder, join(source, 'python'));
    const constraints = join(import.meta.dirname, 'requirements.txt');
    const wheel = `${join(folder, only(folder, '.whl'))}[assertion]`;
    pip('install', wheel, 'fastapi', 'pytest', '--constraint', constraints);
    return { version, command: join(venv, 'bin/python') };
  });
}

/** Go has no packages but sources: a module of its own takes the client from where it lies. */
function goModule(folder: string, source: string): string {
  const module = join(folder, 'module');
  mkdirSync(module);
  writeFileSync(
    join(module, 'go.mod'),
    [
      'module customer.example/program',
      'go 1.23',
      'require latchkey.example/client v0.0.0',
      `replace latchkey.example/client => ${join(source, 'go')}`,
      '',
    ].join('\n'),
  );
  return module;
}

function npm(args: readonly string[], cwd: string): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function only(folder: string, ending: string): string {
  const file = readdirSync(folder).find((name) => name.endsWith(ending));
  if (file === undefined) throw new Error(`${folder} has no ${ending}.`);
  return file;
}

/** Runs a program in the project. Gives what it prints, as JSON; rejects with what it complains of. */
export function runNode<Seen>({ project }: Installation, node: Runtime, program: Program): Promise<Seen> {
  return run(node, join(project, `program-${randomUUID()}.js`), program);
}

/** Runs a program in an environment. */
export function runPython<Seen>({ project }: Installation, python: Runtime, program: Program): Promise<Seen> {
  return run(python, join(project, `program-${randomUUID()}.py`), program);
}

/** Compiles a program in the module, and runs it. */
export async function runGo<Seen>({ module }: Installation, go: Runtime, program: Program): Promise<Seen> {
  const folder = join(module, randomUUID());
  mkdirSync(folder);
  const file = join(folder, 'main.go');
  writeFileSync(file, program.source);
  execFileSync(go.command, ['build', '-o', folder, file], { cwd: module, env: goVariables() });
  return runFile(join(folder, 'main'), [], program);
}

/** The environment of `go` itself: no other toolchain is fetched, and what it keeps is where it always keeps it. */
export function goVariables(): Record<string, string | undefined> {
  const { PATH, HOME, GOCACHE } = process.env;
  return { PATH, HOME, GOCACHE, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', GOPROXY: 'off' };
}

export interface Program {
  readonly source: string;
  /** What it reads as JSON. */
  readonly given?: object;
  /** All of its environment but the path: nothing of this machine's, such as a key of somebody's own, or a proxy. */
  readonly variables?: Readonly<Record<string, string>>;
}

function run<Seen>({ command }: Runtime, file: string, program: Program): Promise<Seen> {
  writeFileSync(file, program.source);
  return runFile(command, [file], program);
}

async function runFile<Seen>(command: string, args: readonly string[], program: Program): Promise<Seen> {
  const { source, given = {}, variables } = program;
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', ...variables },
  });
  child.stdin.end(JSON.stringify(given));
  let [output, complaint] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${source}\nended with ${code}:\n${complaint}`);
  return JSON.parse(output);
}
