/** The package as its users get it: built, packed, and installed into a project that has nothing of the repository. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildCreatePackage, buildPackage } from '../../bin/build.ts';

const ROOT = join(import.meta.dirname, '../..');

export interface Installation {
  /** A CDK app's project with the package in it: apps are folders of it, which find the package above them. */
  readonly project: string;
  /** The folder of `create-latchkey`, as it is published. */
  readonly createPackage: string;
  readonly tarball: {
    readonly bytes: number;
    readonly unpackedBytes: number;
    readonly files: readonly string[];
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly package: Installation;
  }
}

/** Packs and installs it: the global setup of this folder's tests. Gives what removes it. */
export default async function install(tests: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-package-'));
  const [built, project] = [join(folder, 'package'), join(folder, 'project')];
  const createPackage = join(folder, 'create-latchkey');
  await buildPackage(built);
  await buildCreatePackage(createPackage);
  const [packed] = Object.values<{
    filename: string;
    size: number;
    unpackedSize: number;
    files: { path: string }[];
  }>(JSON.parse(npm(['pack', '--json', '--pack-destination', folder], built)));
  if (packed === undefined) throw new Error('npm pack told of no tarball.');
  mkdirSync(project);
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const take = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, { ...devDependencies, ...dependencies }[name]]));
  const manifest = {
    private: true,
    dependencies: { ...take('aws-cdk-lib', 'constructs'), latchkey: `file:../${packed.filename}` },
    // The example of an MCP server takes the SDK.
    devDependencies: take('aws-cdk', '@modelcontextprotocol/sdk'),
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline'], project);
  tests.provide('package', {
    project,
    createPackage,
    tarball: {
      bytes: packed.size,
      unpackedBytes: packed.unpackedSize,
      files: packed.files.map(({ path }) => path),
    },
  });
  // Not at once, as thousands of files would keep the workers waiting.
  return () => rm(folder, { recursive: true, force: true });
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A folder of the project with an app in it. Gives its path. */
export function appFolder({ project }: Installation, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(project, 'app-'));
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
  return folder;
}

/** The same of a folder that there is, such as an example. */
export function appCopy({ project }: Installation, source: string): string {
  const folder = mkdtempSync(join(project, 'app-'));
  const isInstalled = (path: string) => /\/(node_modules|cdk\.out|\.latchkey|__pycache__)$/.test(path);
  cpSync(source, folder, { recursive: true, filter: (path) => !isInstalled(path) });
  return folder;
}
