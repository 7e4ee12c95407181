import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployedResource, StackTemplate } from '../cloudformation/stack-template.ts';
import { LocalStackError } from '../failure.ts';
import { Figures } from '../figures/figures.ts';
import type { Logger } from '../log.ts';
import { type Endpoints, runtimeEnvironment } from './environment.ts';
import { type FunctionDefinition, type Invocation, LambdaFunction } from './function.ts';
import { hasPython } from './python-instance.ts';
import type { StandInHost } from './stand-in-hosts.ts';

interface FunctionProperties {
  readonly Code: { readonly S3Key?: string; readonly ZipFile?: string; readonly ImageUri?: string };
  readonly PackageType?: 'Image' | 'Zip';
  readonly Handler?: string;
  readonly Runtime?: string;
  readonly Layers?: readonly string[];
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly ReservedConcurrentExecutions?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
}

interface PermissionProperties {
  readonly FunctionName: string;
  readonly Principal: string;
  readonly SourceArn?: string;
}

/** Every function of the stack, and who may invoke which. */
export class Functions {
  /** Metrics that the functions have counted since the start. */
  readonly figures = new Figures();
  readonly #byName = new Map<string, LambdaFunction>();
  readonly #permissions: readonly PermissionProperties[];
  readonly #later = new Set<Promise<Invocation>>();
  #isStopped = false;

  constructor(
    template: StackTemplate,
    {
      endpoints,
      scratchDirectory,
      standInHosts,
      log,
    }: {
      readonly endpoints: Endpoints;
      /** Where inline code is unpacked. */
      readonly scratchDirectory: string;
      readonly standInHosts: readonly StandInHost[];
      readonly log: Logger;
    },
  ) {
    for (const resource of template.ofType<FunctionProperties>('AWS::Lambda::Function')) {
      const definition = { ...define(resource, template, endpoints, scratchDirectory), standInHosts };
      this.#byName.set(definition.name, new LambdaFunction(definition, log, this.figures));
    }
    this.#permissions = template
      .ofType<PermissionProperties>('AWS::Lambda::Permission')
      .map(({ properties }) => properties);
  }

  get all(): readonly LambdaFunction[] {
    return [...this.#byName.values()];
  }

  /** Whether the template has the function that a name or an ARN means. */
  has(nameOrArn: string): boolean {
    return this.#byName.has(functionName(nameOrArn));
  }

  /** The function that a name, an ARN, or an ARN with a version or alias means. */
  get(nameOrArn: string): LambdaFunction {
    const name = functionName(nameOrArn);
    const found = this.#byName.get(name);
    if (found === undefined)
      throw new LocalStackError(`the template calls the function ${nameOrArn}, which it lacks`);
    return found;
  }

  /**
   * Whether a resource policy lets a service call a function on behalf of `sourceArn`. A version or an alias has a policy of its
   * own, which that of the function says nothing of (Lambda developer guide, "Using aliases in resource policies").
   */
  permits(nameOrArn: string, principal: string, sourceArn: string): boolean {
    const name = qualifiedName(nameOrArn);
    return this.#permissions.some(
      (permission) =>
        qualifiedName(permission.FunctionName) === name &&
        permission.Principal === principal &&
        (permission.SourceArn === undefined || matchesArn(permission.SourceArn, sourceArn)),
    );
  }

  invoke(nameOrArn: string, event: unknown): Promise<Invocation> {
    return this.get(nameOrArn).invoke(event);
  }

  /** Invokes a function for which nobody waits but {@link drained}. An event that fails is not sent again, unlike on AWS. */
  invokeLater(nameOrArn: string, event: unknown): void {
    const running = this.invoke(nameOrArn, event).finally(() => this.#later.delete(running));
    this.#later.add(running);
  }

  /** Resolves once all that nobody waits for has ended. */
  async drained(): Promise<void> {
    while (this.#later.size > 0) await Promise.all(this.#later);
  }

  kill(nameOrArn: string): Promise<void> {
    return this.get(nameOrArn).kill();
  }

  /**
   * Loads all code, so that a developer waits for no cold start: one function after the other, as those that are called
   * meanwhile load at once.
   */
  async warm(): Promise<void> {
    for (const each of this.all) {
      if (this.#isStopped) return;
      await each.warm();
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.all.map((each) => each.stop()));
  }
}

/** Whether an ARN is meant by a pattern with `*` and `?` (IAM user guide, reference_policies_elements_resource). */
export function matchesArn(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    const source = pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    expression = new RegExp(`^${source}$`, 's');
    // Patterns come from the template, so there are few; an authorizer's may be any.
    if (compiled.size < 1_000) compiled.set(pattern, expression);
  }
  return expression.test(value);
}

const compiled = new Map<string, RegExp>();

/** The name with its version or alias, if it has one. */
function qualifiedName(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.split(':').slice(6).join(':') : nameOrArn;
}

function functionName(nameOrArn: string): string {
  return qualifiedName(nameOrArn).split(':', 1)[0] ?? '';
}

function define(
  { logicalId, ref, attributes, properties }: DeployedResource<FunctionProperties>,
  template: StackTemplate,
  endpoints: Endpoints,
  scratchDirectory: string,
) {
  const runtime: FunctionDefinition['runtime'] = properties.Runtime?.startsWith('python')
    ? 'python'
    : 'nodejs';
  const layers = layersOf(properties, template);
  const { directory, fault } = codeOf(properties, template, join(scratchDirectory, ref), runtime);
  const reason = runtimeFault(properties, layers) ?? fault;
  if (reason !== undefined) template.unserved(`${logicalId} is not run here: ${reason}`);
  const memoryMegabytes = Number(properties.MemorySize ?? 128);
  const variables = Object.entries(properties.Environment?.Variables ?? {});
  const subject = { name: ref, handler: properties.Handler ?? '', directory, memoryMegabytes };
  return {
    ...subject,
    logicalId,
    runtime,
    layers: layers.flatMap((layer) => layer ?? []),
    ...(reason === undefined ? {} : { notRun: `The function ${logicalId} is not run here: ${reason}` }),
    arn: attributes.Arn ?? '',
    timeoutSeconds: Number(properties.Timeout ?? 3),
    environment: {
      ...Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
      ...runtimeEnvironment({ ...subject, runtime: properties.Runtime ?? '' }, endpoints),
    },
    ...(properties.ReservedConcurrentExecutions === undefined
      ? {}
      : { reservedConcurrency: Number(properties.ReservedConcurrentExecutions) }),
  };
}

/** Why a function's runtime is none of this machine. */
function runtimeFault(
  { PackageType, Code, Runtime = '' }: FunctionProperties,
  layers: readonly (string | undefined)[],
): string | undefined {
  if (PackageType === 'Image' || Code.ImageUri !== undefined) return 'it is a container image';
  const isPython = Runtime.startsWith('python');
  if (!isPython && !Runtime.startsWith('nodejs'))
    return `its runtime is ${Runtime}, and the local stack runs Node.js and Python`;
  if (isPython && !hasPython()) return `its runtime is ${Runtime}, and this machine has no python3`;
  if (layers.length > 0 && !isPython) return 'it has layers, which only functions in Python have here';
  if (layers.includes(undefined)) return 'it has a layer that is none of this app';
  return undefined;
}

/** The folder of each layer; nothing of one that the template does not hold. */
function layersOf(
  { Layers = [] }: FunctionProperties,
  template: StackTemplate,
): readonly (string | undefined)[] {
  if (Layers.length === 0) return [];
  const own = template.ofType<{ Content: { S3Key: string } }>('AWS::Lambda::LayerVersion');
  return Layers.map((layer) => {
    const key = own.find(({ ref }) => ref === layer)?.properties.Content.S3Key;
    return key === undefined ? undefined : folderOf(key, template);
  });
}

/** The folder of an asset; nothing where there is none, or it is no folder. */
function folderOf(s3Key: string, template: StackTemplate): string | undefined {
  try {
    const path = template.assetDirectory(s3Key);
    return statSync(path).isDirectory() ? path : undefined;
  } catch {
    return undefined;
  }
}

function codeOf(
  { Code }: FunctionProperties,
  template: StackTemplate,
  scratchDirectory: string,
  runtime: FunctionDefinition['runtime'],
): { readonly directory: string; readonly fault?: string } {
  if (Code.ZipFile !== undefined) return { directory: unpackInline(scratchDirectory, Code.ZipFile, runtime) };
  const directory = folderOf(Code.S3Key ?? '', template);
  return directory === undefined
    ? { directory: scratchDirectory, fault: `its code (${Code.S3Key}) is no folder of the assembly` }
    : { directory };
}

/** Lambda stores inline code as `index.js`, a CommonJS module, or `index.py`. */
function unpackInline(directory: string, code: string, runtime: FunctionDefinition['runtime']): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, runtime === 'python' ? 'index.py' : 'index.js'), code, { mode: 0o600 });
  writeFileSync(join(directory, 'package.json'), '{"type":"commonjs"}', { mode: 0o600 });
  return directory;
}
