import { LocalStackError } from '../failure.ts';
import { reachable, type UrlsHere } from './api-urls.ts';
import type { Assembly } from './assembly.ts';
import { ACCOUNT, type Identity, identify, REGION, stableId, URL_SUFFIX } from './identities.ts';
import { answersNobody, isServed } from './served-types.ts';
import type { DeployedResource } from './stack-template.ts';
import { evaluate, mapTexts, type Resource, type Scope, type Template } from './template.ts';

export interface SingleStackOptions {
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What takes the place of the URLs of APIs on AWS. @default - they stay */
  readonly urls?: UrlsHere;
  /** The values that stacks export. Throws a `LocalStackError` for a name that none does. */
  readonly imported: (name: string) => unknown;
  /** The outputs of stacks. Throws a `LocalStackError` for one that is not there. */
  readonly stackOutput: (stackName: string, outputName: string) => unknown;
  /**
   * Takes in a line what is not served here, and what refers to it gets a name that looks the part.
   * @default - it is thrown as a `LocalStackError`
   */
  readonly unserved?: (what: string) => void;
}

/** The template of one stack. Throws a `LocalStackError` for a resource type that is not served, unless `unserved` takes it. */
export class SingleStack {
  readonly #assembly: Assembly;
  readonly #identities = new Map<string, Identity>();
  readonly #resources = new Map<string, DeployedResource>();
  readonly #scope: Scope;
  readonly #existing: readonly [string, Resource][];
  readonly #options: SingleStackOptions;
  readonly #reachable: (text: string) => string;

  constructor(assembly: Assembly, options: SingleStackOptions) {
    this.#assembly = assembly;
    this.#options = options;
    this.#reachable = reachable(options.urls ?? new Map());
    this.#scope = {
      ref: (name) => this.#ref(name),
      attribute: (logicalId, attribute) => this.#attribute(logicalId, attribute),
      condition: (name) => evaluate(this.#template.Conditions?.[name], this.#scope) === true,
      mapping: (map, first, second) => this.#template.Mappings?.[map]?.[first]?.[second],
      imported: (name) => this.#ofAnother(() => options.imported(name), name),
      stackOutput: (stackName, outputName) =>
        this.#ofAnother(() => options.stackOutput(stackName, outputName), stackName, outputName),
    };
    this.#existing = Object.entries(this.#template.Resources).filter(
      ([, { Condition }]) => Condition === undefined || this.#scope.condition(Condition),
    );
    for (const [logicalId, { Type }] of this.#existing) {
      if (options.unserved !== undefined && answersNobody(Type))
        options.unserved(nobodyAnswers(logicalId, Type));
      else if (!isServed(Type))
        this.#unserved(`${logicalId} is an ${Type}, which the local stack does not know`);
    }
  }

  get stackName(): string {
    return this.#assembly.stackName;
  }

  get metadata(): Readonly<Record<string, unknown>> {
    return this.#template.Metadata ?? {};
  }

  ofType<Properties>(type: string): DeployedResource<Properties>[] {
    return this.logicalIds(type).map((logicalId) => this.resource<Properties>(logicalId));
  }

  resource<Properties = Record<string, unknown>>(logicalId: string): DeployedResource<Properties> {
    const known = this.#resources.get(logicalId) ?? this.#deployed(logicalId);
    this.#resources.set(logicalId, known);
    return known as DeployedResource<Properties>;
  }

  /** The logical ids of the resources that exist, of a type or of all. */
  logicalIds(type?: string): readonly string[] {
    return this.#existing
      .filter(([, { Type }]) => type === undefined || Type === type)
      .map(([logicalId]) => logicalId);
  }

  outputs(): Readonly<Record<string, string>> {
    const outputs = Object.entries(this.#outputs()).map(
      ([name, { Value }]) => [name, String(this.#here(evaluate(Value, this.#scope)))] as const,
    );
    return Object.fromEntries(outputs);
  }

  /** The value that the stack exports under a name. */
  exported(name: string): unknown {
    const exporting = Object.values(this.#outputs()).find(
      ({ Export }) => Export !== undefined && evaluate(Export.Name, this.#scope) === name,
    );
    return evaluate(exporting?.Value, this.#scope);
  }

  /** The value of an output, where there is one of that name. */
  output(name: string): unknown {
    return evaluate(this.#outputs()[name]?.Value, this.#scope);
  }

  hasAsset(s3Key: string): boolean {
    return this.#assembly.hasAsset(s3Key);
  }

  assetDirectory(s3Key: string): string {
    return this.#assembly.assetDirectory(s3Key);
  }

  get #template() {
    return this.#assembly.template;
  }

  #outputs(): NonNullable<Template['Outputs']> {
    const outputs = Object.entries(this.#template.Outputs ?? {});
    return Object.fromEntries(
      outputs.filter(([, { Condition }]) => Condition === undefined || this.#scope.condition(Condition)),
    );
  }

  #deployed(logicalId: string): DeployedResource {
    const { Type: type, Properties = {} } = this.#resource(logicalId);
    const properties = this.#here(evaluate(Properties, this.#scope)) as Record<string, unknown>;
    return { logicalId, type, properties, ...this.#identity(logicalId) };
  }

  #here(value: unknown): unknown {
    return mapTexts(value, this.#reachable);
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
    if (parameter === undefined) {
      // What is told of as not served: a queue's URL is its Ref.
      const isServedHere = this.#options.unserved === undefined || !answersNobody(this.#resource(name).Type);
      return isServedHere ? this.#identity(name).ref : placeholder(this.stackName, name);
    }
    const value = this.#options.parameters?.[name] ?? parameter.Default;
    if (value !== undefined) return value;
    this.#unserved(`the parameter ${name} has no value`);
    return placeholder(this.stackName, name);
  }

  #unserved(what: string): void {
    if (this.#options.unserved === undefined) throw new LocalStackError(what);
    this.#options.unserved(what);
  }

  /** A value of another stack, or a placeholder of the names where there is none. */
  #ofAnother(value: () => unknown, ...names: readonly string[]): unknown {
    try {
      return value();
    } catch (error) {
      if (!(error instanceof LocalStackError)) throw error;
      this.#unserved(error.message);
      return placeholder(...names);
    }
  }

  #attribute(logicalId: string, attribute: string): unknown {
    const value = this.#identity(logicalId).attributes[attribute];
    if (value !== undefined) return value;
    const { Type } = this.#resource(logicalId);
    // What answers nobody is told of once, as a whole.
    if (this.#options.unserved === undefined || !answersNobody(Type))
      this.#unserved(`${attribute} of ${logicalId} (${Type}) is not known to the local stack`);
    return placeholder(this.stackName, logicalId, attribute);
  }
}

/** What is said of a resource that is not there. */
function nobodyAnswers(logicalId: string, type: string): string {
  if (type === 'AWS::CloudFormation::Stack')
    return `${logicalId} is a nested stack (${type}): nothing of it is served here`;
  if (type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')
    return `${logicalId} is a custom resource (${type}): it does not run here, and its attributes lead nowhere`;
  return `${logicalId} (${type}) is not served here: its names and addresses lead nowhere`;
}

/** A name that leads nowhere, and says so. */
const placeholder = (...names: readonly string[]): string => `not-served-here-${names.join('-')}`;

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
