import { LocalStackError } from '../failure.ts';
import type { Assembly } from './assembly.ts';
import { ACCOUNT, type Identity, identify, REGION, stableId, URL_SUFFIX } from './identities.ts';
import { evaluate, mapTexts, type Resource, type Scope } from './template.ts';

/** A resource that exists in this deployment, with its properties evaluated. */
export interface DeployedResource<Properties = Record<string, unknown>> extends Identity {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
}

/** Types that something in `local/` serves. */
const SERVED = new Set([
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::DomainName',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::IAM::RolePolicy',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SecretsManager::Secret',
]);

/** Types without an effect on what one machine can show: what is logged, where a name points. */
const IGNORED =
  /^AWS::(ApiGateway::(Account|BasePathMapping|Documentation\w+)|ApplicationAutoScaling|Budgets|CDK|CertificateManager|CloudWatch|IAM|KMS|Lambda::EventInvokeConfig|Logs|Route53|SecretsManager::ResourcePolicy|SNS|SQS|SSM|WAFv2|XRay)(::|$)/;

/**
 * The template of an assembly as a deployment would resolve it.
 * Throws a `LocalStackError` for a resource type that is neither served nor on the list of ignored ones.
 */
export class StackTemplate {
  readonly #assembly: Assembly;
  readonly #identities = new Map<string, Identity>();
  readonly #scope: Scope;
  readonly #parameters: Readonly<Record<string, unknown>>;
  readonly #url: string | undefined;
  #awsUrls: RegExp | undefined;

  /** @param url where the API is reached here, without a slash at the end: it takes the place of its URLs on AWS */
  constructor(assembly: Assembly, parameters: Readonly<Record<string, unknown>> = {}, url?: string) {
    this.#assembly = assembly;
    this.#parameters = parameters;
    this.#url = url;
    this.#scope = {
      ref: (name) => this.#ref(name),
      attribute: (logicalId, attribute) => this.#attribute(logicalId, attribute),
      condition: (name) => evaluate(this.#template.Conditions?.[name], this.#scope) === true,
      mapping: (map, first, second) => this.#template.Mappings?.[map]?.[first]?.[second],
    };
    for (const [logicalId, { Type }] of this.#existing()) {
      if (SERVED.has(Type) || IGNORED.test(Type)) continue;
      throw new LocalStackError(`${logicalId} is an ${Type}, which the local stack does not know`);
    }
  }

  get stackName(): string {
    return this.#assembly.stackName;
  }

  get metadata(): Readonly<Record<string, unknown>> {
    return this.#template.Metadata ?? {};
  }

  /** Every deployed resource of a type, in the template's order. */
  ofType<Properties>(type: string): DeployedResource<Properties>[] {
    return this.#existing()
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId]) => this.#deployed<Properties>(logicalId));
  }

  /** The one resource whose logical id is, or starts with, `prefix`; CDK's hash at its end may be left out. */
  find(prefix: string, type?: string): DeployedResource {
    const candidates = this.#existing()
      .filter(
        ([logicalId, { Type }]) => logicalId.startsWith(prefix) && (type === undefined || Type === type),
      )
      .map(([logicalId]) => logicalId);
    const named = candidates.filter((logicalId) => /^([0-9A-F]{8})?$/.test(logicalId.slice(prefix.length)));
    const matches = named.length > 0 ? named : candidates;
    const [only] = matches;
    if (only === undefined || matches.length > 1) {
      throw new LocalStackError(`expected one resource ${prefix}…, found: ${matches.join(', ') || 'none'}`);
    }
    return this.#deployed(only);
  }

  /** The stack's outputs, evaluated. */
  outputs(): Readonly<Record<string, string>> {
    const outputs = Object.entries(this.#template.Outputs ?? {})
      .filter(([, output]) => output.Condition === undefined || this.#scope.condition(output.Condition))
      .map(([name, output]) => [name, String(this.#reachable(evaluate(output.Value, this.#scope)))]);
    return Object.fromEntries(outputs);
  }

  /** The directory of the asset that is published under `s3Key`. */
  assetDirectory(s3Key: string): string {
    return this.#assembly.assetDirectory(s3Key);
  }

  get #template() {
    return this.#assembly.template;
  }

  #existing(): [string, Resource][] {
    return Object.entries(this.#template.Resources).filter(
      ([, { Condition }]) => Condition === undefined || this.#scope.condition(Condition),
    );
  }

  #deployed<Properties>(logicalId: string): DeployedResource<Properties> {
    const resource = this.#resource(logicalId);
    const properties = this.#reachable(evaluate(resource.Properties ?? {}, this.#scope)) as Properties;
    return { logicalId, type: resource.Type, properties, ...this.#identity(logicalId) };
  }

  /** The value with the API's URL here for its URLs on AWS: what functions tell clients must lead back here. */
  #reachable(value: unknown): unknown {
    const url = this.#url;
    if (url === undefined) return value;
    this.#awsUrls ??= this.#urlsOnAws();
    const here = this.#awsUrls;
    return mapTexts(value, (text) => text.replaceAll(here, () => url));
  }

  /** Where clients reach the API on AWS: at each domain name, and at each stage of the default endpoint. */
  #urlsOnAws(): RegExp {
    const named = (type: string) =>
      this.#existing().flatMap(([id, { Type }]) => (Type === type ? [this.#identity(id).ref] : []));
    const stages = named('AWS::ApiGateway::Stage');
    const urls = [
      ...named('AWS::ApiGateway::DomainName'),
      ...named('AWS::ApiGateway::RestApi').flatMap((api) =>
        stages.map((stage) => `${api}.execute-api.${REGION}.${URL_SUFFIX}/${stage}`),
      ),
    ].map((each) => `https://${each.replaceAll('.', String.raw`\.`)}`);
    // To its end: a longer host or stage is another's. Without any, what never matches.
    return new RegExp(urls.length === 0 ? '(?!)' : `(?:${urls.join('|')})(?![\\w.:-])`, 'g');
  }

  #resource(logicalId: string): Resource {
    const resource = this.#template.Resources[logicalId];
    if (resource === undefined)
      throw new LocalStackError(`the template refers to ${logicalId}, which it does not hold`);
    return resource;
  }

  #identity(logicalId: string): Identity {
    const known = this.#identities.get(logicalId);
    if (known !== undefined) return known;
    const { Type, Properties } = this.#resource(logicalId);
    const identity = identify(Type, {
      stackName: this.stackName,
      logicalId,
      property: (name) => {
        const value = evaluate(Properties?.[name], this.#scope);
        return typeof value === 'string' ? value : undefined;
      },
    });
    this.#identities.set(logicalId, identity);
    return identity;
  }

  #ref(name: string): unknown {
    if (Object.hasOwn(PSEUDO_PARAMETERS, name)) return PSEUDO_PARAMETERS[name]?.(this.stackName);
    const parameter = this.#template.Parameters?.[name];
    if (parameter === undefined) return this.#identity(name).ref;
    const value = this.#parameters[name] ?? parameter.Default;
    if (value === undefined) throw new LocalStackError(`the parameter ${name} has no value`);
    return value;
  }

  #attribute(logicalId: string, attribute: string): unknown {
    const value = this.#identity(logicalId).attributes[attribute];
    if (value !== undefined) return value;
    throw new LocalStackError(
      `${attribute} of ${logicalId} (${this.#resource(logicalId).Type}) is not known to the local stack`,
    );
  }
}

const PSEUDO_PARAMETERS: Readonly<Record<string, (stackName: string) => unknown>> = {
  'AWS::AccountId': () => ACCOUNT,
  'AWS::NotificationARNs': () => [],
  'AWS::Partition': () => 'aws',
  'AWS::Region': () => REGION,
  'AWS::StackId': (stackName) =>
    `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stackName}/${uuidOf(stackName)}`,
  'AWS::StackName': (stackName) => stackName,
  'AWS::URLSuffix': () => URL_SUFFIX,
};

/** AWS ends a stack's id with a UUID; templates take secrets-like names from it, so it must keep that form. */
function uuidOf(stackName: string): string {
  const hex = stableId({ stackName, logicalId: '' }, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
