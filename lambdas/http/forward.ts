import type { IncomingMessage } from 'node:http';
import { Problem } from '../kernel/problem.ts';
import { Connections, type UpstreamRequest } from '../upstream/connections.ts';
import { echo } from './echo.ts';
import type { Answer } from './serve.ts';
import {
  answerHead,
  circuitOf,
  type ForwarderOptions,
  MAX_BODY_BYTES,
  upstreamCalls,
} from './upstream-call.ts';

/** Carries calls to the team's API, or without one answers with what it would have been sent. */
export function forwarder(options: ForwarderOptions): Answer {
  const { rendering } = options;
  const callOf = upstreamCalls(options);
  const targets = new Map(
    rendering.deployment.upstreams.map((upstream) => [
      upstream,
      { upstream, connections: new Connections(upstream.url), circuit: circuitOf(upstream) },
    ]),
  );
  return async (request) => {
    const call = await callOf(request);
    const target = call.upstream && targets.get(call.upstream);
    const known = { route: 'upstream', caller: call.caller };
    if (target === undefined) return { result: echo(call, request, rendering), ...known };
    const { upstream, connections, circuit } = target;
    const { response, body } = await circuit.call(() =>
      exchange(connections, call.request, upstream.timeoutSeconds),
    );
    if (body === TOO_LARGE)
      throw new Problem('upstream_failed', { cause: 'the response is larger than 4.5 MB' });
    const head = answerHead(response, call, upstream, { ...options, request });
    return { result: { ...head, body: body.toString('base64'), isBase64Encoded: true }, ...known };
  };
}

/** The body of a response that does not fit into an answer. */
const TOO_LARGE = Symbol('too large');

interface UpstreamAnswer {
  readonly response: IncomingMessage;
  readonly body: Buffer | typeof TOO_LARGE;
}

/** One request and its whole response. Throws `upstream_timeout` or `upstream_failed`. */
async function exchange(
  connections: Connections,
  request: UpstreamRequest,
  timeoutSeconds: number,
): Promise<UpstreamAnswer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutSeconds * 1000);
  try {
    const response = await connections.send(request, deadline.signal);
    return { response, body: await bodyOf(response) };
  } catch (cause) {
    throw new Problem(deadline.signal.aborted ? 'upstream_timeout' : 'upstream_failed', { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer | typeof TOO_LARGE> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > MAX_BODY_BYTES) return TOO_LARGE;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
