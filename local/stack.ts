import { join } from 'node:path';
import { authorize } from './authorization.ts';
import { type AwsCall, AwsEndpoint, AwsError, type Fault } from './aws-endpoint.ts';
import { readAssembly } from './cloudformation/assembly.ts';
import { REGION } from './cloudformation/identities.ts';
import { StackTemplate } from './cloudformation/stack-template.ts';
import { DataDirectory } from './data-directory.ts';
import { DynamodbClient, forward } from './dynamodb/client.ts';
import { startEngine } from './dynamodb/engine.ts';
import type { EventSourceMapping } from './dynamodb/event-source-mapping.ts';
import { startEventSources } from './dynamodb/event-sources.ts';
import { ExpirySweeper, type ServiceDeletions } from './dynamodb/expiry.ts';
import { deployTables } from './dynamodb/tables.ts';
import { Gateway } from './gateway/gateway.ts';
import { HttpServer } from './gateway/http-server.ts';
import { type Credentials, credentialsOf } from './lambda/environment.ts';
import type { Invocation } from './lambda/function.ts';
import { Functions } from './lambda/functions.ts';
import { type Logger, silent, terminalLog } from './log.ts';
import { Scheduler, templateSchedules } from './schedules.ts';
import { SecretsManagerApi } from './secrets/api.ts';
import { SecretRotation } from './secrets/rotation.ts';
import type { Secret } from './secrets/secret.ts';
import { SecretStore } from './secrets/store.ts';

export interface LocalStackOptions {
  /** A cloud assembly, as `synthesize` or `cdk synth` writes it. */
  readonly assemblyDir: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** Where data outlives the stack. @default in memory */
  readonly dataDir?: string;
  /** `null` for silence. @default the terminal */
  readonly log?: Logger | null;
  /** An engine to use instead of the bundled one; its tables are created, not removed. */
  readonly dynamodb?: { readonly endpoint?: string };
  /** The clock, in epoch milliseconds, of throttles, quotas, schedules, expiry and secrets. @default Date.now */
  readonly now?: () => number;
  /** How often expired items are looked for. @default 10 s */
  readonly expiryIntervalMilliseconds?: number;
}

export interface LocalStack {
  /** The root of the API, without a slash at the end. */
  readonly url: string;
  readonly dynamodbEndpoint: string;
  readonly secretsEndpoint: string;
  readonly region: string;
  /** For SDK clients of tests and tools. */
  readonly credentials: Credentials;
  readonly outputs: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The deployed name of each function by its logical id. */
  readonly functionsByLogicalId: Readonly<Record<string, string>>;
  /** What `Ref` gives for the one resource whose logical id is, or starts with, this. */
  physicalId(logicalIdOrPrefix: string): string;
  invoke(functionLogicalIdPrefix: string, event: unknown): Promise<Invocation>;
  /** Runs the four steps of a rotation now; rejects with the step that failed. */
  rotateSecret(logicalIdPrefix: string): Promise<void>;
  /** Deletes expired items now; gives their number. */
  sweepExpired(): Promise<number>;
  /** Runs the schedules that are due at a time in epoch milliseconds. */
  tick(now: number): Promise<void>;
  /** Resolves once the streams' functions have dealt with everything written so far. */
  idle(): Promise<void>;
  /** Lets every call of DynamoDB fail: refused (the default), or late. */
  pauseDynamodb(fault?: Fault): void;
  resumeDynamodb(): void;
  pauseSecrets(fault?: Fault): void;
  resumeSecrets(): void;
  /** Ends everything that was started. */
  stop(): Promise<void>;
}

/**
 * Serves the template of a cloud assembly on this machine, on 127.0.0.1 only.
 * Rejects with a `LocalStackError` for what the developer can put right, with nothing left running.
 */
export async function startStack(options: LocalStackOptions): Promise<LocalStack> {
  const cleanups: (() => unknown)[] = [];
  const cleanUp = async (): Promise<void> => {
    for (const step of cleanups.splice(0).reverse()) await step();
  };
  try {
    return await start(options, cleanups, cleanUp);
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

const SCHEDULER_MILLISECONDS = 1_000;

async function start(
  options: LocalStackOptions,
  cleanups: (() => unknown)[],
  stop: () => Promise<void>,
): Promise<LocalStack> {
  const log = options.log === null ? silent : (options.log ?? terminalLog());
  const now = options.now ?? Date.now;
  const template = new StackTemplate(readAssembly(options.assemblyDir));
  const server = await HttpServer.listen(options.port ?? 0, log, now);
  cleanups.push(() => server.stop());
  const data = DataDirectory.open(options.dataDir);
  cleanups.push(() => data.close());

  const dynamodb = await startDynamodb(options.dynamodb?.endpoint, data, log, cleanups);
  const secrets = new SecretStore(data.store<Readonly<Record<string, Secret>>>('secrets', {}), now);
  const served = { secrets: undefined as SecretsManagerApi | undefined };
  const services = await AwsEndpoint.start((call) => serveCall(call, served.secrets));
  cleanups.push(() => services.stop());

  const client = new DynamodbClient(dynamodb.url);
  const tables = await deployTables(template, client);
  secrets.deploy(template);
  const functions = new Functions(
    template,
    { dynamodb: dynamodb.url, services: services.url },
    join(data.path, 'inline-code'),
    log,
  );
  cleanups.push(() => functions.stop());
  const gateway = new Gateway(template, functions, now);
  const rotation = new SecretRotation(secrets, functions, log);
  served.secrets = new SecretsManagerApi(secrets, rotation);

  const sweeper = new ExpirySweeper(client, tables, data.store<ServiceDeletions>('ttl-deletions', {}), now);
  cleanups.push(sweeper.every(options.expiryIntervalMilliseconds ?? 10_000, log));
  const mappings = startEventSources(template, { client, tables, functions, sweeper, data, log });
  cleanups.push(() => stopMappings(mappings, functions));
  for (const each of functions.all) each.warm();
  await rotation.deploy(template);
  const scheduler = new Scheduler(
    [...templateSchedules(template, functions, now), ...rotation.schedules()],
    log,
  );
  const timer = setInterval(() => void scheduler.tick(now()), SCHEDULER_MILLISECONDS);
  cleanups.push(() => clearInterval(timer));
  server.serve(gateway);

  return {
    url: server.url,
    dynamodbEndpoint: dynamodb.url,
    secretsEndpoint: services.url,
    region: REGION,
    credentials: credentialsOf('local-stack'),
    outputs: template.outputs(),
    metadata: template.metadata,
    functionsByLogicalId: Object.fromEntries(
      functions.all.map(({ definition: { logicalId, name } }) => [logicalId, name]),
    ),
    physicalId: (prefix) => template.find(prefix).ref,
    invoke: async (prefix, event) =>
      functions.invoke(template.find(prefix, 'AWS::Lambda::Function').ref, event),
    rotateSecret: async (prefix) => rotation.rotate(template.find(prefix, 'AWS::SecretsManager::Secret').ref),
    sweepExpired: () => sweeper.sweep(),
    tick: (time) => scheduler.tick(time),
    idle: async () => void (await Promise.all(mappings.map((mapping) => mapping.drained()))),
    pauseDynamodb: (fault = 'down') => dynamodb.pause(fault),
    resumeDynamodb: () => dynamodb.resume(),
    pauseSecrets: (fault = 'down') => services.pause(fault),
    resumeSecrets: () => services.resume(),
    stop,
  };
}

/** The engine behind an endpoint of our own, which knows the callers and can be made to fail. */
async function startDynamodb(
  given: string | undefined,
  data: DataDirectory,
  log: Logger,
  cleanups: (() => unknown)[],
): Promise<AwsEndpoint> {
  const target = given ?? (await startBundledEngine(data, log, cleanups));
  const endpoint = await AwsEndpoint.start((call) => {
    authorize(call);
    return forward(target, `${call.service}.${call.action}`, call.body, call.contentType);
  });
  cleanups.push(() => endpoint.stop());
  return endpoint;
}

async function startBundledEngine(
  data: DataDirectory,
  log: Logger,
  cleanups: (() => unknown)[],
): Promise<string> {
  const engine = await startEngine(data.persistent ? data.path : undefined);
  let stopping = false;
  void engine.ended.then(() => stopping || log.error('the DynamoDB engine ended: start again'));
  cleanups.push(() => {
    stopping = true;
    return engine.stop();
  });
  return engine.endpoint;
}

async function serveCall(call: AwsCall, secrets: SecretsManagerApi | undefined) {
  authorize(call);
  if (call.service === 'secretsmanager' && secrets !== undefined) return secrets.serve(call);
  throw new AwsError(
    'UnknownOperationException',
    `The local stack does not serve ${call.service || 'this service'}.`,
    501,
  );
}

/** A mapping waits for its function, which may hang: the functions end at the same time. */
async function stopMappings(mappings: readonly EventSourceMapping[], functions: Functions): Promise<void> {
  await Promise.all([...mappings.map((mapping) => mapping.stop()), functions.stop()]);
}
