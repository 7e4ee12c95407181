import type { StreamSettings, Upstream } from '../lambdas/contract/upstream.ts';
import type { Vpc } from './upstream-fields.ts';

/** The part of the configuration that says which forwarders there are. */
export interface ForwardersOptions {
  /** What stands behind the front door. @default - nothing */
  readonly upstreams?: readonly ForwardedTo[];
  /** Where forwarders stand, by their upstream's name. @default - in no network of the team */
  readonly vpcs?: Readonly<Record<string, Vpc>>;
}

type ForwardedTo = Pick<Upstream, 'name' | 'path' | 'stream' | 'target'>;

/** What sets a forwarder apart from the others. */
interface Particulars {
  readonly folder?: string;
  readonly description?: string;
  readonly timeoutSeconds?: number;
  readonly vpc?: Vpc | undefined;
  readonly invokesArn?: string | undefined;
}

/** Below what API Gateway waits for a stream, which is Lambda's own limit of 900. */
const MAX_FUNCTION_SECONDS = 899;

/** The function that carries calls to an upstream. */
export function forwarderName(upstream: Upstream['name']): 'forwarder' | `forwarder-${string}` {
  return upstream === '' ? 'forwarder' : `forwarder-${upstream}`;
}

/** The forwarder of each upstream that has one: what all have, and what its own takes. */
export function forwarders<Spec extends object>(
  common: Spec,
  { upstreams = [], vpcs = {} }: ForwardersOptions,
): Readonly<Record<string, Spec & Particulars>> {
  return Object.fromEntries(
    upstreams.flatMap((upstream) =>
      upstream.target.kind === 'http'
        ? []
        : [[forwarderName(upstream.name), { ...common, ...particulars(upstream), vpc: vpcs[upstream.name] }]],
    ),
  );
}

function particulars({ name, path, stream, target }: ForwardedTo): Particulars {
  return {
    ...(name === '' ? {} : { folder: 'forwarder', description: `Carries calls to the upstream of ${path}` }),
    ...(stream === null ? {} : streaming(path, stream)),
    invokesArn: target.kind === 'lambda' ? target.functionArn : undefined,
  };
}

function streaming(path: string, { maxStreamSeconds }: StreamSettings): Particulars {
  return {
    folder: 'streamer',
    description: `Streams answers of the upstream of ${path}`,
    // The head of the answer, then the stream, then some for the function's own log.
    timeoutSeconds: Math.min(MAX_FUNCTION_SECONDS, 28 + maxStreamSeconds),
  };
}
