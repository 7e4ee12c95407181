/** `latchkey/verify/hono`: for Hono, on Node, on Lambda, and wherever an address is told otherwise. */
import { separatedHeaders } from '../http/payload2.ts';
import type { HeaderValues } from '../kernel/headers.ts';
import type { Identity } from './identity.ts';
import { headerLines, isWithheld } from './request-headers.ts';
import type { Rule } from './rules.ts';
import type { Verifier } from './verifier.ts';

/** For `new Hono<{ Variables: LatchkeyVariables }>()`. */
export interface LatchkeyVariables {
  /** Who calls; undefined of public routes and preflights. */
  latchkey: Identity | undefined;
}

/** The parts of Hono's context that are used. */
export interface HonoContext {
  readonly req: { raw: Request };
  readonly env: unknown;
  set(key: 'latchkey', value: Identity | undefined): void;
  header(name: string, value: string): void;
}

/** What a platform puts into `c.env`: `@hono/node-server`, and `hono/aws-lambda`. */
interface PlatformEnv {
  readonly incoming?: {
    readonly rawHeaders: readonly string[];
    readonly socket: { readonly remoteAddress?: string };
  };
  readonly requestContext?: {
    readonly identity?: { readonly sourceIp?: string };
    readonly http?: { readonly sourceIp?: string };
  };
}

export interface HonoOptions<Context extends HonoContext = HonoContext> {
  /** What this route takes. @default - as the verifier's rules say */
  readonly rule?: Rule;
  /** The address of the peer. @default - as `@hono/node-server` and `hono/aws-lambda` tell it, else none */
  readonly address?: (context: Context) => string;
}

/**
 * A middleware that lets proven callers on, with `c.get('latchkey')`, and answers all others. Each use is a decision, which
 * counts: use it once for all routes, or on each with a rule of its own.
 */
export function verify<Context extends HonoContext>(
  verifier: Verifier,
  { rule, address }: HonoOptions<Context> = {},
): (context: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  const decide = verifier.route(rule);
  return async (context, next) => {
    const { raw } = context.req;
    const { incoming, requestContext } = (context.env ?? {}) as PlatformEnv;
    // The Fetch standard joins the values of a name; Node's own lines keep them apart.
    const headers: HeaderValues = incoming ? headerLines(incoming.rawHeaders) : separatedHeaders(raw.headers);
    const given = requestContext?.identity?.sourceIp ?? requestContext?.http?.sourceIp;
    const sourceAddress =
      given ?? verifier.addressOf(address?.(context) ?? incoming?.socket.remoteAddress, headers);
    const outcome = await decide({
      method: raw.method,
      path: pathOf(raw.url),
      headers,
      sourceAddress,
      passesPreflights: true,
    });
    if (!outcome.isVerified) {
      const { status, headers: said, body } = outcome;
      return new Response(raw.method === 'HEAD' ? null : body, { status, headers: said });
    }
    if ([...raw.headers.keys()].some(isWithheld)) context.req.raw = withoutWithheld(raw);
    context.set('latchkey', outcome.identity);
    await next();
    for (const [name, value] of Object.entries(outcome.headers)) context.header(name, value);
    return undefined;
  };
}

/** The path as Hono routes it: cut out of the URL as it stands. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf(':') + 4);
  return start < 0 ? '/' : (url.slice(start).split(/[?#]/, 1)[0] ?? '/');
}

function withoutWithheld(request: Request): Request {
  const headers = new Headers([...request.headers].filter(([name]) => !isWithheld(name)));
  return new Request(request, { headers });
}
