import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { PathRule } from '../lambdas/contract/profile.ts';
import type { Upstream } from '../lambdas/contract/upstream.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { LOSSES } from './direct-upstreams.ts';
import { firstCalls } from './first-calls.ts';
import { isWholeStack, pathInStack } from './names.ts';
import type { Settings } from './settings.ts';
import type { System } from './system.ts';

export interface DescriptionOptions extends Settings, Pick<System, 'outputs'> {
  readonly rows: readonly ApiRow[];
  readonly upstreams: readonly Upstream[];
}

/**
 * Says in the template's metadata how to try a Latchkey, how it is configured, and which outputs are its own: under `Latchkey` of the one that is
 * the whole stack, under `Latchkey/<path in the stack>` of any other.
 */
export function describeLatchkey(
  latchkey: Construct,
  { config, profile, rows, upstreams, outputs }: DescriptionOptions,
): void {
  const { templateOptions } = Stack.of(latchkey);
  const name = isWholeStack(latchkey) ? 'Latchkey' : `Latchkey/${pathInStack(latchkey)}`;
  templateOptions.metadata = {
    ...templateOptions.metadata,
    [name]: {
      try: firstCalls(rows, profile),
      anonymous: config.anonymous,
      upstreams: upstreams.map(({ path, target }) => ({
        path: path || (profile.upstreamPrefixes[0] ?? ''),
        url: target.kind === 'lambda' ? target.functionArn : target.url,
      })),
      // For the operators' commands, which in the package have no latchkey.config.ts (lib/synthesized-config.ts).
      config: withoutNulls(config),
      ...(profile.module === undefined ? {} : { profileModule: fromHere(profile.module) }),
      outputs: Object.fromEntries(Object.entries(outputs).map(([id, { logicalId }]) => [id, logicalId])),
    },
  };
}

/** A module as a path from the folder of the app: the template is the same on every machine. */
function fromHere(module: string): string {
  const file = module.startsWith('file:') ? fileURLToPath(module) : resolve(module);
  return relative(process.cwd(), file);
}

/**
 * What stands for null in a template's metadata, as CloudFormation takes none anywhere in a template (cfn-lint's E4002): an
 * object of this name alone.
 */
export const NULL = 'Latchkey::Null';

function withoutNulls(value: unknown): unknown {
  if (value === null) return { [NULL]: '' };
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutNulls(each)]));
}

/** Warns at every synth of what does without a protection; the doctor reads the output. */
export function sayWhatIsLost(
  latchkey: Construct,
  upstreams: readonly Upstream[],
  rules: readonly PathRule[],
): void {
  for (const { name, target } of upstreams)
    if (target.kind === 'http')
      Annotations.of(latchkey).addWarningV2(`latchkey:http-${name}`, `${target.url}: ${LOSSES}`);
  const observed = rules.flatMap(({ path, observeUntil }) =>
    observeUntil === undefined
      ? []
      : [`${path} until ${new Date(observeUntil * 1000).toISOString().replace('.000', '')}`],
  );
  if (observed.length === 0) return;
  Annotations.of(latchkey).addWarningV2(
    'latchkey:observed',
    `Calls that would be refused are let pass to the upstream, unidentified: ${observed.join(', ')} (docs/upstream.md, "Observing").`,
  );
  new CfnOutput(latchkey, 'Observed', { value: observed.join(', ') });
}
