import { readFileSync } from 'node:fs';
import type {
  DecisionProfile,
  DecisionSettings,
  Deployment,
  TokenSettings,
} from '../lambdas/contract/deployment.ts';
import type { Profile } from '../lambdas/contract/profile.ts';
import { type ApiRow, apiRows } from '../lambdas/kernel/api-rows.ts';
import { routes } from '../lambdas/table/index.ts';
import { type Config, ConfigError, type ConfigInput, parseConfig, reservedByName } from './config.ts';
import { corsOf } from './cors-fields.ts';
import { requireBearable } from './direct-upstreams.ts';
import { forwarderName } from './forwarders.ts';
import { loadOwnProfile, loadProfile } from './profiles.ts';
import { requireReached } from './reached-paths.ts';
import { requireServable } from './restored-table.ts';
import { pathScopesOf, requireDeclared, rightsOf } from './rights.ts';
import { concurrencyOf, upstreamsOf } from './upstream-fields.ts';
import { withoutUndefined } from './without-undefined.ts';

/** The rows of the console, of which none is left where it is switched off. */
const NO_CONSOLE: Profile['paths'] = Object.fromEntries(
  routes.filter(({ tag }) => tag === 'Console').map(({ id }) => [id, []]),
);

/** The inputs of one deployment: the configuration with its overrides, and the profile that it names. */
export interface Settings {
  readonly config: Config & { readonly anonymous: boolean };
  /** With what the configuration changes in it. */
  readonly profile: Profile;
  /** As its module exports it. */
  readonly published: Profile;
}

/** Fields of the configuration that `cdk -c name=value` may override. */
export interface Overrides {
  readonly profile?: unknown;
  readonly environment?: unknown;
  /** `-c region-role=standby`. */
  readonly regionRole?: unknown;
  /** The URL of the API that everything goes to; what else the configuration says of it stays. */
  readonly upstream?: unknown;
  /** A JSON object whose fields replace the file's; or `@` and the path of a file that holds it. */
  readonly config?: unknown;
  /** Whether it is for a stack that `npm start` serves on this machine. Nothing that is deployed says so. */
  readonly isLocal?: boolean;
  /** Whether such a stack lets calls without a credential in, where the profile does and the configuration is silent. */
  readonly anonymous?: boolean;
}

/**
 * The configuration file with the overrides, checked as a whole. `region` is the one that the stack goes to, where it
 * is known: the CDK command line says so. Throws a `ConfigError`.
 */
export async function loadSettings(
  overrides: Overrides = {},
  region: string | undefined = process.env.CDK_DEFAULT_REGION,
): Promise<Settings> {
  const { default: file, profileModule }: ConfigModule = await import('../latchkey.config.ts');
  const { config: fields, isLocal = false, anonymous = false, upstream: url, ...rest } = overrides;
  const chosen: ConfigInput = { ...file, ...overriddenFields(fields), ...withoutUndefined<object>(rest) };
  const config = parseConfig(
    url === undefined ? chosen : { ...chosen, upstream: movedTo(url, chosen.upstream) },
  );
  const isOwn = profileModule !== undefined && config.profile === file.profile;
  const profile = isOwn ? await loadOwnProfile(config.profile, profileModule) : loadProfile(config.profile);
  return settingsOf(config, profile, { region, isLocal, anonymous });
}

/** `latchkey.config.ts`; in the package, what an app was synthesized with (lib/synthesized-config.ts). */
interface ConfigModule {
  readonly default: ConfigInput;
  /** The module of a profile of the team's own, as a path from the folder of the app. */
  readonly profileModule?: string | undefined;
}

/** What is known of the place of a deployment. */
export interface Place {
  /** The Region, where it is known at synth. */
  readonly region: string | undefined;
  /** Whether it is for a stack on this machine. */
  readonly isLocal: boolean;
  /** Whether such a stack lets calls without a credential in, where the profile does and the configuration is silent. */
  readonly anonymous: boolean;
}

/** A configuration with its profile, checked as a whole. Throws a `ConfigError`. */
export function settingsOf(
  config: Config,
  published: Profile,
  { region, isLocal, anonymous }: Place,
): Settings {
  const { managementPrefix } = config;
  const profile = {
    ...published,
    ...(managementPrefix === null ? {} : { managementPrefix }),
    ...(config.operators ? { hasOperators: true } : {}),
    ...(config.console ? {} : { paths: { ...published.paths, ...NO_CONSOLE } }),
  };
  requireDeclared(config, profile);
  const rows = apiRows(routes, profile, upstreamsOf(config));
  requireReached(config, rows);
  checkAnonymous(config, profile);
  checkReveal(config, profile);
  checkCertificate(config, region);
  checkKmsKey(config, region);
  requireServable(config, region);
  checkBasePath(config, rows);
  checkCircle(config);
  checkPasskeyDomain(config);
  requireBearable(config, profile);
  checkProviders(config, isLocal);
  const allowsAnonymous = profile.allowsAnonymous && config.environment === 'development';
  return {
    config: { ...config, anonymous: config.anonymous ?? (anonymous && allowsAnonymous) },
    profile,
    published,
  };
}

/** An upstream at another URL; where else it was does not count any more. */
function movedTo(url: unknown, upstream: ConfigInput['upstream']): object {
  const { privateUrl: _private, vpc: _vpc, lambda: _lambda, http: _http, ...rest } = upstream ?? {};
  return { ...rest, url };
}

function overriddenFields(json: unknown): object {
  if (json === undefined) return {};
  try {
    const parsed: unknown = typeof json === 'string' ? JSON.parse(textOf(json)) : json;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // Not JSON: the same fault as JSON of another kind.
  }
  // The CDK command line keeps the first line only of a `-c NAME=value`.
  throw new ConfigError(
    'config: the override must be a JSON object, on one line; for more lines put it into a file and write -c config=@FILE',
  );
}

/** The override itself, or what the file has that it names. */
function textOf(override: string): string {
  if (!override.startsWith('@')) return override;
  const file = override.slice(1);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError(`config: the file ${file} of the override cannot be read`);
  }
}

function checkAnonymous(config: Config, profile: Profile): void {
  if (config.anonymous !== true) return;
  if (!profile.allowsAnonymous) {
    throw new ConfigError(
      `anonymous: the profile "${profile.name}" takes a credential for every call; set anonymous to false`,
    );
  }
  if (config.environment !== 'development') {
    throw new ConfigError(
      `anonymous: calls without a credential are let in only in development, and environment is "${config.environment}"; set anonymous to false`,
    );
  }
}

/** A contract that shows keys again has a row for it; the others promise that a key is shown once. */
function checkReveal({ revealApiKey }: Config, { name, paths }: Profile): void {
  if (!revealApiKey || (paths.revealKey ?? []).length > 0) return;
  throw new ConfigError(
    `revealApiKey: the contract of the profile "${name}" shows a key only once; set revealApiKey to false`,
  );
}

/** A regional API takes a certificate of its own Region (API Gateway, "Setting up a regional custom domain name"). */
function checkCertificate({ domain }: Config, region: string | undefined): void {
  const there = domain?.certificateArn?.split(':')[3];
  if (there === undefined || region === undefined || there === region) return;
  throw new ConfigError(
    `domain.certificateArn: the certificate is in ${there}, and the stack goes to ${region}; make one there, or deploy to ${there}`,
  );
}

/** All that it encrypts is in the stack's Region. */
function checkKmsKey({ kmsKeyArn }: Config, region: string | undefined): void {
  const there = kmsKeyArn?.split(':')[3];
  if (there === undefined || region === undefined || there === region) return;
  throw new ConfigError(
    `kmsKeyArn: the key is in ${there}, and the stack goes to ${region}; name one there, or deploy to ${there}`,
  );
}

/** A passkey is made for a domain or what is below it (WebAuthn Level 3, 5.1.3): our pages must be at one of both. */
function checkPasskeyDomain({ domain, factors: { passkeyDomain } }: Config): void {
  if (passkeyDomain === null || domain === null) return;
  if (domain.name === passkeyDomain || domain.name.endsWith(`.${passkeyDomain}`)) return;
  throw new ConfigError(
    `factors.passkeyDomain: the pages are at ${domain.name}, which is not below ${passkeyDomain}; name ${domain.name} or a domain above it`,
  );
}

/** The path of the host at which the API answers, with a slash before it; empty for the root. */
export function basePathOf({ domain }: Config): string {
  const basePath = domain?.basePath ?? null;
  return basePath === null ? '' : `/${basePath}`;
}

/** A path of ours that begins with the base path could be read as two: with it, and without (lambdas/kernel/base-path.ts). */
function checkBasePath(config: Config, rows: readonly ApiRow[]): void {
  const basePath = basePathOf(config);
  const row = basePath === '' ? undefined : rows.find(({ path }) => `${path}/`.startsWith(`${basePath}/`));
  if (row === undefined) return;
  throw new ConfigError(
    `domain.basePath: the API has paths that begin so itself, such as ${row.path}, and a path must be read in one way; choose another`,
  );
}

function checkCircle(config: Config): void {
  const { domain, upstream, upstreams } = config;
  const places = [
    ...(upstream === null ? [] : [['upstream', upstream] as const]),
    ...Object.entries(upstreams).map(([name, each]) => [`upstreams.${name}`, each] as const),
  ];
  const field = places.flatMap(([name, { url, http }]) =>
    Object.entries({ url, http }).flatMap(([kind, place]) =>
      place !== undefined && isOwn(new URL(place), config) ? [`${name}.${kind}`] : [],
    ),
  )[0];
  if (field === undefined) return;
  throw new ConfigError(
    `${field}: ${domain?.name} is the domain of this API itself, so that calls would go round in a circle; name the API behind it`,
  );
}

/** Beside a base path the host is another API's. */
function isOwn({ hostname, pathname }: URL, config: Config): boolean {
  return hostname === config.domain?.name && `${pathname}/`.startsWith(`${basePathOf(config)}/`);
}

/** A provider on this machine is for a stack on this machine: a deployed function would ask itself. */
function checkProviders({ identityProviders }: Config, isLocal: boolean): void {
  const index = identityProviders.findIndex(
    ({ signIn, issuer }) => signIn !== null && !issuer.startsWith('https:'),
  );
  if (index < 0 || isLocal) return;
  throw new ConfigError(
    `identityProviders.${index}.issuer: people sign in with a provider on this machine only where the stack runs there too, by npm start; name an https:// issuer`,
  );
}

/** The part of the settings that functions need, as it is put beside their code. */
export function deploymentOf({ config, profile }: Settings): Deployment {
  return {
    environment: config.environment,
    anonymous: config.anonymous,
    tiers: Object.fromEntries(
      Object.entries(config.tiers).map(([name, { keyRequestsPerMinute, sessionRequestsPerMinute, keys }]) => [
        name,
        { keyRequestsPerMinute, sessionRequestsPerMinute, keys },
      ]),
    ),
    initialTier: config.initialTier,
    addressLimits: config.addressLimits,
    sandbox: { keyRequestsPerMinute: config.sandbox.keyRequestsPerMinute },
    usageKeys: config.usageKeys,
    upstreams: upstreamsOf(config),
    tokens: tokenSettings(config, profile),
    identityProviders: config.identityProviders.map(({ signIn, ...provider }) => ({
      ...provider,
      signIn: signIn === null ? null : { ...signIn, claims: signIn.claims ?? provider.claims },
    })),
    factors: config.factors,
    revealsKeys: config.revealApiKey,
    mail: { from: config.mail.from, allowsUnverified: config.mail.unverified === 'everything' },
    rights: rightsOf(config, profile),
    pathScopes: pathScopesOf(config, profile),
    cors: corsOf(config),
    allowedDecisionsPerLogLine: config.allowedDecisionsPerLogLine,
    traces: samplingOf(config),
    console: config.console,
    basePath: basePathOf(config),
    gatewayFacts: config.gatewayFacts,
  };
}

function samplingOf({ traces }: Config): Deployment['traces'] {
  if (traces === null) return null;
  const { share, callersSample } = traces;
  return { share, callersSample };
}

/** The part of it that decisions need, for the authorizer. */
export function decisionSettingsOf({
  anonymous,
  tiers,
  initialTier,
  sandbox,
  pathScopes,
  rights: { inclusion, roles, smallestRole, methodScopes },
}: Deployment): DecisionSettings {
  const limits = Object.entries(tiers).map(([name, { keys: _, ...limit }]) => [name, limit]);
  const scopesOnly = Object.entries(roles).map(([name, { scopes }]) => [name, { scopes }]);
  return {
    anonymous,
    tiers: Object.fromEntries(limits),
    initialTier,
    sandbox,
    pathScopes,
    rights: { inclusion, roles: Object.fromEntries(scopesOnly), smallestRole, methodScopes },
  };
}

/** And of the profile. */
export function decisionProfileOf({
  credentials,
  errorCodes,
  keys: { prefix, environments },
}: Profile): DecisionProfile {
  return { credentials, errorCodes, keys: { prefix, environments } };
}

/** Requests a minute from one source address. */
export interface WafLimits {
  readonly publicRequestsPerMinute: number;
  readonly requestsPerMinute: number;
}

/** Rate limits of AWS WAF; null where it does not stand before the API. */
export function wafLimitsOf({ waf, environment, wafLimits, tiers }: Config): WafLimits | null {
  if (!(waf ?? environment === 'production')) return null;
  const fastest = Math.max(...Object.values(tiers).map(({ rate }) => rate));
  // A whole tenant may sit behind one address: twice its rate is no tenant's doing.
  return { ...wafLimits, requestsPerMinute: wafLimits.requestsPerMinute ?? 2 * 60 * fastest };
}

/** Instances that functions have for themselves, by the function's name; empty where none are reserved. */
export function reservedConcurrencyOf(config: Config): Readonly<Record<string, number>> {
  const own = reservedByName(config);
  if (Object.keys(own).length === 0) return {};
  const upstreams = Object.entries(concurrencyOf(config)).map(([name, count]) => [
    forwarderName(name),
    count,
  ]);
  return { ...own, ...Object.fromEntries(upstreams) };
}

const DAY_SECONDS = 86_400;

/** The profile's way with tokens, with what the configuration changes of it. */
export function tokenSettings({ tokens }: Config, profile: Profile): TokenSettings {
  const algorithm = tokens.algorithm ?? profile.tokens.algorithm;
  return {
    algorithm,
    // Of a profile that signs so there are such tokens, until somebody says that there are none.
    acceptsHs256: algorithm === 'HS256' || (tokens.acceptsHs256 ?? profile.tokens.algorithm === 'HS256'),
    accessSeconds: profile.tokens.lifetimeSeconds,
    refresh:
      profile.tokens.refresh === false
        ? null
        : {
            graceSeconds: tokens.refreshGraceSeconds,
            idleSeconds: tokens.idleDays * DAY_SECONDS,
            absoluteSeconds: tokens.absoluteDays * DAY_SECONDS,
          },
  };
}
