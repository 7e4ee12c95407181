import { LocalStackError } from '../failure.ts';
import type { UrlsHere } from './api-urls.ts';
import type { Assembly } from './assembly.ts';
import { SingleStack } from './single-stack.ts';
import type { DeployedResource, StackTemplate } from './stack-template.ts';

export interface StackGroupOptions {
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What takes the place of the URLs of APIs on AWS. @default - they stay */
  readonly urls?: UrlsHere;
  /** Takes in a line what is not served here. @default - it is thrown as a `LocalStackError` */
  readonly unserved?: (what: string) => void;
}

/**
 * One or more stacks of an assembly, served together: what one exports the others import (`Fn::ImportValue`), or
 * read by its name (`Fn::GetStackOutput`).
 */
export class StackGroup implements StackTemplate {
  readonly #stacks: readonly SingleStack[];
  readonly #unserved: StackGroupOptions['unserved'];

  /** Throws a `LocalStackError` for a resource type that is not served, unless `unserved` takes it. */
  constructor(assemblies: readonly Assembly[], options: StackGroupOptions = {}) {
    this.#unserved = options.unserved;
    const imported = (name: string) => this.#exported(name);
    const stackOutput = (stackName: string, outputName: string) => this.#outputOf(stackName, outputName);
    this.#stacks = assemblies.map(
      (assembly) => new SingleStack(assembly, { ...options, imported, stackOutput }),
    );
  }

  get stackName(): string {
    return this.#stacks[0]?.stackName ?? '';
  }

  get metadata(): Readonly<Record<string, unknown>> {
    return Object.assign({}, ...this.#stacks.map(({ metadata }) => metadata));
  }

  ofType<Properties>(type: string): DeployedResource<Properties>[] {
    return this.#stacks.flatMap((stack) => stack.ofType<Properties>(type));
  }

  find(prefix: string, type?: string): DeployedResource {
    const candidates = this.#stacks.flatMap((stack) =>
      stack
        .logicalIds(type)
        .filter((logicalId) => logicalId.startsWith(prefix))
        .map((logicalId) => ({ stack, logicalId })),
    );
    const named = candidates.filter(({ logicalId }) =>
      /^([0-9A-F]{8})?$/.test(logicalId.slice(prefix.length)),
    );
    const matches = named.length > 0 ? named : candidates;
    const [only] = matches;
    if (only === undefined || matches.length > 1) {
      const found = matches.map(({ logicalId }) => logicalId).join(', ') || 'none';
      throw new LocalStackError(`expected one resource ${prefix}…, found: ${found}`);
    }
    return only.stack.resource(only.logicalId);
  }

  /** Of several stacks, an output whose name more than one has is found under its stack's name besides. */
  outputs(): Readonly<Record<string, string>> {
    const all: Record<string, string> = {};
    for (const stack of this.#stacks) {
      for (const [name, value] of Object.entries(stack.outputs()))
        all[Object.hasOwn(all, name) ? `${stack.stackName}.${name}` : name] = value;
    }
    return all;
  }

  assetDirectory(s3Key: string): string {
    const stack = this.#stacks.find((each) => each.hasAsset(s3Key)) ?? this.#stacks[0];
    if (stack === undefined) throw new LocalStackError(`there is no asset ${s3Key}`);
    return stack.assetDirectory(s3Key);
  }

  unserved(what: string): void {
    if (this.#unserved === undefined) throw new LocalStackError(what);
    this.#unserved(what);
  }

  #exported(name: string): unknown {
    for (const stack of this.#stacks) {
      const value = stack.exported(name);
      if (value !== undefined) return value;
    }
    throw new LocalStackError(`no stack that is served here exports ${name}`);
  }

  #outputOf(stackName: string, outputName: string): unknown {
    const value = this.#stacks.find((each) => each.stackName === stackName)?.output(outputName);
    if (value !== undefined) return value;
    throw new LocalStackError(`no stack ${stackName} with an output ${outputName} is served here`);
  }
}
