import type { IncomingMessage } from 'node:http';
import type { Upstream } from '../contract/upstream.ts';
import { Problem } from '../kernel/problem.ts';
import { upstreamChoice } from '../upstream/choice.ts';
import { Connections } from '../upstream/connections.ts';
import { LambdaUpstream } from '../upstream/lambda-client.ts';
import { echo } from './echo.ts';
import type { HttpRequest } from './event.ts';
import { eventFor, readResult } from './lambda-upstream.ts';
import type { Answer } from './serve.ts';
import {
  type AnswerLines,
  answerHead,
  circuitOf,
  type ForwarderOptions,
  linesOf,
  MAX_BODY_BYTES,
  type UpstreamCall,
  upstreamCalls,
} from './upstream-call.ts';

/** Carries calls to the team's API, or without one answers with what it would have been sent. */
export function forwarder(options: ForwarderOptions): Answer {
  const { rendering } = options;
  const upstreams = upstreamChoice(rendering.deployment.upstreams);
  const callOf = upstreamCalls(options, upstreams);
  const targets = new Map(
    upstreams.all.map((upstream) => [
      upstream,
      { upstream, exchange: exchangeWith(upstream), circuit: circuitOf(upstream) },
    ]),
  );
  return async (request) => {
    const call = await callOf(request);
    const target = call.upstream && targets.get(call.upstream);
    const known = { route: 'upstream', caller: call.caller };
    if (target === undefined) return { result: echo(call, request, rendering), ...known };
    const { upstream, exchange, circuit } = target;
    const answer = await circuit.call(() =>
      withinTime(upstream, (signal) => exchange(call, request, signal)),
    );
    if (answer.body === TOO_LARGE)
      throw new Problem('upstream_failed', { cause: 'the response is larger than 4.5 MB' });
    const head = answerHead(answer, call, upstream, { ...options, request });
    return { result: { ...head, body: answer.body.toString('base64'), isBase64Encoded: true }, ...known };
  };
}

/** The body of a response that does not fit into an answer. */
const TOO_LARGE = Symbol('too large');

interface UpstreamAnswer extends AnswerLines {
  readonly body: Buffer | typeof TOO_LARGE;
}

/** One call and its whole answer. */
type Exchange = (call: UpstreamCall, request: HttpRequest, signal: AbortSignal) => Promise<UpstreamAnswer>;

function exchangeWith({ target }: Upstream): Exchange {
  if (target.kind === 'lambda') {
    const fn = new LambdaUpstream(target.functionArn);
    return async (call, request, signal) => readResult(await fn.invoke(eventFor(call, request), signal));
  }
  const connections = new Connections(target.url);
  return async (call, _, signal) => {
    const response = await connections.send(call.request, signal);
    return { ...linesOf(response), body: await bodyOf(response) };
  };
}

/** Throws `upstream_timeout` or `upstream_failed`, or the `Problem` that it came to. */
async function withinTime<Result>(
  { timeoutSeconds }: Upstream,
  exchange: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutSeconds * 1000);
  try {
    return await exchange(deadline.signal);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem(deadline.signal.aborted ? 'upstream_timeout' : 'upstream_failed', { cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * By its events: an iteration joins what has gathered between two steps, and that copy is half of the time that a large
 * body takes (docs/performance.md).
 */
function bodyOf(response: IncomingMessage): Promise<Buffer | typeof TOO_LARGE> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= MAX_BODY_BYTES) return;
      resolve(TOO_LARGE);
      // With its connection.
      response.destroy();
    });
    response.once('end', () => resolve(Buffer.concat(chunks, bytes)));
    response.once('error', reject);
    // After the end or an error it changes nothing.
    response.once('close', () => reject(new Error('the answer has broken off')));
  });
}
