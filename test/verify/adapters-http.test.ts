import type { IncomingMessage, ServerResponse } from 'node:http';
import { verify as express } from '../../lambdas/verify/express.ts';
import { verify as fastify } from '../../lambdas/verify/fastify.ts';
import { verify as hono } from '../../lambdas/verify/hono.ts';
import type { Identity } from '../../lambdas/verify/index.ts';
import { type LambdaEvent, verified as lambda, type VerifiedEvent } from '../../lambdas/verify/lambda.ts';
import { verified as node } from '../../lambdas/verify/node.ts';
import { ADDRESS } from '../support/tenants.ts';
import { type Adapter, holdAdapters, type Lines, type Sent, served } from './adapter-suite.ts';

const onNode: readonly Adapter[] = [
  {
    name: 'node',
    refusesPreflights: true,
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
      const exchange = async (raw: IncomingMessage, response: ServerResponse) => {
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
      };
      return served((raw, response) => void exchange(raw, response));
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
  refusesPreflights: true,
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
    // API Gateway decodes it, and has the stage in front.
    rawPath: `/live${decodeURI(path)}`,
    headers: joined(headers),
    requestContext: { http: { method, sourceIp: ADDRESS }, stage: 'live' },
  })),
  onLambda('lambda, function URL', ({ method, path, headers }) => ({
    rawPath: path,
    headers: joined(headers),
    requestContext: {
      http: { method, sourceIp: ADDRESS },
      stage: '$default',
      domainName: 'a.lambda-url.eu-central-1.on.aws',
    },
  })),
  onLambda('lambda, load balancer', ({ method, path, headers }) => ({
    httpMethod: method,
    path,
    multiValueHeaders: lists([...headers, ['X-Forwarded-For', ADDRESS]]),
    requestContext: { elb: {} },
  })),
];

holdAdapters(ADAPTERS);
