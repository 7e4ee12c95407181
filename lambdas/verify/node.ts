/** `latchkey/verify/node`: for a server of `node:http` without a framework. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Identity } from './identity.ts';
import { answer, type NodeRequest, verifyNodeRequest } from './node-request.ts';
import type { Rule } from './rules.ts';
import type { Verifier } from './verifier.ts';

/** Node's request, with who calls; absent of public routes. */
export type VerifiedRequest = IncomingMessage & { latchkey?: Identity | undefined };

/**
 * A listener of requests that hears of proven callers only, with `request.latchkey`, and of public routes. A CORS preflight is
 * a 405: answer it before, as a listener that looks at no method would take it for the call itself.
 */
export function verified<Response extends ServerResponse>(
  verifier: Verifier,
  listener: (request: VerifiedRequest, response: Response) => unknown,
  rule?: Rule,
): (request: IncomingMessage, response: Response) => void {
  const decides = verifier.route(rule);
  const decide = async (request: NodeRequest & IncomingMessage, response: Response) => {
    const outcome = await verifyNodeRequest(verifier, request, decides);
    // Somebody has answered meanwhile, such as for a time that is over: a header more would end the process.
    if (response.headersSent) return;
    if (answer(outcome, response)) await listener(request, response);
  };
  return (request, response) => void decide(request, response);
}

/**
 * A listener of upgrades, such as a WebSocket's (RFC 6455), that hears of proven callers only: Node tells of them by an event
 * of their own, which no listener of requests sees. Others are answered, and their connection is closed.
 */
export function verifiedUpgrade(
  verifier: Verifier,
  listener: (request: VerifiedRequest, socket: Duplex, head: Buffer) => unknown,
  rule?: Rule,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const decides = verifier.route(rule);
  const decide = async (request: NodeRequest & IncomingMessage, socket: Duplex, head: Buffer) => {
    // A connection that breaks off meanwhile is nobody's error.
    const ignore = () => undefined;
    socket.on('error', ignore);
    const outcome = await verifyNodeRequest(verifier, request, decides);
    if (outcome.isVerified) {
      socket.off('error', ignore);
      await listener(request, socket, head);
      return;
    }
    const { status, headers, body } = outcome;
    const lines = Object.entries({
      ...headers,
      'Content-Length': String(Buffer.byteLength(body)),
      Connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    // The reason phrase may be empty (RFC 9112, 4).
    socket.end(`HTTP/1.1 ${status} \r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
  };
  return (request, socket, head) => void decide(request, socket, head);
}
