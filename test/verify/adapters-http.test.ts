import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify as express } from '../../lambdas/verify/express.ts';
import { verify as fastify } from '../../lambdas/verify/fastify.ts';
import { verify as hono } from '../../lambdas/verify/hono.ts';
import type { Identity } from '../../lambdas/verify/index.ts';
import { type LambdaEvent, verified as lambda, type VerifiedEvent } from '../../lambdas/verify/lambda.ts';
import { verified as node } from '../../lambdas/verify/node.ts';
import type { Verifier } from '../../lambdas/verify/verifier.ts';
import { ADDRESS } from '../support/tenants.ts';
import { CASES, type Case } from './outcomes.ts';
import { type Service, startService } from './service.ts';

type Lines = readonly (readonly [string, string])[];

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Lines;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What the service's own handler saw. */
interface Seen {
  readonly identity: Identity | undefined;
  readonly headers: readonly string[];
}

/** A way in which a request reaches a service. */
interface Adapter {
  readonly name: string;
  start(
    verifier: Verifier,
    seen: (seen: Seen) => void,
  ): Promise<{
    send(sent: Sent): Promise<Answer>;
    stop(): void;
  }>;
}

async function served(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    async send({ method, path, headers }: Sent): Promise<Answer> {
      const lines = headers.flat();
      const call = request({ host: '127.0.0.1', port, method, path, headers: ['Host', 'a', ...lines] });
      call.end();
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      const body = await json(response).catch(() => undefined);
      return { status: response.statusCode ?? 0, headers: response.headers, body };
    },
    stop: () => void server.close(),
  };
}

const onNode: readonly Adapter[] = [
  {
    name: 'node',
    start: (verifier, seen) =>
      served(
        node(verifier, ({ latchkey, rawHeaders }, response) => {
          seen({ identity: latchkey, headers: rawHeaders });
          response.end('{}');
        }),
      ),
  },
  {
    name: 'connect',
    start: (verifier, seen) => {
      const middleware = express(verifier);
      return served((request: IncomingMessage & { latchkey?: Identity | undefined }, response) =>
        middleware(request, response, (error) => {
          if (error !== undefined) throw error;
          seen({ identity: request.latchkey, headers: request.rawHeaders });
          response.end('{}');
        }),
      );
    },
  },
  {
    name: 'fastify',
    start: (verifier, seen) => {
      const hook = fastify(verifier);
      return served(async (raw, response) => {
        const request: Parameters<typeof hook>[0] = { raw };
        let isSent = false;
        await hook(request, {
          code: (status) => (response.statusCode = status),
          header: (name, value) => response.setHeader(name, value),
          send: (body) => {
            isSent = true;
            response.end(body);
          },
        });
        if (isSent) return;
        seen({ identity: request.latchkey ?? undefined, headers: raw.rawHeaders });
        response.end('{}');
      });
    },
  },
];

const onFetch: Adapter = {
  name: 'hono',
  async start(verifier, seen) {
    const middleware = hono(verifier, { address: () => ADDRESS });
    return {
      async send({ method, path, headers }) {
        const said = new Headers();
        let identity: Identity | undefined;
        const url = `https://here.example.com${path}?q=1`;
        const context = {
          req: { raw: rawRequest(method, url, headers) },
          env: {},
          set: (_: 'latchkey', value: Identity | undefined) => {
            identity = value;
          },
          header: (name: string, value: string) => said.set(name, value),
        };
        const refusal = await middleware(context, async () => {
          seen({ identity, headers: [...context.req.raw.headers.keys()] });
        });
        const answer = refusal ?? new Response('{}', { headers: said });
        const body = await answer.json().catch(() => undefined);
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body };
      },
      stop: () => undefined,
    };
  },
};

/** A request whose URL stands as it was sent: the constructor would resolve what some servers pass on. */
function rawRequest(method: string, url: string, headers: Lines): Request {
  const made = new Request('https://here.example.com/', {
    method,
    headers: headers.map(([...line]) => line),
  });
  return Object.defineProperty(made, 'url', { value: url });
}

const onLambda = (name: string, eventOf: (sent: Sent) => LambdaEvent): Adapter => ({
  name,
  async start(verifier, seen) {
    const handler = lambda(verifier, async (event: VerifiedEvent<LambdaEvent>) => {
      seen({
        identity: event.latchkey,
        headers: [...Object.keys(event.headers ?? {}), ...Object.keys(event.multiValueHeaders ?? {})],
      });
      return { statusCode: 200, body: '{}' };
    });
    return {
      async send(sent) {
        const { statusCode, headers, multiValueHeaders, body } = (await handler(
          eventOf(sent),
          {} as never,
        )) as {
          statusCode: number;
          headers?: Record<string, string>;
          multiValueHeaders?: Record<string, readonly string[]>;
          body: string;
        };
        const lines = Object.entries(multiValueHeaders ?? headers ?? {});
        return {
          status: statusCode,
          headers: Object.fromEntries(
            lines.map(([name, value]) => [name.toLowerCase(), [value].flat().join()]),
          ),
          body: JSON.parse(body),
        };
      },
      stop: () => undefined,
    };
  },
});

const lists = (headers: Lines) =>
  Object.fromEntries(
    headers.map(([name]) => [name, headers.filter(([each]) => each === name).map(([, value]) => value)]),
  );
const joined = (headers: Lines) =>
  Object.fromEntries(
    Object.entries(lists(headers)).map(([name, values]) => [name.toLowerCase(), values.join(',')]),
  );

const ADAPTERS: readonly Adapter[] = [
  ...onNode,
  onFetch,
  onLambda('lambda, payload 1.0', ({ method, path, headers }) => ({
    httpMethod: method,
    path,
    headers: Object.fromEntries(headers),
    multiValueHeaders: lists(headers),
    requestContext: { identity: { sourceIp: ADDRESS } },
  })),
  onLambda('lambda, payload 2.0', ({ method, path, headers }) => ({
    rawPath: path,
    headers: joined(headers),
    requestContext: { http: { method, sourceIp: ADDRESS } },
  })),
  onLambda('lambda, load balancer', ({ method, path, headers }) => ({
    httpMethod: method,
    path,
    multiValueHeaders: lists([...headers, ['X-Forwarded-For', ADDRESS]]),
    requestContext: { elb: {} },
  })),
];

describe.each(ADAPTERS)('$name', ({ start }) => {
  let service: Service;
  let running: Awaited<ReturnType<Adapter['start']>>;
  let seen: Seen | undefined;
  beforeAll(async () => {
    service = await startService({ rules: { '/public/*': { public: true } } });
    running = await start(service.verifier, (each) => (seen = each));
  });
  afterAll(() => running.stop());

  async function send({
    credential,
    method = 'GET',
    path = '/items',
    headers = [],
  }: Omit<Case, 'name' | 'status'>) {
    seen = undefined;
    const own: Lines =
      credential === undefined ? [] : [['Authorization', `Bearer ${service.credentials[credential]}`]];
    return running.send({ method, path, headers: [...own, ...headers] });
  }

  test.each(CASES)('$name', async ({ status, code, says = {}, isDown, ...sent }) => {
    service.isDown = isDown ?? false;
    const answer = await send(sent);
    service.isDown = false;
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(says);
    if (code === undefined) {
      expect(seen).toBeDefined();
    } else {
      expect(answer.body).toMatchObject({ status, code, request_id: answer.headers['x-request-id'] });
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
      });
      expect(seen).toBeUndefined();
    }
  });

  test('tells the handler who calls, typed', async () => {
    await send({ credential: 'sandbox' });
    expect(seen?.identity).toMatchObject({
      kind: 'key',
      tenant: service.tenant.tenantId,
      workspace: service.tenant.workspaceId,
      keyId: expect.any(String),
      principal: expect.stringMatching(/^key:/),
      scopes: ['read'],
      environment: 'test',
      tier: 'free',
      limit: { limit: 5, remaining: expect.any(Number), resetAt: expect.any(Number) },
    });
    await send({ credential: 'person', method: 'DELETE' });
    expect(seen?.identity).toMatchObject({
      kind: 'user',
      role: 'admin',
      sessionId: service.session.sessionId,
    });
    await send({ path: '/public/7' });
    expect(seen).toMatchObject({ identity: undefined });
  });

  test('keeps from the handler what a client says in our place, in every spelling', async () => {
    const lies = [
      ['X-Latchkey-Tenant', 'another'],
      ['x_latchkey_principal', 'key:root'],
      ['X-Latchkey-Assertion', 'eyJ'],
      ['X-HTTP-Method-Override', 'DELETE'],
      ['X-Original-URL', '/admin'],
      ['X_Workspace_Id', 'another'],
    ] as const;
    // A key of its own: the limit of the others is used up by now.
    const answer = await send({ credential: 'writer', headers: [...lies, ['X-Mine', 'stays']] });
    expect(answer.status).toBe(200);
    const names = (seen?.headers ?? []).map((name) => name.toLowerCase());
    expect(names).toContain('x-mine');
    expect(names.filter((name) => /latchkey|override|original|workspace/.test(name))).toEqual([]);
    // Also where no credential is asked for.
    await send({ path: '/public/7', headers: lies });
    expect((seen?.headers ?? []).filter((name) => /latchkey/i.test(name))).toEqual([]);
  });

  test('writes once for each decision, and not at all where nobody is asked', async () => {
    const before = service.uses;
    await send({ credential: 'stranger' });
    expect(service.uses - before).toBe(1);
    await send({ path: '/public/7' });
    await send({ credential: 'unsigned' });
    await send({});
    expect(service.uses - before).toBe(1);
  });
});
