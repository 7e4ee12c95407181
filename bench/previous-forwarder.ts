import type { Answer } from '../lambdas/http/serve.ts';
import {
  answerHead,
  type ForwarderOptions,
  MAX_BODY_BYTES,
  upstreamCalls,
} from '../lambdas/http/upstream-call.ts';
import { Problem } from '../lambdas/kernel/problem.ts';
import { upstreamChoice } from '../lambdas/upstream/choice.ts';

/** Headers that `fetch` writes itself, and refuses to be given. */
const OF_FETCH = ['host', 'connection', 'content-length'];

/**
 * The forwarder as it called its upstream before ADR 0110: by `fetch`. All around the call is of today, so that the
 * comparison is one of the two ways to call.
 */
export function previousForwarder(options: ForwarderOptions): Answer {
  const upstreams = upstreamChoice(options.rendering.deployment.upstreams);
  const callOf = upstreamCalls(options, upstreams);
  return async (request) => {
    const call = await callOf(request);
    const { upstream } = call;
    if (upstream?.target.kind !== 'url') throw new Problem('internal');
    const { method, path, headers, body } = call.request;
    const response = await fetch(upstream.target.url + path, {
      method,
      headers: headers
        .filter(([name]) => !OF_FETCH.includes(name))
        .map(([name, value]): [string, string] => [name, value]),
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: new Uint8Array(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(upstream.timeoutSeconds * 1000),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (bytes.length > MAX_BODY_BYTES) throw new Problem('upstream_failed');
    const lines = { status: response.status, headers: [...response.headers] };
    const head = answerHead(lines, call, upstream, { ...options, request });
    const result = { ...head, body: bytes.toString('base64'), isBase64Encoded: true };
    return { result, route: 'upstream', caller: call.caller };
  };
}
