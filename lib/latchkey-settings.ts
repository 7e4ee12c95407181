import { resolve } from 'node:path';
import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { profile as defaultProfile } from '../profiles/default.ts';
import { CONFIG, ConfigError, parseConfig } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import type { LatchkeyDomain, LatchkeyMount, LatchkeyProps } from './latchkey-props.ts';
import { mountedOn } from './mounted-on.ts';
import { requireCode } from './profiles.ts';
import { type Settings, settingsOf } from './settings.ts';
import type { Vpc } from './upstream-fields.ts';
import { withoutUndefined } from './without-undefined.ts';

/** Props that are objects of the CDK, each with what it must have. */
const OBJECTS = {
  profile: ['upstreamPrefixes', 'a profile, such as profiles.default'],
  vpc: ['selectSubnets', 'a VPC, such as new Vpc(this, ...) or Vpc.fromLookup(this, ...)'],
  encryptionKey: ['keyArn', 'a key in KMS, such as new Key(this, ...) or Key.fromKeyArn(this, ...)'],
  alarmTopic: ['topicArn', 'a topic of SNS, such as new Topic(this, ...) or Topic.fromTopicArn(this, ...)'],
} as const;

/** Props that are no fields of the configuration. */
const OWN = [
  ...Object.keys(OBJECTS),
  ...['vpcSubnets', 'securityGroups', 'removalPolicy', 'logRetention', '_settings', '_bundles'],
];

/** Fields of the configuration that a construct takes in another way. */
const OTHERWISE: Readonly<Record<string, string>> = {
  name: 'resources are named after the path of the construct; leave it out',
  kmsKeyArn: 'is encryptionKey here: write encryptionKey: Key.fromKeyArn(this, ...)',
  alarmTopicArn: 'is alarmTopic here: write alarmTopic: Topic.fromTopicArn(this, ...)',
  logRetentionDays: 'is logRetention here: write logRetention: RetentionDays.ONE_MONTH',
};

/**
 * The settings that props mean, checked as a whole. `network` is where functions stand. Throws a `ConfigError` with a line
 * for each fault.
 */
export function settingsFor(scope: Construct, props: LatchkeyProps, network: Vpc | undefined): Settings {
  const given = withoutUndefined(props);
  const { region } = Stack.of(scope);
  const { profile = defaultProfile } = given;
  const config = parseConfig(configOf(given, network));
  requireCode(profile);
  return settingsOf(config, profile, placeOf(scope, Token.isUnresolved(region) ? undefined : region));
}

function placeOf({ node }: Construct, region: string | undefined) {
  // As for the repository's own app: what the CDK command line synthesizes may be deployed.
  const isLocal =
    process.env.CDK_CLI_ASM_VERSION === undefined && node.tryGetContext('latchkey:local') === true;
  return { region, isLocal, anonymous: isLocal && node.tryGetContext('latchkey:anonymous') === true };
}

function configOf(given: LatchkeyProps, network: Vpc | undefined): object {
  const { domain, ...others } = given;
  const { upstream, upstreams, branding, profile = defaultProfile, tiers = DEFAULTS.tiers } = given;
  const placed = (each: unknown) => inNetwork(each, network);
  const fields = {
    ...Object.fromEntries(Object.entries(others).filter(([name]) => !OWN.includes(name))),
    ...(typeof branding?.logo === 'string'
      ? { branding: { ...branding, logo: resolve(branding.logo) } }
      : {}),
    ...(upstream === undefined ? {} : { upstream: placed(upstream) }),
    // What is no object stays as it is, for the schema to refuse.
    ...(isObject(upstreams)
      ? { upstreams: Object.fromEntries(Object.entries(upstreams).map(([id, each]) => [id, placed(each)])) }
      : {}),
  };
  requireResolved(fields);
  return {
    initialTier: isObject(tiers) ? (Object.keys(tiers)[0] ?? '') : '',
    ...DEFAULTS,
    ...fields,
    profile: profile.name,
    ...(domain === undefined ? {} : { domain: domain === null ? null : domainOf(domain) }),
  };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** An upstream within a network stands where the functions do, unless it says where. */
function inNetwork(upstream: unknown, network: Vpc | undefined): unknown {
  if (network === undefined || !isObject(upstream)) return upstream;
  return 'privateUrl' in upstream && !('vpc' in upstream) ? { ...upstream, vpc: network } : upstream;
}

function domainOf(domain: LatchkeyDomain | LatchkeyMount): object {
  if (isObject(domain) && 'mountOn' in domain) return mountedOn(domain);
  const { certificate, hostedZone, ...rest } = domain;
  if (typeof certificate?.certificateArn !== 'string') {
    throw new ConfigError(
      'domain.certificate: must be a certificate in ACM, such as new Certificate(this, ...) or Certificate.fromCertificateArn(this, ...)',
    );
  }
  return {
    ...withoutUndefined(rest),
    certificateArn: certificate.certificateArn,
    ...(hostedZone === undefined
      ? {}
      : { hostedZone: { id: hostedZone.hostedZoneId, name: hostedZone.zoneName } }),
  };
}

/** Refuses fields that no prop is, and objects that are none of the CDK. Throws a `ConfigError`. */
export function requireProps(props: LatchkeyProps): void {
  const given = withoutUndefined(props);
  const fields = Object.keys(CONFIG.shape).filter((name) => !Object.hasOwn(OTHERWISE, name));
  const known = [...new Set([...fields, ...OWN])].filter((name) => !name.startsWith('_'));
  const faults = Object.keys(given).flatMap((name) =>
    known.includes(name) || name.startsWith('_')
      ? []
      : [`${name}: ${OTHERWISE[name] ?? `unknown field; known are ${known.join(', ')}`}`],
  );
  for (const [name, [member, what]] of Object.entries(OBJECTS)) {
    const value: unknown = given[name as keyof typeof OBJECTS];
    if (value === undefined) continue;
    if (typeof value !== 'object' || value === null || !(member in value))
      faults.push(`${name}: must be ${what}`);
  }
  const { vpc, vpcSubnets, securityGroups } = given;
  for (const [name, value] of Object.entries({ vpcSubnets, securityGroups }))
    if (vpc === undefined && value !== undefined) faults.push(`${name}: takes vpc; name the network`);
  const { logRetention, removalPolicy } = given;
  if (logRetention !== undefined && !(logRetention in RetentionDays))
    faults.push('logRetention: must be a RetentionDays, such as RetentionDays.ONE_MONTH');
  if (removalPolicy !== undefined && !Object.values(RemovalPolicy).includes(removalPolicy))
    faults.push('removalPolicy: must be a RemovalPolicy, such as RemovalPolicy.RETAIN');
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
}

/** Refuses what is known only when the stack is deployed: the functions' settings are files that are written at synth. */
function requireResolved(fields: object): void {
  const faults = Object.entries(fields).flatMap(([name, value]) => unresolvedPaths(value, name));
  if (faults.length === 0) return;
  throw new ConfigError(
    faults
      .map((path) => `${path}: is known only when the stack is deployed, and needed before; write the value`)
      .join('\n'),
  );
}

/** Networks alone are of resources of the template. */
function unresolvedPaths(value: unknown, path: string): string[] {
  if (Token.isUnresolved(value)) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === 'vpc' ? [] : unresolvedPaths(each, `${path}.${name}`),
  );
}
