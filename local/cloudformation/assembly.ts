import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStackError } from '../failure.ts';
import { ACCOUNT, REGION } from './identities.ts';
import { mapTexts, type Template } from './template.ts';

/** One synthesized stack: its template, and where each Lambda asset lies on disk. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  hasAsset(s3Key: string): boolean;
  /** The directory of the asset that a function names as `S3Key`. Throws a `LocalStackError` where there is none. */
  assetDirectory(s3Key: string): string;
}

interface Artifact {
  readonly type: string;
  readonly displayName?: string;
  /** `aws://<account>/<region>`, or of an app that does not say `aws://unknown-account/unknown-region`. */
  readonly environment?: string;
  readonly dependencies?: readonly string[];
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly file?: string;
    readonly directoryName?: string;
  };
}

interface Manifest {
  readonly artifacts: Readonly<Record<string, Artifact>>;
}

interface AssetManifest {
  readonly files: Readonly<
    Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>
  >;
}

/** A stack of an assembly, before its template is read. */
interface Listed {
  readonly directory: string;
  readonly artifactId: string;
  readonly artifact: Artifact;
}

/**
 * Reads stacks of a cloud assembly as `cdk synth` leaves it (schema: aws-cdk-lib/cloud-assembly-schema): those that are
 * named, by their names or ids, with those that they depend on; without a name the one that no other depends on.
 * Throws a `LocalStackError` when there is none, or when there are several such and none is named.
 */
export function readAssembly(directory: string, names: readonly string[] = []): readonly Assembly[] {
  const stacks = listStacks(directory);
  const known = stacks.map(nameOf).join(', ') || 'none';
  const chosen = names.map((name) => {
    const stack = stacks.find((each) => isNamed(each, name));
    if (stack === undefined)
      throw new LocalStackError(`${directory} holds no stack ${name}; it holds: ${known}`);
    return stack;
  });
  const last = stacks.filter((stack) => !stacks.some((other) => dependsOn(other, stack)));
  if (names.length === 0 && last.length !== 1) {
    const fix =
      stacks.length === 0
        ? ''
        : `; say which to run: ${last.map((stack) => `--stack ${nameOf(stack)}`).join(' or ')}`;
    throw new LocalStackError(
      `${directory} must hold exactly one stack that no other depends on; it holds: ${known}${fix}`,
    );
  }
  const assets = new Map<string, string>(assetsOf(directory));
  return withDependencies(names.length === 0 ? last : chosen, stacks).map((each) => ({
    stackName: each.artifact.properties?.stackName ?? nameOf(each),
    template: readTemplate(each),
    hasAsset: (s3Key) => assets.has(s3Key),
    assetDirectory(s3Key) {
      const path = assets.get(s3Key);
      if (path === undefined) throw new LocalStackError(`${directory} has no asset ${s3Key}`);
      return path;
    },
  }));
}

/**
 * A stack's template. One that is for a certain account and Region names them in its texts, where the local stack has others
 * (`AWS::AccountId`, `AWS::Region`): they are put in their place.
 */
function readTemplate({ directory, artifactId, artifact }: Listed): Template {
  const file = artifact.properties?.templateFile ?? `${artifactId}.template.json`;
  const [, account = '', region = ''] = /^aws:\/\/(\d{12})\/([\w-]+)$/.exec(artifact.environment ?? '') ?? [];
  const template = readJson<Template>(directory, file);
  if (account === '') return template;
  const names = new RegExp(String.raw`(?<![\w-])(?:${account}|${region})(?![\w-])`, 'g');
  return mapTexts(template, (text) =>
    text.replaceAll(names, (name) => (name === account ? ACCOUNT : REGION)),
  ) as Template;
}

const nameOf = ({ artifactId, artifact }: Listed): string => artifact.displayName ?? artifactId;

const isNamed = (stack: Listed, name: string): boolean =>
  [stack.artifactId, nameOf(stack), stack.artifact.properties?.stackName].includes(name);

const dependsOn = (stack: Listed, other: Listed): boolean =>
  stack !== other &&
  stack.directory === other.directory &&
  (stack.artifact.dependencies?.includes(other.artifactId) ?? false);

/** Stacks of the assembly, and of those within it: a `Stage` of the app has one of its own. */
function listStacks(directory: string): readonly Listed[] {
  const { artifacts } = readJson<Manifest>(directory, 'manifest.json');
  return Object.entries(artifacts).flatMap(([artifactId, artifact]) => {
    if (artifact.type === 'aws:cloudformation:stack') return [{ directory, artifactId, artifact }];
    if (artifact.type !== 'cdk:cloud-assembly') return [];
    return listStacks(join(directory, artifact.properties?.directoryName ?? artifactId));
  });
}

/** The path of each asset by the key that it is published under. */
function assetsOf(directory: string): readonly (readonly [s3Key: string, path: string])[] {
  const { artifacts } = readJson<Manifest>(directory, 'manifest.json');
  return Object.entries(artifacts).flatMap(([artifactId, { type, properties }]) => {
    if (type === 'cdk:cloud-assembly')
      return assetsOf(join(directory, properties?.directoryName ?? artifactId));
    if (type !== 'cdk:asset-manifest' || properties?.file === undefined) return [];
    return Object.values(readJson<AssetManifest>(directory, properties.file).files).flatMap(
      ({ source, destinations }) =>
        Object.values(destinations).map(
          ({ objectKey }) => [objectKey, join(directory, source.path)] as const,
        ),
    );
  });
}

/** The stacks, after those that they depend on: what they import is exported there. */
function withDependencies(chosen: readonly Listed[], stacks: readonly Listed[]): readonly Listed[] {
  const all = new Set<Listed>();
  const add = (stack: Listed): void => {
    if (all.has(stack)) return;
    for (const id of stack.artifact.dependencies ?? []) {
      const needed = stacks.find(({ artifactId }) => artifactId === id);
      if (needed !== undefined && needed !== stack) add(needed);
    }
    all.add(stack);
  };
  chosen.forEach(add);
  return [...all];
}

function readJson<T>(directory: string, file: string): T {
  try {
    return JSON.parse(readFileSync(join(directory, file), 'utf8')) as T;
  } catch (cause) {
    throw new LocalStackError(`cannot read ${join(directory, file)}: ${(cause as Error).message}`);
  }
}
