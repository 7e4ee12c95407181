import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStackError } from '../failure.ts';
import type { Template } from './template.ts';

/** One synthesized stack: its template, and where each Lambda asset lies on disk. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** The directory of the asset that a function names as `S3Key`. */
  assetDirectory(s3Key: string): string;
}

interface Manifest {
  readonly artifacts: Readonly<
    Record<string, { type: string; displayName?: string; properties?: Record<string, string> }>
  >;
}

interface AssetManifest {
  readonly files: Readonly<
    Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>
  >;
}

/**
 * Reads a cloud assembly as `cdk synth` leaves it (schema: aws-cdk-lib/cloud-assembly-schema).
 * Throws a `LocalStackError` when there is none, or when it holds several stacks and `stack` names none.
 */
export function readAssembly(directory: string, stack?: string): Assembly {
  const manifest = readJson<Manifest>(directory, 'manifest.json');
  const artifacts = Object.entries(manifest.artifacts);
  const stacks = artifacts.filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack');
  const chosen = stacks.filter(([name]) => stack === undefined || name === stack);
  const [only] = chosen;
  if (only === undefined || chosen.length > 1) {
    const names = stacks.map(([name]) => name).join(', ') || 'none';
    throw new LocalStackError(`${directory} must hold exactly one stack to run; it holds: ${names}`);
  }
  const [name, artifact] = only;
  const assets = new Map<string, string>();
  for (const [, { type, properties }] of artifacts) {
    if (type !== 'cdk:asset-manifest' || properties?.file === undefined) continue;
    for (const { source, destinations } of Object.values(
      readJson<AssetManifest>(directory, properties.file).files,
    )) {
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, source.path);
    }
  }
  return {
    stackName: artifact.displayName ?? name,
    template: readJson<Template>(directory, artifact.properties?.templateFile ?? `${name}.template.json`),
    assetDirectory(s3Key) {
      const path = assets.get(s3Key);
      if (path === undefined) throw new LocalStackError(`${directory} has no asset ${s3Key}`);
      return join(directory, path);
    },
  };
}

function readJson<T>(directory: string, file: string): T {
  try {
    return JSON.parse(readFileSync(join(directory, file), 'utf8')) as T;
  } catch (cause) {
    throw new LocalStackError(`cannot read ${join(directory, file)}: ${(cause as Error).message}`);
  }
}
