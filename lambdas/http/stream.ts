import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { StreamSettings } from '../contract/upstream.ts';
import { Problem } from '../kernel/problem.ts';
import { upstreamChoice } from '../upstream/choice.ts';
import { Connections } from '../upstream/connections.ts';
import { echo } from './echo.ts';
import { readEvent, requireUnambiguousPath } from './event.ts';
import { logRequest } from './log.ts';
import { respondProblem } from './respond.ts';
import { endSpan } from './trace.ts';
import {
  answerHead,
  circuitOf,
  type ForwarderOptions,
  linesOf,
  type UpstreamCall,
  upstreamCalls,
} from './upstream-call.ts';

/** A Lambda handler whose response is streamed, as `awslambda.streamifyResponse` takes it. */
export type StreamingHandler = (event: APIGatewayProxyEvent, output: Writable) => Promise<void>;

export interface StreamerOptions extends ForwarderOptions {
  /** Gives the stream a status and headers: `awslambda.HttpResponseStream.from`. */
  readonly begin: (output: Writable, prelude: Record<string, unknown>) => Writable;
}

/** Seconds after which a stream ends whatever the configuration says: a function runs for 899, and says how it ended. */
const MAX_SECONDS = 890;

/**
 * Carries calls to an upstream and passes its answer on while it comes: status and headers at once, then every part, no
 * faster than the caller takes it. What fails before that is an answer of ours; what fails afterwards breaks the response
 * off, so that nobody takes half of one for a whole.
 */
export function streamer(options: StreamerOptions): StreamingHandler {
  const { rendering, begin } = options;
  const upstreams = upstreamChoice(rendering.deployment.upstreams);
  const callOf = upstreamCalls(options, upstreams);
  const targets = new Map(
    upstreams.all.flatMap((upstream) => {
      const { target, stream } = upstream;
      if (target.kind !== 'url' || stream === null) return [];
      const connections = new Connections(target.url);
      return [[upstream, { upstream, stream, connections, circuit: circuitOf(upstream) }] as const];
    }),
  );
  return async (event, output) => {
    const started = performance.now();
    const request = readEvent(event, rendering.deployment);
    const line = {
      requestId: request.requestId,
      gatewayRequestId: request.gatewayRequestId,
      traceId: request.trace.traceId,
      route: `${request.method} ${request.resource}`,
    };
    const log = async (status: number, call?: UpstreamCall, cause?: unknown) => {
      logRequest({
        ...line,
        status,
        milliseconds: performance.now() - started,
        caller: call?.caller,
        ...(cause === undefined ? {} : { cause }),
      });
      await endSpan(request, status, started);
    };
    let call: UpstreamCall | undefined;
    let opened: Opened | undefined;
    try {
      requireUnambiguousPath(request.path);
      call = await callOf(request);
      const target = call.upstream && targets.get(call.upstream);
      if (target === undefined) {
        writeWhole(begin, output, echo(call, request, rendering));
        return await log(200, call);
      }
      const { upstream, stream, connections, circuit } = target;
      const sent = call.request;
      opened = await circuit.call(() => open(connections, sent, upstream.timeoutSeconds, stream));
      const head = answerHead(linesOf(opened.response), call, upstream, { ...options, request });
      const body = begin(output, head);
      // The prelude goes with the first write, even of nothing.
      body.write('');
      await pass(opened, body);
      body.end();
      await log(head.statusCode, call);
    } catch (error) {
      opened?.close();
      if (opened !== undefined) {
        await log(opened.response.statusCode ?? 0, call, error);
        throw error;
      }
      const problem = error instanceof Problem ? error : new Problem('internal', { cause: error });
      writeWhole(begin, output, respondProblem(problem, request, rendering));
      await log(problem.status, call, problem.cause);
    }
  };
}

function writeWhole(
  begin: StreamerOptions['begin'],
  output: Writable,
  { body, ...head }: Pick<APIGatewayProxyResult, 'statusCode' | 'headers' | 'body'>,
): void {
  const { statusCode, headers = {} } = head;
  const stream = begin(output, { statusCode, headers });
  stream.write(body);
  stream.end();
}

/** A response whose head is there, and which is being received. */
interface Opened {
  readonly response: IncomingMessage;
  readonly settings: StreamSettings;
  /** Ends the response, and with it the request to the upstream. */
  close(reason?: unknown): void;
  readonly signal: AbortSignal;
}

/** Sends a request and waits for the head of the response. Throws `upstream_timeout` or `upstream_failed`. */
async function open(
  connections: Connections,
  request: UpstreamCall['request'],
  timeoutSeconds: number,
  { maxStreamSeconds, idleSeconds }: StreamSettings,
): Promise<Opened> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), timeoutSeconds * 1000);
  try {
    const response = await connections.send(request, ending.signal);
    const settings = {
      maxStreamSeconds: Math.min(maxStreamSeconds, MAX_SECONDS - timeoutSeconds),
      idleSeconds,
    };
    const close = (reason?: unknown) => ending.abort(reason);
    return { response, settings, close, signal: ending.signal };
  } catch (cause) {
    throw new Problem(ending.signal.aborted ? 'upstream_timeout' : 'upstream_failed', { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** The reason to end a stream whose time is up. */
const TIME_IS_UP = new Error('the stream has lasted as long as it may');

/**
 * Passes the body on until it ends. When its time is up, or nothing has come for too long, a stream of events ends as if
 * it were whole, because its clients come back for more (HTML standard, "server-sent events"); any other breaks off.
 */
async function pass({ response, settings, close, signal }: Opened, output: Writable): Promise<void> {
  const { maxStreamSeconds, idleSeconds } = settings;
  const idle = setTimeout(() => close(TIME_IS_UP), idleSeconds * 1000);
  const whole = setTimeout(() => close(TIME_IS_UP), maxStreamSeconds * 1000);
  // On Lambda that the caller has gone shows in a write that fails, if at all.
  const gone = () => close(new Error('the caller has gone'));
  output.once('close', gone).on('error', gone);
  try {
    response.on('data', () => idle.refresh()).pipe(output, { end: false });
    await finished(response);
  } catch (error) {
    const isEvents = /^text\/event-stream\b/i.test(response.headers['content-type'] ?? '');
    if (signal.reason !== TIME_IS_UP || !isEvents) throw signal.reason ?? error;
  } finally {
    clearTimeout(idle);
    clearTimeout(whole);
    output.off('close', gone);
  }
}
