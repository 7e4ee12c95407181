import type { Surroundings } from '../../ops/surroundings.ts';
import type { Api } from '../api.ts';
import type { Probe } from '../finding.ts';
import { answerProbes } from './answers.ts';
import { deployedProbes } from './deployed.ts';
import { discoveryProbes } from './discovery.ts';
import type { Flow } from './flow.ts';
import { gatewayProbes } from './gateway.ts';
import { mirrorProbe } from './mirror.ts';
import { ownKeyProbe } from './own-key.ts';
import { protectedProbe } from './protected.ts';
import { quotaProbe } from './quota.ts';
import { reachProbes } from './reach.ts';
import { rightsProbe } from './rights.ts';
import { stackProbes } from './stack.ts';
import { streamProbes } from './stream.ts';
import { streamingProbe } from './streaming.ts';

/** Where a deployment is. */
export interface Examined {
  readonly api: Api;
  readonly flow: Flow;
  /** The name of its table; undefined where that is not known. */
  readonly table: string | undefined;
  /** The name of its stack; undefined where that is not to be looked at. */
  readonly stack: string | undefined;
  /** Whether to wait for the tenant's own usage key, which takes more than an hour. */
  readonly slow: boolean;
  /** A path whose answer is streamed; undefined where none is to be called. */
  readonly streamPath: string | undefined;
  /** A path of an upstream of the kind `http` that answers with the headers that it was sent; undefined for none. */
  readonly mirror: string | undefined;
  /** Other stacks with APIs that `protect` has put behind this deployment. */
  readonly protectedStacks: readonly string[];
  /** How its operator calls commands. */
  readonly surroundings: Surroundings;
}

/** Every probe of a deployment, in the order in which they run. */
export function deploymentProbes({
  api,
  flow,
  table,
  stack,
  slow,
  streamPath,
  mirror,
  protectedStacks,
  surroundings,
}: Examined): readonly Probe[] {
  return [
    ...reachProbes(api),
    ...gatewayProbes(api),
    ...discoveryProbes(api),
    ...flow.probes(),
    ...answerProbes(api, flow),
    ...streamProbes(api, flow),
    ...(streamPath === undefined ? [] : [streamingProbe(api, flow, streamPath)]),
    ...(mirror === undefined ? [] : [mirrorProbe(api, flow, mirror)]),
    ...(slow ? [quotaProbe({ flow, table, stack }), ownKeyProbe(flow, table)] : []),
    ...(stack === undefined ? [] : [...stackProbes(stack, surroundings), ...deployedProbes(stack)]),
    ...(stack === undefined ? [] : [protectedProbe([stack, ...protectedStacks])]),
    rightsProbe(api, table),
  ];
}
