import { Annotations, type CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import {
  CfnResource as CfnApiResource,
  CfnAuthorizer,
  CfnDeployment,
  CfnGatewayResponse,
  CfnMethod,
  CfnRestApi,
  CfnStage,
  Deployment,
  type IRestApi,
  Method,
  RestApi,
  type RestApiBase,
  Stage,
} from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import type { AuthorizerSettings } from '../../lambdas/contract/authorizer-settings.ts';
import { ConfigError } from '../config.ts';
import type { Door } from '../door.ts';
import { addGatewayResponses } from '../gateway-responses.ts';
import { UsagePlans } from '../usage-plans.ts';
import { nameOf } from './access.ts';
import type { ProtectOptions } from './options.ts';
import { type Endpoint, ProtectedApi } from './protected-api.ts';
import { referencesIn, renderedProperties } from './references.ts';

/**
 * Puts a REST API of the app behind a Latchkey: every method but those left open takes a credential, also such as are added
 * later. Throws a `ConfigError` for an API whose methods cannot be reached; what shows only at the end fails the synth.
 */
export function protectRestApi(door: Door, api: IRestApi | RestApiBase, options: ProtectOptions = {}): void {
  new ProtectedRestApi(door, reachable(api), options);
}

/** Refuses APIs whose methods, deployment and gateway responses are not this app's. */
function reachable(api: IRestApi | RestApiBase): RestApi {
  if (api instanceof RestApi) return api;
  throw new ConfigError(
    `${api.node.path} cannot be protected: its methods and its deployment are not in this app as constructs. ` +
      'Of an API that was imported (fromRestApiId, fromRestApiAttributes), call protect where it is made; ' +
      'of one made from an OpenAPI document (SpecRestApi), add its methods to a RestApi, or put it behind Latchkey as an upstream.',
  );
}

class ProtectedRestApi extends ProtectedApi {
  protected readonly authorizerId: string;
  private readonly restApi: RestApi;
  private readonly cfnAuthorizer: CfnAuthorizer;
  private readonly deployments: Deployment[] = [];
  private readonly stages: CfnStage[] = [];
  /** Plans of its own, where it is in another stack than the Latchkey. */
  private readonly plans: UsagePlans | undefined;
  private readonly responses: readonly CfnGatewayResponse[];

  constructor(door: Door, api: RestApi, options: ProtectOptions) {
    const cfnApi = api.node.defaultChild as CfnRestApi;
    super(api, { door, api: cfnApi, apiId: api.restApiId, options });
    this.restApi = api;
    if (options.setsApiKeySource === true) cfnApi.apiKeySourceType = 'AUTHORIZER';
    else requireKeySource(cfnApi);
    this.cfnAuthorizer = new CfnAuthorizer(this, 'Authorizer', {
      restApiId: api.restApiId,
      name: 'Latchkey',
      type: 'REQUEST',
      authorizerUri: this.authorizerUri,
      // Either of two headers will do, which API Gateway cannot cache, and a revocation must be immediate.
      authorizerResultTtlInSeconds: 0,
      identitySource: '',
    });
    this.authorizerId = this.cfnAuthorizer.ref;
    this.letInvoke(this.authorizerId);
    this.plans = this.ownPlans();
    this.responses = options.setsGatewayResponses === true ? this.setGatewayResponses() : [];
    this.tellDoctor(() => ({
      kind: 'rest',
      urls: this.stages.map(({ ref }) => `${this.endpoint}/${ref}`),
      refused: options.setsGatewayResponses === true ? 401 : 403,
    }));
  }

  override visit(construct: IConstruct): void {
    if (construct instanceof Deployment && this.isOfThisApi(construct.api.restApiRef.restApiId, construct))
      this.watch(construct);
    if (construct instanceof CfnStage && this.isOfThisApi(construct.restApiId, construct))
      this.count(construct);
    super.visit(construct);
  }

  protected endpointOf(construct: IConstruct): Endpoint | undefined {
    if (!(construct instanceof CfnMethod) || !this.isOfThisApi(construct.restApiId, construct))
      return undefined;
    const { HttpMethod, AuthorizationType, AuthorizerId, ApiKeyRequired } = renderedProperties(construct);
    return {
      resource: construct,
      method: String(HttpMethod),
      path: pathOfMethod(construct),
      authorizationType: typeof AuthorizationType === 'string' ? AuthorizationType : 'NONE',
      authorizerId: AuthorizerId,
      takesApiKey: ApiKeyRequired === true,
    };
  }

  /** As properties, which other aspects read, and as overrides, which hold against those that the method had before. */
  protected lock({ resource }: Endpoint): void {
    const method = resource as CfnMethod;
    method.authorizationType = 'CUSTOM';
    method.authorizerId = this.authorizerId;
    method.apiKeyRequired = true;
    method.addPropertyOverride('AuthorizationType', 'CUSTOM');
    method.addPropertyOverride('AuthorizerId', this.authorizerId);
    method.addPropertyOverride('ApiKeyRequired', true);
    for (const deployment of this.deployments) comeAfter(deployment, method);
  }

  protected settings(): AuthorizerSettings {
    const { zeroPlanThrottles } = this.door.deployment.gatewayFacts;
    return { ...this.tables({ zeroPlanThrottles, knowsOwnKeys: this.plans === undefined }), payload2: null };
  }

  protected override faults(): readonly string[] {
    const { ApiKeySourceType, Body, BodyS3Location } = renderedProperties(this.api);
    return [
      ...super.faults(),
      ...this.locked.flatMap(({ path, resource }) =>
        path === UNKNOWN_PATH
          ? [`${resource.node.path}: nothing says which path the method is of; make its resource in this app`]
          : [],
      ),
      ...(ApiKeySourceType === 'AUTHORIZER'
        ? []
        : [
            `apiKeySourceType was changed to ${String(ApiKeySourceType)} after protect: without AUTHORIZER callers choose their usage key`,
          ]),
      ...(Body === undefined && BodyS3Location === undefined
        ? []
        : ['the API has an OpenAPI body, whose methods protect cannot see: add them as constructs']),
      ...this.deployed().flatMap((construct) => this.placeFaults(construct)),
    ];
  }

  /** Faults of deployments and stages that the locks would not reach, and of gateway responses that are there twice. */
  private placeFaults(construct: IConstruct): readonly string[] {
    const { path } = construct.node;
    if (construct instanceof CfnDeployment && this.isOfThisApi(construct.restApiId, construct)) {
      const owner = this.deployments.find((each) => each.node.defaultChild === construct);
      if (owner === undefined)
        return [
          `${path}: a CfnDeployment stays as it is when methods are locked, and its stage would go on serving them open; use the construct Deployment instead`,
        ];
      return this.locked
        .filter(({ resource }) => !comesAfter(owner, resource))
        .map(
          (endpoint) =>
            `${nameOf(endpoint)}: its stack is none that the stack of the deployment ${path} waits for, so that the stage may serve it unlocked; put the deployment into a stack that depends on it`,
        );
    }
    if (
      construct instanceof CfnStage &&
      this.isOfThisApi(construct.restApiId, construct) &&
      !this.stages.includes(construct)
    )
      return [
        `${path}: usage plans know only stages of the stack that their API is in, or of one nested there; put the stage there`,
      ];
    if (
      construct instanceof CfnGatewayResponse &&
      !this.responses.includes(construct) &&
      this.isOfThisApi(construct.restApiId, construct)
    )
      return this.responses
        .filter(({ responseType }) => responseType === construct.responseType)
        .map(
          ({ responseType }) =>
            `${path}: the API would have two answers for ${responseType}; take yours away, or leave out setsGatewayResponses`,
        );
    return [];
  }

  /**
   * Has a deployment come after the locks, and be another when they change: CDK makes its logical id of what methods were
   * constructed with, so that the stage would go on serving the snapshot without them (ADR 0172).
   */
  private watch(deployment: Deployment): void {
    this.deployments.push(deployment);
    const before = [this.cfnAuthorizer, ...this.responses, ...this.locked.map(({ resource }) => resource)];
    for (const resource of before) comeAfter(deployment, resource);
    deployment.addToLogicalId({
      latchkey: Lazy.any({
        produce: () => ({
          authorizer: this.cfnAuthorizer.logicalId,
          locked: this.locked.map(nameOf).sort(),
          responses: this.responses.map(renderedProperties),
        }),
      }),
    });
  }

  /** Has a stage count in the usage plans, which cannot know one of a stack that waits for theirs. */
  private count(stage: CfnStage): void {
    if (!isWithin(stage, this.api)) return;
    this.stages.push(stage);
    const attributes = { restApi: this.restApi as IRestApi, stageName: stage.ref };
    (this.plans ?? this.door).addStage(
      Stage.fromStageAttributes(this, `Stage${this.stages.length}`, attributes),
    );
  }

  /**
   * Plans with the shared keys alone, where the Latchkey is in another stack: its own plans would wait for this stage, and
   * this stack waits for its table.
   */
  private ownPlans(): UsagePlans | undefined {
    if (Stack.of(this) === this.door.stack) return undefined;
    const { node } = this;
    const plans = new UsagePlans(this, 'UsagePlans', {
      name: node.path,
      keyScope: node.addr.slice(-8),
      tiers: {},
      sandbox: this.door.config.sandbox,
    });
    this.authorizer.tell('USAGE_KEYS', plans.keys);
    Annotations.of(this).addWarningV2(
      'latchkey:plans-elsewhere',
      `The API is in another stack than the Latchkey, so that the rate and the quota of a tenant do not hold here; the limits of each key do. Put both into one stack to have them all (docs/protect.md, "Usage plans").`,
    );
    return plans;
  }

  private setGatewayResponses(): readonly CfnGatewayResponse[] {
    const { config, profile, deployment } = this.door;
    const before = new Set(this.restApi.node.findAll());
    addGatewayResponses(this.restApi, {
      profile,
      cors: deployment.cors,
      // What a client is led to by metadata is the front door, not this API (RFC 9728, 3.3).
      challenge: 'Bearer',
      challengesFromContext: false,
      contextHeaders: config.gatewayContextHeaders,
    });
    return this.restApi.node
      .findAll()
      .filter((each): each is CfnGatewayResponse => each instanceof CfnGatewayResponse && !before.has(each));
  }
}

function requireKeySource(api: CfnRestApi): void {
  if (renderedProperties(api).ApiKeySourceType === 'AUTHORIZER') return;
  throw new ConfigError(
    `${api.node.path}: protect takes an API whose usage keys come from the authorizer. Make it with ` +
      'apiKeySourceType: ApiKeySourceType.AUTHORIZER, or write protect(api, { setsApiKeySource: true }); ' +
      'keys that clients send for usage plans of your own no longer count then.',
  );
}

const UNKNOWN_PATH = '(unknown path)';

/** The path as API Gateway will know it, by the chain of resources; of an imported one as it was imported. */
function pathOfMethod(method: CfnMethod): string {
  const made = pathOf(method.resourceId, method);
  if (made !== undefined) return made || '/';
  const { scope } = method.node;
  return scope instanceof Method ? scope.resource.path : UNKNOWN_PATH;
}

function pathOf(resourceId: string, scope: IConstruct): string | undefined {
  const [resource] = referencesIn(resourceId, scope);
  if (resource instanceof CfnRestApi) return '';
  if (!(resource instanceof CfnApiResource)) return undefined;
  const parent = pathOf(resource.parentId, resource);
  const { PathPart } = renderedProperties(resource);
  return parent === undefined || typeof PathPart !== 'string' ? undefined : `${parent}/${PathPart}`;
}

/** The stack that is deployed by itself. */
function outermost(construct: IConstruct): Stack {
  let stack = Stack.of(construct);
  while (stack.nestedStackParent !== undefined) stack = stack.nestedStackParent;
  return stack;
}

/** Whether a construct is in another's stack or in one nested there. */
function isWithin(construct: IConstruct, other: IConstruct): boolean {
  let stack: Stack | undefined = Stack.of(construct);
  while (stack !== undefined && stack !== Stack.of(other)) stack = stack.nestedStackParent;
  return stack !== undefined;
}

function comeAfter(deployment: Deployment, resource: CfnResource): void {
  if (outermost(deployment) === outermost(resource)) deployment.node.addDependency(resource);
}

function comesAfter(deployment: Deployment, resource: CfnResource): boolean {
  return (
    outermost(deployment) === outermost(resource) ||
    outermost(deployment).dependencies.includes(outermost(resource))
  );
}
