/** `latchkey/verify/fastify`: a plugin for all routes, or a hook for one. */
import type { Identity } from './identity.ts';
import { type NodeRequest, pathOf, verifyNodeRequest } from './node-request.ts';
import type { Rule } from './rules.ts';
import type { Verifier } from './verifier.ts';

/** The parts of Fastify's request that are read, and the one that is written. */
export interface FastifyRequest {
  readonly raw: NodeRequest;
  /** Who calls; absent of public routes and preflights. */
  latchkey?: Identity | null | undefined;
}

/** The parts of its reply that are written. */
export interface FastifyReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: string): unknown;
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** The parts of an instance that the plugin uses. */
export interface FastifyInstance {
  decorateRequest(name: 'latchkey', value: null): unknown;
  addHook(name: 'onRequest', hook: Hook): unknown;
}

/**
 * A hook (`onRequest`, so that no body is read of who is refused) that lets proven callers on, with `request.latchkey`, and
 * answers all others. Each is a decision, which counts: use the plugin, or this on each route.
 */
export function verify(verifier: Verifier, rule?: Rule): Hook {
  const decide = verifier.route(rule);
  return async (request, reply) => {
    // As it is routed: after `rewriteUrl`, which `originalUrl` is not.
    const path = pathOf({ url: request.raw.url });
    const outcome = await verifyNodeRequest(verifier, request.raw, decide, { path, passesPreflights: true });
    for (const [name, value] of Object.entries(outcome.headers)) reply.header(name, value);
    request.latchkey = outcome.isVerified ? outcome.identity : undefined;
    if (outcome.isVerified) return undefined;
    reply.code(outcome.status);
    return reply.send(outcome.body);
  };
}

/** Who calls. Throws where nobody was asked: a public route, or one without the hook. */
export function identityOf(request: object): Identity {
  const { latchkey } = request as { readonly latchkey?: Identity | null };
  if (!latchkey)
    throw new Error('The request has no identity: its route is public, or has no hook of latchkey.');
  return latchkey;
}

/** The plugin: the hook on every route, those of plugins beside it too, and of what no route matches. */
export function latchkey(verifier: Verifier): (instance: FastifyInstance) => Promise<void> {
  const plugin = async (instance: FastifyInstance) => {
    instance.decorateRequest('latchkey', null);
    instance.addHook('onRequest', verify(verifier));
  };
  // Else it would hold for what is registered within it (Fastify, "Plugins").
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
