import { join } from 'node:path';
import type { Cleanup } from './cleanup.ts';
import type { StackTemplate } from './cloudformation/stack-template.ts';
import { CLOUDWATCH, serveCloudWatch } from './cloudwatch/api.ts';
import { DynamodbClient } from './dynamodb/client.ts';
import type { EventSourceMapping } from './dynamodb/event-source-mapping.ts';
import { startEventSources } from './dynamodb/event-sources.ts';
import { ExpirySweeper, type ServiceDeletions } from './dynamodb/expiry.ts';
import { adoptedTables, deployTables, type Table } from './dynamodb/tables.ts';
import { ControlPlane } from './gateway/control-plane.ts';
import type { Gateway } from './gateway/gateway.ts';
import { readApis } from './gateway/read-apis.ts';
import { type GatewayOptions, RestGateway } from './gateway/rest-gateway.ts';
import { NO_USAGE_KEYS, UsageKeys, type UsageKeysState } from './gateway/usage-keys.ts';
import { PlanCounters, UsagePlans } from './gateway/usage-plans.ts';
import { readHttpApis } from './http-api/definition.ts';
import { HttpGateway } from './http-api/http-gateway.ts';
import { KMS, KmsApi, type KmsState } from './kms/api.ts';
import { serveLambda } from './lambda/api.ts';
import { Functions } from './lambda/functions.ts';
import type { StandInHost } from './lambda/stand-in-hosts.ts';
import { EVENTS, type KeptMail, Outbox, SES } from './mail/outbox.ts';
import type { Platform } from './platform.ts';
import { Scheduler, templateSchedules } from './schedules.ts';
import { SecretsManagerApi } from './secrets/api.ts';
import { SecretRotation } from './secrets/rotation.ts';
import type { Secret } from './secrets/secret.ts';
import { SecretStore } from './secrets/store.ts';

/** The template's resources, running. */
export interface Deployment {
  readonly functions: Functions;
  /** One an API, by the API's id. */
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly rotation: SecretRotation;
  readonly sweeper: ExpirySweeper;
  readonly mappings: readonly EventSourceMapping[];
  readonly scheduler: Scheduler;
  readonly outbox: Outbox;
}

export interface DeploymentOptions {
  readonly expiryIntervalMilliseconds: number;
  readonly keyPropagationMilliseconds: number;
  readonly apiKeyQuota: number;
  readonly mapsAuthorizerToHeaders: boolean;
  readonly mappedHeadersReplace: boolean;
  readonly zeroPlansThrottle: boolean;
  readonly warmsFunctions: boolean;
  readonly clientMetadataHosts: readonly StandInHost[];
  readonly lambdaEndpoint?: string;
}

const SCHEDULER_MILLISECONDS = 1_000;

/** Deploys a template on a platform. Secrets that are to be rotated at once have been when it resolves. */
export async function deploy(
  template: StackTemplate,
  platform: Platform,
  options: DeploymentOptions,
  cleanup: Cleanup,
): Promise<Deployment> {
  const { now, log } = platform;
  const client = new DynamodbClient(platform.dynamodb.url);
  const own = await deployTables(template, client);
  const tables = [...own, ...(await adoptedTables(template, own, client))];
  const functions = deployFunctions(template, platform, options, cleanup);
  platform.register('lambda', (call) => serveLambda(call, functions, options.lambdaEndpoint));
  const kms = new KmsApi(template, platform.data.store<KmsState>('kms-keys', {}));
  platform.register(KMS, (call) => kms.serve(call));
  const outbox = new Outbox(platform.data.store<readonly KeptMail[]>('mails', []), now);
  platform.register(SES, (call) => outbox.serveSes(call));
  platform.register(EVENTS, (call) => outbox.serveEvents(call));
  platform.register(CLOUDWATCH, async (call) => serveCloudWatch(call, functions.figures));
  const usageKeys = deployUsageKeys(template, platform, options);
  const gateways = deployGateways(template, functions, usageKeys, { ...options, now });
  const rotation = await deploySecrets(template, platform, functions);
  const deletions = platform.data.store<ServiceDeletions>('ttl-deletions', {});
  const sweeper = new ExpirySweeper(client, tables, deletions, now);
  cleanup.add(sweeper.every(options.expiryIntervalMilliseconds, log));
  const streams = { client, tables, functions, sweeper };
  const mappings = deployEventSources(template, platform, streams, cleanup);
  const schedules = [...templateSchedules(template, functions, now), ...rotation.schedules()];
  const scheduler = new Scheduler(schedules, log);
  const timer = setInterval(() => void scheduler.tick(now()), SCHEDULER_MILLISECONDS);
  cleanup.add(() => clearInterval(timer));
  if (options.warmsFunctions) void functions.warm();
  return { functions, gateways, rotation, sweeper, mappings, scheduler, outbox };
}

function deployFunctions(
  template: StackTemplate,
  platform: Platform,
  { clientMetadataHosts }: DeploymentOptions,
  cleanup: Cleanup,
): Functions {
  const endpoints = {
    dynamodb: platform.dynamodb.url,
    apiGateway: platform.controlPlane.url,
    services: platform.services.url,
  };
  const functions = new Functions(template, {
    endpoints,
    scratchDirectory: join(platform.data.path, 'inline-code'),
    standInHosts: clientMetadataHosts,
    log: platform.log,
  });
  cleanup.add(() => functions.stop());
  return functions;
}

function deployUsageKeys(
  template: StackTemplate,
  { data, register, now }: Platform,
  { keyPropagationMilliseconds, apiKeyQuota }: DeploymentOptions,
): UsageKeys {
  const stored = data.store<UsageKeysState>('usage-keys', NO_USAGE_KEYS);
  const keys = new UsageKeys(template, stored, keyPropagationMilliseconds, now);
  const controlPlane = new ControlPlane(keys, apiKeyQuota);
  register('apigateway', (call) => controlPlane.serve(call));
  return keys;
}

function deployGateways(
  template: StackTemplate,
  functions: Functions,
  keys: UsageKeys,
  options: GatewayOptions,
): ReadonlyMap<string, Gateway> {
  const planOptions = { ...options, counters: new PlanCounters() };
  const rest = readApis(template).map((api): [string, Gateway] => {
    const plans = new UsagePlans(template, api, keys, planOptions);
    return [api.id, new RestGateway(api, functions, plans, options)];
  });
  const http = readHttpApis(template).map((api): [string, Gateway] => [
    api.id,
    new HttpGateway(api, functions, options.now),
  ]);
  return new Map([...rest, ...http]);
}

async function deploySecrets(
  template: StackTemplate,
  { data, register, log, now }: Platform,
  functions: Functions,
): Promise<SecretRotation> {
  const secrets = new SecretStore(data.store<Readonly<Record<string, Secret>>>('secrets', {}), now);
  secrets.deploy(template);
  const rotation = new SecretRotation(secrets, functions, log);
  const api = new SecretsManagerApi(secrets, rotation);
  register('secretsmanager', (call) => api.serve(call));
  await rotation.deploy(template);
  return rotation;
}

function deployEventSources(
  template: StackTemplate,
  { data, writes, log }: Platform,
  streams: { client: DynamodbClient; tables: readonly Table[]; functions: Functions; sweeper: ExpirySweeper },
  cleanup: Cleanup,
): EventSourceMapping[] {
  const mappings = startEventSources(template, { ...streams, writes, data, log });
  // A mapping waits for its function, which may hang: they end at the same time.
  cleanup.add(() => Promise.all([...mappings.map((mapping) => mapping.stop()), streams.functions.stop()]));
  return mappings;
}
