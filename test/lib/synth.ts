import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { checkedApp } from '../../lib/app.ts';
import { foldersOf, functionSpecs } from '../../lib/functions.ts';
import { LatchkeyStack } from '../../lib/latchkey-stack.ts';
import { deploymentOf, loadSettings, type Overrides } from '../../lib/settings.ts';

/** An app that writes to a folder of its own. */
export function temporaryApp() {
  return checkedApp({}, mkdtempSync(join(tmpdir(), 'latchkey-test-')));
}

/** The folder of a function without code. */
export function emptyFunction(outdir: string): string {
  const folder = join(outdir, 'empty');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => {};');
  return folder;
}

const templates = new Map<string, Promise<Template>>();

/** The template of a configuration, which is synthesized once for all files of this process: nobody changes it. */
export function templateOf(overrides: Overrides = {}): Promise<Template> {
  const name = JSON.stringify(overrides);
  const known = templates.get(name) ?? stackOf(overrides).then((stack) => Template.fromStack(stack));
  templates.set(name, known);
  return known;
}

/**
 * The stack of a configuration. The functions' code is empty: what a template says does not depend on it. The synth
 * runs every rule, so that a template is itself the proof that they pass.
 */
export async function stackOf(overrides: Overrides = {}): Promise<LatchkeyStack> {
  const app = temporaryApp();
  const settings = await loadSettings(overrides);
  const folder = emptyFunction(app.outdir);
  const bundles = Object.fromEntries(
    foldersOf(functionSpecs(settings.profile, { upstreams: deploymentOf(settings).upstreams })).map(
      (name) => [name, folder],
    ),
  );
  return new LatchkeyStack(app, { ...settings, bundles });
}

/** The properties of every resource of a type. */
// biome-ignore lint/suspicious/noExplicitAny: the properties of any type of resource, as CloudFormation takes them.
export function propertiesOf(template: Template, type: string): any[] {
  return Object.values(template.findResources(type)).map((resource) => resource.Properties);
}
