import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { functionCode } from '../lib/function-code.ts';
import { type FunctionSettings, functionSettings } from '../lib/function-settings.ts';
import { loadSettings, type Settings } from '../lib/settings.ts';

/** The authorizer as it is deployed. */
export interface AuthorizerBundle extends Pick<FunctionSettings, 'access' | 'deployment'> {
  /** The path of its module. */
  readonly file: string;
  /** Of all its modules, the settings included. */
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly settings: Settings;
}

/** No measurement may run into a limit: it would time the refusal. */
const UNLIMITED = { keyRequestsPerMinute: 10_000_000, sessionRequestsPerMinute: 10_000_000 };

/** The authorizer of the default profile as the CDK app has it, with limits that nobody reaches. `config`: fields of the configuration. */
export async function bundleAuthorizer(folder: string, config: object = {}): Promise<AuthorizerBundle> {
  const settings = await loadSettings({ profile: 'default', config });
  const configured = functionSettings(settings);
  const unlimited = <T extends object>(tiers: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(tiers).map(([name, tier]) => [name, { ...tier, ...UNLIMITED }]));
  const { deployment, decision } = configured;
  const told = {
    ...configured,
    deployment: { ...deployment, tiers: unlimited(deployment.tiers) },
    decision: {
      ...decision,
      deployment: { ...decision.deployment, tiers: unlimited(decision.deployment.tiers) },
    },
  };
  const authorizer = functionCode(settings.profile, 'authorizer', told, folder);
  const modules = await Promise.all(
    (await readdir(authorizer)).map((name) => readFile(join(authorizer, name))),
  );
  return {
    file: join(authorizer, 'index.mjs'),
    bytes: modules.reduce((sum, { length }) => sum + length, 0),
    gzipBytes: modules.reduce((sum, code) => sum + gzipSync(code).length, 0),
    settings,
    deployment: told.deployment,
    access: told.access,
  };
}
