import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AccessTable } from '../lambdas/contract/access.ts';
import type { Deployment } from '../lambdas/contract/deployment.ts';
import { routes } from '../lambdas/table/index.ts';
import { apiConstants } from '../lib/api-constants.ts';
import { brandingOf } from '../lib/branding.ts';
import { bundleFunctions } from '../lib/bundle.ts';
import { deploymentOf, loadSettings, type Settings } from '../lib/settings.ts';

/** The authorizer as it is deployed. */
export interface AuthorizerBundle {
  /** The path of its module. */
  readonly file: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly settings: Settings;
  readonly deployment: Deployment;
  readonly access: AccessTable;
}

/** No measurement may run into a limit: it would time the refusal. */
const UNLIMITED = { keyRequestsPerMinute: 10_000_000, sessionRequestsPerMinute: 10_000_000 };

/** Bundles the authorizer of the default profile as the CDK app does, with limits that nobody reaches. `config`: fields of the configuration. */
export async function bundleAuthorizer(
  folder: string,
  challengesFromContext = false,
  config: object = {},
): Promise<AuthorizerBundle> {
  const settings = await loadSettings({ profile: 'default', config });
  const configured = deploymentOf(settings);
  const tiers = Object.entries(configured.tiers).map(([name, tier]) => [name, { ...tier, ...UNLIMITED }]);
  const deployment = { ...configured, tiers: Object.fromEntries(tiers) };
  const api = apiConstants(routes, settings.profile, deployment);
  const { authorizer = '' } = await bundleFunctions({
    functions: ['authorizer'],
    profile: settings.profile,
    deployment,
    branding: brandingOf(settings),
    api,
    challengesFromContext,
    outDir: folder,
  });
  const file = join(authorizer, 'index.mjs');
  const code = await readFile(file);
  return {
    file,
    bytes: code.length,
    gzipBytes: gzipSync(code).length,
    settings,
    deployment,
    access: api.access,
  };
}
