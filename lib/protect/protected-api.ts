import {
  AspectPriority,
  Aspects,
  CfnOutput,
  type CfnResource,
  Stage as Deployable,
  type IAspect,
  Lazy,
  Stack,
} from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';
import type { AuthorizerSettings } from '../../lambdas/contract/authorizer-settings.ts';
import type { DirectSettings } from '../../lambdas/contract/deployment.ts';
import { ConfigError } from '../config.ts';
import type { Door } from '../door.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { LatchkeyFunction } from '../latchkey-function.ts';
import {
  type ApiMethod,
  accessTableOf,
  nameOf,
  requireDeclaredScopes,
  scopableNames,
  unmatchedEntries,
} from './access.ts';
import { CodeAtSynth } from './code-at-synth.ts';
import type { ProtectionOptions } from './options.ts';
import { isRenderedAlike, referencesIn } from './references.ts';

/** A method of a REST API or a route of an HTTP API, as its template has it. */
export interface Endpoint extends ApiMethod {
  readonly resource: CfnResource;
  readonly authorizationType: string;
  readonly authorizerId: unknown;
  /** Whether API Gateway asks for a usage key; null where it knows none. */
  readonly takesApiKey: boolean | null;
}

export interface ProtectedApiProps {
  readonly door: Door;
  /** The L1 construct of the API, which methods refer to. */
  readonly api: CfnResource;
  readonly apiId: string;
  readonly options: ProtectionOptions;
}

/** The child of an API that says that it is protected: one each. */
const ID = 'Latchkey';

/** An API of the team's whose methods take our credentials: its authorizer, and an aspect that finds and locks every method. */
export abstract class ProtectedApi extends Construct implements IAspect {
  protected readonly door: Door;
  protected readonly api: CfnResource;
  protected readonly apiId: string;
  protected readonly options: ProtectionOptions;
  protected readonly authorizer: LatchkeyFunction;
  /** Every method that has our authorizer by the aspect. */
  protected readonly locked: Endpoint[] = [];

  constructor(scope: IConstruct, { door, api, apiId, options }: ProtectedApiProps) {
    if (scope.node.tryFindChild(ID) !== undefined)
      throw new ConfigError(`${scope.node.path} is protected already: give all of its scopes in one call`);
    requireDeclaredScopes(options.scopes ?? {}, door.deployment.rights.inclusion);
    const { provisionedConcurrency = 0, reservedConcurrency = Number.POSITIVE_INFINITY } = options;
    if (provisionedConcurrency > reservedConcurrency)
      throw new ConfigError(
        `${scope.node.path}: provisionedConcurrency must be at most ${reservedConcurrency}, which is what reservedConcurrency lets the authorizer have`,
      );
    super(scope as Construct, ID);
    this.door = door;
    this.api = api;
    this.apiId = apiId;
    this.options = options;
    const spec: FunctionSpec = {
      ...door.spec,
      description: `Decides every request of ${scope.node.id} that takes a credential`,
      assertions: options.assertions === true ? ['GetSecretValue'] : [],
    };
    const isStandby = door.config.regionRole === 'standby';
    this.authorizer = new LatchkeyFunction(this, 'Function', {
      ...door.functionOptions,
      spec,
      code: new CodeAtSynth(() => door.authorizerCode(this.settings())),
      // A standby must write nothing into the table of the Region that serves.
      reservedConcurrency: isStandby ? 0 : options.reservedConcurrency,
      provisionedConcurrency: isStandby ? 0 : options.provisionedConcurrency,
    });
    door.equip(this.authorizer, spec);
    // Methods of an API may stand in any stack that is deployed with it; what changes methods by default comes later.
    Aspects.of(Deployable.of(this) ?? this.node.root).add(this, { priority: AspectPriority.MUTATING });
    this.node.addValidation({ validate: () => [...this.faults()] });
  }

  /** The method that a construct is, if it is one of this API. */
  protected abstract endpointOf(construct: IConstruct): Endpoint | undefined;

  /** Puts the authorizer on a method. */
  protected abstract lock(endpoint: Endpoint): void;

  protected abstract readonly authorizerId: string;

  protected abstract settings(): AuthorizerSettings;

  visit(construct: IConstruct): void {
    const endpoint = this.endpointOf(construct);
    if (endpoint === undefined || this.stateOf(endpoint) !== 'unlocked') return;
    this.lock(endpoint);
    this.locked.push(endpoint);
  }

  /** What stands against protecting the API, each in a sentence: the synth then fails. */
  protected faults(): readonly string[] {
    const { scopes = {}, public: open = [] } = this.options;
    const endpoints = this.endpoints();
    return [
      ...endpoints.flatMap((endpoint) => this.faultsOf(endpoint)),
      ...unmatchedEntries('scopes', Object.keys(scopes), scopableNames(this.locked)),
      ...unmatchedEntries('public', open, endpoints.map(nameOf)),
    ];
  }

  /** The access table, `direct` for all of its paths. */
  protected tables(
    plans: Pick<DirectSettings, 'zeroPlanThrottles' | 'knowsOwnKeys'>,
  ): Pick<AuthorizerSettings, 'access' | 'direct'> {
    const { methodScopes } = this.door.deployment.rights;
    const access = accessTableOf(this.locked, this.options.scopes ?? {}, methodScopes);
    const signs = this.options.assertions === true;
    return { access, direct: { resources: Object.keys(access), signs, ...plans } };
  }

  /** Lets API Gateway call the authorizer function, and gives the place of it that authorizers name. */
  protected letInvoke(authorizerId: string): void {
    const { partition, region, account } = Stack.of(this);
    new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: this.authorizer.called.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: `arn:${partition}:execute-api:${region}:${account}:${this.apiId}/authorizers/${authorizerId}`,
    });
  }

  protected get authorizerUri(): string {
    const { partition, region } = Stack.of(this);
    return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${this.authorizer.called.functionArn}/invocations`;
  }

  /** The URL of the API without a stage. */
  protected get endpoint(): string {
    const { region, urlSuffix } = Stack.of(this);
    return `https://${this.apiId}.execute-api.${region}.${urlSuffix}`;
  }

  /** Tells the doctor what to call (doctor/probes/protected.ts). */
  protected tellDoctor(facts: () => Readonly<Record<string, unknown>>): void {
    const output = new CfnOutput(this, 'Protected', {
      description: 'For the doctor: an API that stands behind Latchkey',
      value: Lazy.string({
        produce: () =>
          Stack.of(this).toJsonString({ api: this.apiId, public: this.options.public ?? [], ...facts() }),
      }),
    });
    output.overrideLogicalId(`LatchkeyProtected${this.node.addr.slice(-8)}`);
  }

  /** Whether a resource refers to this API in such a property. */
  protected isOfThisApi(apiId: unknown, resource: IConstruct): boolean {
    return referencesIn(apiId, resource).has(this.api);
  }

  /** Every resource that is deployed with the API. */
  protected deployed(): readonly IConstruct[] {
    return (Deployable.of(this) ?? this.node.root).node.findAll();
  }

  private endpoints(): readonly Endpoint[] {
    return this.deployed().flatMap((construct) => this.endpointOf(construct) ?? []);
  }

  private isLeftOpen(endpoint: Endpoint): boolean {
    return this.options.public?.includes(nameOf(endpoint)) === true;
  }

  private stateOf(endpoint: Endpoint): 'locked' | 'open' | 'unlocked' | 'another' {
    if (isRenderedAlike(endpoint.resource, endpoint.authorizerId, this.authorizerId)) return 'locked';
    if (this.isLeftOpen(endpoint)) return 'open';
    if (endpoint.authorizationType !== 'NONE') return 'another';
    // A preflight carries no credential (Fetch standard, "CORS-preflight fetch").
    return endpoint.method === 'OPTIONS' ? 'open' : 'unlocked';
  }

  private faultsOf(endpoint: Endpoint): readonly string[] {
    const name = `${nameOf(endpoint)} (${endpoint.resource.node.path})`;
    const state = this.stateOf(endpoint);
    const lostLock = `${name} lost a lock after protect had put it on: ApiKeyRequired, AuthorizationType and AuthorizerId stay as they are`;
    if (state !== 'locked' && this.locked.some(({ resource }) => resource === endpoint.resource))
      return [lostLock];
    switch (state) {
      case 'locked':
        if (this.isLeftOpen(endpoint))
          return [`${name} is named in public and has the authorizer of Latchkey`];
        return endpoint.takesApiKey === false || endpoint.authorizationType !== 'CUSTOM' ? [lostLock] : [];
      case 'open':
        return endpoint.takesApiKey === true && endpoint.authorizationType === 'NONE'
          ? [
              `${name} is open and takes an API key, which no authorizer would name: set apiKeyRequired to false`,
            ]
          : [];
      case 'another':
        return [
          `${name} has an authorizer of its own (${endpoint.authorizationType}): take it away, or name the method in public to leave it as it is`,
        ];
      case 'unlocked':
        return [
          `${name} was added when protect had looked at all methods: add it before the synth, not in an aspect that comes later`,
        ];
    }
  }
}
