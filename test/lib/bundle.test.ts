import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../lambdas/table/index.ts';
import { apiConstants } from '../../lib/api-constants.ts';
import { brandingOf } from '../../lib/branding.ts';
import { bundleFunctions } from '../../lib/bundle.ts';
import { functionSpecs } from '../../lib/functions.ts';
import { deploymentOf, loadSettings } from '../../lib/settings.ts';

const bundles: Record<string, string> = {};

beforeAll(async () => {
  const settings = await loadSettings({
    profile: 'memgraph',
    config: '{"upstream":{"url":"https://up.example"}}',
  });
  const deployment = deploymentOf(settings);
  const folders = await bundleFunctions({
    functions: Object.keys(functionSpecs(settings.profile)),
    profile: settings.profile,
    deployment,
    branding: brandingOf(settings),
    api: apiConstants(routes, settings.profile, deployment),
    outDir: await mkdtemp(join(tmpdir(), 'latchkey-bundles-')),
  });
  for (const [name, folder] of Object.entries(folders)) {
    bundles[name] = await readFile(join(folder, 'index.mjs'), 'utf8');
  }
});

describe('the bundles', () => {
  it('are one of each function, with a handler', () => {
    expect(Object.keys(bundles)).toHaveLength(14);
    for (const code of Object.values(bundles)) expect(code).toMatch(/export\{[^}]*\bas handler\b/);
  });

  it('have the deployment built in, and nothing left to be defined', () => {
    expect(bundles.forwarder).toContain('https://up.example');
    for (const code of Object.values(bundles)) expect(code).not.toContain('LATCHKEY_');
  });

  it('have the chosen profile and no other', () => {
    expect(bundles.accounts).toContain('"mg"');
    expect(bundles.accounts).not.toContain('"lk"');
  });

  it('read the signing keys in the authorizer too, where tokens are signed with a secret', () => {
    expect(bundles.authorizer).toContain('secretsmanager');
  });

  it('have the access table in the authorizer alone', () => {
    const holders = Object.keys(bundles).filter((name) => bundles[name]?.includes('"/v1/{proxy+}":'));
    expect(holders).toEqual(['authorizer']);
  });

  it('have neither the AWS SDK nor a validator in the authorizer', () => {
    expect(bundles.authorizer).not.toMatch(/@smithy|smithy\.ts|ZodError|invalid_type/);
  });
});
