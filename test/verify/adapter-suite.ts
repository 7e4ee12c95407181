/** What every way into a service is held to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../lambdas/contract/outcomes.ts';
import type { Identity } from '../../lambdas/verify/index.ts';
import type { Verifier } from '../../lambdas/verify/verifier.ts';
import { CASES, type Case } from './outcomes.ts';
import { type Service, startService } from './service.ts';

export type Lines = readonly (readonly [string, string])[];

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Lines;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What the service's own handler saw. */
export interface Seen {
  readonly identity: Identity | undefined;
  readonly headers: readonly string[];
}

/** A way in which a request reaches a service. */
export interface Adapter {
  readonly name: string;
  /** Whether the platform resolves dot segments before the application sees a path. */
  readonly resolvesPaths?: true;
  /** Whether what stands behind looks at no method of itself. */
  readonly refusesPreflights?: true;
  start(
    verifier: Verifier,
    seen: (seen: Seen) => void,
  ): Promise<{
    send(sent: Sent): Promise<Answer>;
    stop(): void;
  }>;
}

export async function served(listener: RequestListener | Server) {
  const server = (typeof listener === 'function' ? createServer(listener) : listener).listen(0, '127.0.0.1');
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

/** Outcomes of decisions, by what is answered; of the others there has been none. */
const OUTCOMES: Readonly<Record<number, Outcome>> = {
  200: 'allowed',
  401: 'refused',
  403: 'forbidden',
  404: 'misdirected',
  429: 'limited',
  503: 'failed',
};

/** Holds adapters to the table of outcomes. */
export function holdAdapters(adapters: readonly Adapter[]): void {
  describe.each(adapters)('$name', ({ start, resolvesPaths, refusesPreflights }) => {
    let service: Service;
    let running: Awaited<ReturnType<Adapter['start']>>;
    let seen: Seen | undefined;
    let lines: string[] = [];
    beforeAll(async () => {
      service = await startService({
        rules: { '/public/*': { public: true } },
        metrics: (line) => lines.push(line),
      });
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
      lines = [];
      const own: Lines =
        credential === undefined ? [] : [['Authorization', `Bearer ${service.credentials[credential]}`]];
      return running.send({ method, path, headers: [...own, ...headers] });
    }

    test.each(CASES)('$name', async ({ says = {}, isDown, isResolvable, isPreflight, ...sent }) => {
      const refused = { status: 405, code: 'method_not_allowed' };
      const passed = isResolvable && resolvesPaths ? { status: 200 } : sent;
      const { status, code }: Pick<Case, 'status' | 'code'> =
        isPreflight && refusesPreflights ? refused : passed;
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
      // A decision is one line, with the metric that the authorizer writes; what nobody decides on is none.
      const outcome = seen === undefined || seen.identity ? OUTCOMES[status] : undefined;
      expect(lines.map((line) => JSON.parse(line))).toEqual(
        outcome === undefined
          ? []
          : [
              expect.objectContaining({
                outcome,
                Decisions: 1,
                request_id: answer.headers['x-request-id'] ?? seen?.identity?.requestId,
                _aws: expect.objectContaining({
                  CloudWatchMetrics: [expect.objectContaining({ Namespace: 'Latchkey/Test' })],
                }),
              }),
            ],
      );
      for (const secret of Object.values(service.credentials)) expect(lines.join()).not.toContain(secret);
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
}
