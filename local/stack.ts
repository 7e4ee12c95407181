import { Authorization, type RightsReport } from './authorization.ts';
import type { Fault } from './aws-endpoint.ts';
import { Cleanup } from './cleanup.ts';
import { apisOf, urlsHere } from './cloudformation/api-urls.ts';
import { readAssembly } from './cloudformation/assembly.ts';
import { sharedHosts, sharedParts, withPath } from './cloudformation/domain-mappings.ts';
import { REGION } from './cloudformation/identities.ts';
import { StackGroup } from './cloudformation/stack-group.ts';
import type { DeployedResource, StackTemplate } from './cloudformation/stack-template.ts';
import { type Deployment, deploy } from './deployment.ts';
import { latchkeysOf } from './described.ts';
import { LocalStackError } from './failure.ts';
import type { Figure } from './figures/figures.ts';
import { figuresPage } from './figures/page.ts';
import { DomainGateway } from './gateway/domain-gateway.ts';
import { HttpServer } from './gateway/http-server.ts';
import { type Credentials, OPERATOR } from './lambda/environment.ts';
import type { Invocation } from './lambda/function.ts';
import type { StandInHost } from './lambda/stand-in-hosts.ts';
import { LocalPage, type LocalPageOptions } from './local-page.ts';
import { type Logger, silent, terminalLog } from './log.ts';
import type { KeptMail } from './mail/outbox.ts';
import { mailsPage } from './mail/page.ts';
import { type Platform, startPlatform } from './platform.ts';

export interface LocalStackOptions {
  /** A cloud assembly, as `synthesize` or `cdk synth` writes it. */
  readonly assemblyDir: string;
  /** Names or ids of the assembly's stacks; those that they depend on are served too. @default - the one that no other depends on */
  readonly stacks?: readonly string[];
  /** Takes in a line each what the template has and is not served here. @default - it is an error */
  readonly unserved?: (what: string) => void;
  /** That of the first API; every other one has the next that is free. @default 0, any free port each */
  readonly port?: number;
  /** Where data outlives the stack. @default - a temporary directory, removed at the end */
  readonly dataDir?: string;
  /** `null` for silence. @default the terminal */
  readonly log?: Logger | null;
  /** An engine to use instead of the bundled one; its tables are created, not removed. */
  readonly dynamodb?: { readonly endpoint?: string };
  /** Where functions are invoked that the template does not have. @default - they are not found */
  readonly lambdaEndpoint?: string;
  /** The clock, in epoch milliseconds, of throttles, quotas, schedules, expiry and secrets. @default Date.now */
  readonly now?: () => number;
  /** How often expired items are looked for. @default 10 s */
  readonly expiryIntervalMilliseconds?: number;
  /** How long an API key, or its place in a plan, takes to work once a call has made it. @default 10 s */
  readonly keyPropagationMilliseconds?: number;
  /** API keys that the account may have. @default 10,000, as on AWS */
  readonly apiKeyQuota?: number;
  /**
   * Whether API Gateway maps headers of its own answers from the authorizer's context. Nobody has recorded it on AWS;
   * without, such a header is left out. @default true
   */
  readonly mapsAuthorizerToHeaders?: boolean;
  /**
   * Whether a request header that an integration maps replaces the client's own. Nobody has recorded it on AWS; without,
   * the client's stays. @default true
   */
  readonly mappedHeadersReplace?: boolean;
  /** Whether a usage plan of 0/0 throttles. Nobody has recorded it on AWS; without, it lets all calls pass. @default true */
  readonly zeroPlansThrottle?: boolean;
  /** Whether functions are loaded before their first events, so that nobody waits for a cold start. @default true */
  readonly warmsFunctions?: boolean;
  /** Hosts of metadata documents that stand on this machine. @default none */
  readonly clientMetadataHosts?: readonly StandInHost[];
}

/** An API that is served. */
export interface ServedApi {
  readonly logicalId: string;
  readonly kind: 'REST' | 'HTTP';
  /** Its root, without a slash at the end: a host, or a path of one that APIs share. */
  readonly url: string;
}

export interface LocalStack {
  /** The root of the first API, without a slash at the end: of Latchkey's where it has one of its own. */
  readonly url: string;
  /** Every API, and every URL of it; {@link url} is the first. */
  readonly apis: readonly ServedApi[];
  readonly dynamodbEndpoint: string;
  readonly secretsEndpoint: string;
  /** API Gateway's control plane. */
  readonly apiGatewayEndpoint: string;
  readonly region: string;
  /** For SDK clients of tests and tools. */
  readonly credentials: Credentials;
  readonly outputs: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The deployed name of each function by its logical id. */
  readonly functionsByLogicalId: Readonly<Record<string, string>>;
  /** The `Ref` of the one resource whose logical id is, or starts with, this. */
  physicalId(logicalIdOrPrefix: string): string;
  invoke(functionLogicalIdPrefix: string, event: unknown): Promise<Invocation>;
  /** Ends a function's instance in the midst of what it does. */
  kill(functionLogicalIdPrefix: string): Promise<void>;
  /** The variables of a function's environment. */
  variables(functionLogicalIdPrefix: string): Readonly<Record<string, string>>;
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
  /** The control plane of API Gateway: requests of the API go on. */
  pauseApiGateway(fault?: Fault): void;
  /** Lets every call of SES and EventBridge fail. */
  pauseMail(): void;
  resumeMail(): void;
  resumeApiGateway(): void;
  /** Metrics that the functions have counted since the start; `npm start` shows them at a page. */
  figures(): readonly Figure[];
  /** Serves the figures for people; gives the page's URL. */
  showFigures(): Promise<string>;
  /** Mails that have been sent, oldest first: they go nowhere. */
  mails(): readonly KeptMail[];
  /** Serves the mails for people; gives the page's URL. */
  showMails(): Promise<string>;
  /** The rights of the functions' roles, those used since the start, and refused accesses. */
  rights(): RightsReport;
  /** Ends everything that was started. */
  stop(): Promise<void>;
}

/**
 * Serves the template of a cloud assembly on this machine, at its loopback addresses only.
 * Rejects with a `LocalStackError` for what the developer can put right, with nothing left running.
 */
export async function startStack(options: LocalStackOptions): Promise<LocalStack> {
  const log = options.log === null ? silent : (options.log ?? terminalLog());
  const now = options.now ?? Date.now;
  const cleanup = new Cleanup();
  try {
    const assemblies = readAssembly(options.assemblyDir, options.stacks);
    const { unserved } = options;
    const onAws = new StackGroup(assemblies, unserved && { unserved: () => undefined });
    const servers = await listen(onAws, options.port ?? 0, { log, now }, cleanup);
    const urls = urlsHere(onAws, {
      api: (apiId) => ownUrl(onAws, servers, apiId),
      host: (domainName) => servers.get(domainName)?.url,
    });
    const template = new StackGroup(assemblies, { urls, ...(unserved && { unserved }) });
    const authorization = new Authorization(template, log);
    const platform = await startPlatform({ ...options, authorization, log, now }, cleanup);
    const resolved = {
      expiryIntervalMilliseconds: options.expiryIntervalMilliseconds ?? 10_000,
      keyPropagationMilliseconds: options.keyPropagationMilliseconds ?? 10_000,
      apiKeyQuota: options.apiKeyQuota ?? 10_000,
      ...(options.lambdaEndpoint === undefined ? {} : { lambdaEndpoint: options.lambdaEndpoint }),
      mapsAuthorizerToHeaders: options.mapsAuthorizerToHeaders ?? true,
      mappedHeadersReplace: options.mappedHeadersReplace ?? true,
      zeroPlansThrottle: options.zeroPlansThrottle ?? true,
      warmsFunctions: options.warmsFunctions ?? true,
      clientMetadataHosts: options.clientMetadataHosts ?? [],
    };
    const deployment = await deploy(template, platform, resolved, cleanup);
    for (const [apiId, gateway] of deployment.gateways) servers.get(apiId)?.serve(gateway);
    for (const [domainName, mappings] of sharedHosts(template)) {
      const mapped = mappings.flatMap(({ apiId, path, stage }) => {
        const gateway = deployment.gateways.get(apiId);
        if (gateway === undefined)
          template.unserved(`${withPath(domainName, path)} is of an API that is not in what is served`);
        return gateway === undefined ? [] : [{ path, stage, gateway }];
      });
      servers.get(domainName)?.serve(new DomainGateway(domainName, mapped));
    }
    return handle({ template, apis: servedApis(template, servers), platform, deployment, cleanup });
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

/** Ports, by the name of the host or the id of the API that is served there. */
type Servers = ReadonlyMap<string, HttpServer>;

/**
 * Takes a port for each host of which APIs have a part, and for each API by itself, Latchkey's first; not for one that answers
 * below a path of a host alone. Throws a `LocalStackError` where there is no API.
 */
async function listen(
  template: StackTemplate,
  port: number,
  { log, now }: { readonly log: Logger; readonly now: () => number },
  cleanup: Cleanup,
): Promise<Servers> {
  const mapped = new Set(sharedParts(template).map(({ apiId }) => apiId));
  const apis = inOrder(template).filter(
    ({ ref, properties }) => !mapped.has(ref) || properties.DisableExecuteApiEndpoint !== true,
  );
  const servers = new Map<string, HttpServer>();
  let next = port;
  for (const place of [...sharedHosts(template).keys(), ...apis.map(({ ref }) => ref)]) {
    const server =
      servers.size === 0
        ? await HttpServer.listen(next, log, now)
        : await HttpServer.listenFrom(next, log, now);
    cleanup.add(() => server.stop());
    next = port === 0 ? 0 : Number(new URL(server.url).port) + 1;
    servers.set(place, server);
  }
  if (servers.size === 0) throw new LocalStackError('the template must hold an API to serve; it holds none');
  return servers;
}

/** The URL of an API by itself; with its stage where its public one is below a path, as the two are then told apart. */
function ownUrl(template: StackTemplate, servers: Servers, apiId: string): string | undefined {
  const url = servers.get(apiId)?.url;
  const isMapped = sharedParts(template).some((mapping) => mapping.apiId === apiId);
  const stage = template
    .ofType<{ readonly RestApiId: string }>('AWS::ApiGateway::Stage')
    .find(({ properties }) => properties.RestApiId === apiId);
  return url !== undefined && isMapped && stage !== undefined ? withPath(url, stage.ref) : url;
}

/** Every place at which an API is reached: its part of a host first, as that is its public URL. */
function servedApis(template: StackTemplate, servers: Servers): readonly ServedApi[] {
  const mappings = sharedParts(template);
  return inOrder(template).flatMap(({ ref, logicalId, type }) => {
    const onHosts = mappings
      .filter(({ apiId }) => apiId === ref)
      .map(({ domainName, path }) => withPath(servers.get(domainName)?.url ?? '', path));
    const own = ownUrl(template, servers, ref);
    return [...onHosts, ...(own === undefined ? [] : [own])].map(
      (url): ServedApi => ({ logicalId, kind: type.includes('V2') ? 'HTTP' : 'REST', url }),
    );
  });
}

/** The APIs, those that are a Latchkey's own first. */
function inOrder(
  template: StackTemplate,
): readonly DeployedResource<{ readonly DisableExecuteApiEndpoint?: boolean }>[] {
  const latchkeys = latchkeysOf({ metadata: template.metadata, outputs: template.outputs() });
  const isOwn = ({ ref }: DeployedResource) => latchkeys.some(({ apiId }) => apiId === ref);
  const apis = apisOf(template);
  return [...apis.filter(isOwn), ...apis.filter((api) => !isOwn(api))];
}

function handle({
  template,
  apis,
  platform: { authorization, dynamodb, services, controlPlane },
  deployment: { functions, rotation, sweeper, mappings, scheduler, outbox },
  cleanup,
}: {
  readonly template: StackTemplate;
  readonly apis: readonly ServedApi[];
  readonly platform: Platform;
  readonly deployment: Deployment;
  readonly cleanup: Cleanup;
}): LocalStack {
  const show = async (options: LocalPageOptions) => {
    const page = await LocalPage.start(options);
    cleanup.add(() => page.stop());
    return page.url;
  };
  return {
    url: apis[0]?.url ?? '',
    apis,
    dynamodbEndpoint: dynamodb.url,
    secretsEndpoint: services.url,
    apiGatewayEndpoint: controlPlane.url,
    region: REGION,
    credentials: OPERATOR,
    outputs: template.outputs(),
    metadata: template.metadata,
    functionsByLogicalId: Object.fromEntries(
      functions.all.map(({ definition: { logicalId, name } }) => [logicalId, name]),
    ),
    physicalId: (prefix) => template.find(prefix).ref,
    invoke: async (prefix, event) =>
      functions.invoke(template.find(prefix, 'AWS::Lambda::Function').ref, event),
    kill: async (prefix) => functions.kill(template.find(prefix, 'AWS::Lambda::Function').ref),
    variables: (prefix) =>
      functions.get(template.find(prefix, 'AWS::Lambda::Function').ref).definition.environment,
    rotateSecret: async (prefix) => rotation.rotate(template.find(prefix, 'AWS::SecretsManager::Secret').ref),
    sweepExpired: () => sweeper.sweep(),
    tick: (time) => scheduler.tick(time),
    async idle() {
      await Promise.all(mappings.map((mapping) => mapping.drained()));
      await functions.drained();
    },
    mails: () => outbox.all(),
    showMails: () => show(mailsPage(outbox)),
    pauseMail: () => outbox.pause(),
    resumeMail: () => outbox.resume(),
    pauseDynamodb: (fault = 'down') => dynamodb.pause(fault),
    resumeDynamodb: () => dynamodb.resume(),
    pauseSecrets: (fault = 'down') => services.pause(fault),
    resumeSecrets: () => services.resume(),
    pauseApiGateway: (fault = 'down') => controlPlane.pause(fault),
    resumeApiGateway: () => controlPlane.resume(),
    figures: () => functions.figures.all(),
    showFigures: () => show(figuresPage(functions.figures)),
    rights: () => authorization.report(),
    stop: () => cleanup.run(),
  };
}
