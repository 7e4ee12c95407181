import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Token } from 'aws-cdk-lib';
import type { AccessTable } from '../lambdas/contract/access.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { ConfigError } from './config.ts';
import type { FunctionSettings } from './function-settings.ts';
import { build, prebuilt } from './prebuilt.ts';
import { profileJson } from './profile-json.ts';

const HANDLER = 'index.mjs';
const PROFILE = 'profile.mjs';

/** The code of profiles that are not ours: every function has the same. */
const ownProfiles = new WeakMap<Profile, string>();

/**
 * A folder for `Code.fromAsset`: the code of a function, which is the same for every configuration, and beside it the settings
 * that it names, the profile if it does, and of the modules that it can do without those that the settings ask for.
 *
 * `folder` is one of `lambdas/functions`. `outDir` keeps the folder until the assembly is written: `join(Stage.of(scope).outdir,
 * 'bundles')`. The same profile, function and settings have the same folder. Throws a `ConfigError` for a profile of which there
 * is no code, and for a setting that is a CDK token.
 */
export function functionCode(
  profile: Profile,
  folder: string,
  settings: FunctionSettings,
  outDir: string,
): string {
  const bundle = join(prebuilt('bundles'), folder);
  const modules = readdirSync(bundle).filter((file) => isUsed(basename(file, '.mjs'), settings));
  const code = modules.map((file) => readFileSync(join(bundle, file), 'utf8')).join('\n');
  const names = namesOfSettings(code);
  const text = settingsText(names, settings);
  const digest = createHash('sha256')
    .update(`${profile.module ?? profile.name}\0${text}`)
    .digest('hex');
  const made = join(outDir, `${folder}-${digest.slice(0, 16)}`);
  // Of an earlier synth into the same assembly, by other code.
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  for (const file of modules) copyFileSync(join(bundle, file), join(made, file));
  if (names.length > 0) writeFileSync(join(made, 'settings.mjs'), text);
  if (code.includes(`"./${PROFILE}"`)) putProfile(profile, made);
  if (names.includes('consoleBuild') && settings.consoleBuild !== null)
    cpSync(prebuilt('console'), join(made, 'console'), { recursive: true });
  return made;
}

/** Whether a module of a function is for this deployment: the handler is, others where the setting of their name says so. */
function isUsed(module: string, settings: FunctionSettings): boolean {
  if (module === basename(HANDLER, '.mjs')) return true;
  const setting = settings[module as keyof FunctionSettings];
  return setting !== null && setting !== false;
}

/** The settings that code imports, as esbuild writes it: `import{deployment as t}from"./settings.mjs"`. */
function namesOfSettings(code: string): readonly (keyof FunctionSettings)[] {
  const imports = [...code.matchAll(/import\{([^}]*)\}from"\.\/settings\.mjs"/g)];
  const names = imports.flatMap(([, list = '']) =>
    list.split(',').map((each) => each.split(' as ')[0] ?? ''),
  );
  return [...new Set(names)].sort() as (keyof FunctionSettings)[];
}

/** A module of constants, so that a name that is missing is seen as the function is loaded. */
function settingsText(names: readonly (keyof FunctionSettings)[], settings: FunctionSettings): string {
  const values = names.map((name) => {
    requireKnown(settings[name], name);
    const value = name === 'access' ? accessText(settings.access) : valueText(settings[name]);
    return `${name}=${value}`;
  });
  return `export const ${values.join()};\n`;
}

/** A value as it is evaluated fastest: V8 takes long JSON from a string in less time than from a literal (v8.dev, "The cost of JavaScript in 2019"). */
function valueText(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length < 10_000 ? json : `JSON.parse(${JSON.stringify(json)})`;
}

/** Refuses what only the deployment will know, such as the ARN of a resource of the same app: code cannot wait for it. */
function requireKnown(value: unknown, path: string): void {
  if (Token.isUnresolved(value))
    throw new ConfigError(
      `${path}: is known only when the stack is deployed, and the functions' settings are written before; give a value that is known at synth`,
    );
  if (typeof value !== 'object' || value === null) return;
  for (const [name, each] of Object.entries(value)) requireKnown(each, `${path}.${name}`);
}

/** The access table, in which rows that take the same are one value: every cold start pays for its bytes. */
function accessText(access: AccessTable): string {
  const all = Object.values(access).flatMap((methods) => Object.values(methods));
  const values = [...new Set(all.map((value) => JSON.stringify(value)))];
  const rows = Object.entries(access).map(([path, methods]) => {
    const row = Object.entries(methods).map(
      ([method, value]) => `${method}:r${values.indexOf(JSON.stringify(value))}`,
    );
    return `${JSON.stringify(path)}:{${row.join()}}`;
  });
  return `((${values.map((_, index) => `r${index}`).join()})=>({${rows.join()}}))(${values.join()})`;
}

/** Puts the code of a profile beside that of a function. */
function putProfile(profile: Profile, folder: string): void {
  const { name, module } = profile;
  const file = join(folder, PROFILE);
  if (module === undefined) {
    copyFileSync(join(prebuilt('bundles'), 'profiles', `${name}.mjs`), file);
    return;
  }
  const code = ownProfiles.get(profile) ?? bundledProfile(profile, module, folder);
  ownProfiles.set(profile, code);
  writeFileSync(file, code);
}

/** The code of a profile that is not ours, which is the only thing for which a user of the package needs esbuild. */
function bundledProfile(profile: Profile, module: string, folder: string): string {
  try {
    createRequire(import.meta.url).resolve('esbuild');
  } catch {
    throw new ConfigError(
      'profile: one that is not ours is bundled by esbuild, which is not installed; run npm install --save-dev esbuild',
    );
  }
  const file = module.startsWith('file:') ? fileURLToPath(module) : resolve(module);
  if (!existsSync(file)) throw new ConfigError(`profile.module: there is no ${file}`);
  try {
    build('bundles', folder, file);
  } catch (error) {
    throw new ConfigError(`profile: the functions cannot have it. ${(error as Error).cause}`);
  }
  const json = join(folder, 'profile.json');
  const exported = readFileSync(json, 'utf8');
  rmSync(json);
  if (!isDeepStrictEqual(JSON.parse(exported), JSON.parse(profileJson(profile))))
    throw new ConfigError(
      `profile: it is not what ${file} exports as "profile", and the functions have that; change it there, and pass it as it is`,
    );
  return readFileSync(join(folder, PROFILE), 'utf8');
}
