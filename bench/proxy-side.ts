/**
 * A process of the bench that listens on a port and tells it to its parent: `upstream`, or one that carries calls to an
 * upstream as the forwarder does. Of a call it makes the event that API Gateway would, and writes the answer as
 * API Gateway would.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { forwarder } from '../lambdas/http/forward.ts';
import { contextOf } from '../lambdas/http/identity.ts';
import { answering } from '../lambdas/http/serve.ts';
import { systemClock } from '../lambdas/kernel/clock.ts';
import { EMPTY_KEYSET, nextKeyset } from '../lambdas/signing/keyset.ts';
import { Signer } from '../lambdas/signing/signer.ts';
import { deploymentOf, loadSettings } from '../lib/settings.ts';
import { ISSUER } from './identities.ts';
import { previousForwarder } from './previous-forwarder.ts';

/** The bodies that the upstream has, by path: one that fits into a packet, and one near the most that is forwarded. */
const BODIES: Readonly<Record<string, Buffer>> = {
  '/v1/small': Buffer.alloc(1_000, 's'),
  '/v1/large': Buffer.alloc(4_000_000, 'l'),
};

const FORWARDERS = { forwarder, previous: previousForwarder } as const;

export type Side = 'upstream' | keyof typeof FORWARDERS;

const [side = '', upstreamUrl = ''] = process.argv.slice(2);
const server = createServer(
  side === 'upstream' ? answerItself : await gateway(FORWARDERS[side as 'forwarder']),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
process.on('disconnect', () => process.exit());

function answerItself({ url = '' }: IncomingMessage, response: Parameters<RequestListener>[1]): void {
  const body = BODIES[url] ?? Buffer.alloc(0);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length });
  response.end(body);
}

async function gateway(kind: typeof forwarder): Promise<RequestListener> {
  const settings = await loadSettings({ profile: 'default' });
  const upstream = {
    name: '',
    path: '',
    target: { kind: 'url', url: upstreamUrl },
    canary: null,
    timeoutSeconds: 27,
    sharesOrigin: false,
    circuitBreaker: { failures: 5, openSeconds: 10 },
    stream: null,
  } as const;
  const deployment = { ...deploymentOf(settings), upstreams: [upstream] };
  const rendering = { profile: settings.profile, deployment };
  const keyset = await nextKeyset(
    EMPTY_KEYSET,
    { tokenAlgorithm: 'ES256', tokenSeconds: 3600 },
    systemClock(),
  );
  const signer = new Signer(async () => keyset, ISSUER, systemClock);
  const handler = answering(kind({ signer, rendering, clock: systemClock, protocol: 'https' }), rendering);
  const carry: (...call: Parameters<RequestListener>) => Promise<void> = async (incoming, outgoing) => {
    const answer = await handler(eventOf(incoming));
    for (const [name, values] of Object.entries(answer.multiValueHeaders ?? {}))
      outgoing.setHeader(name, values.map(String));
    const body = Buffer.from(answer.body, answer.isBase64Encoded ? 'base64' : 'utf8');
    outgoing.setHeader('content-length', body.length);
    outgoing.writeHead(answer.statusCode).end(body);
  };
  return (incoming, outgoing) => void carry(incoming, outgoing);
}

const CONTEXT = contextOf(
  {
    outcome: 'allowed',
    caller: {
      kind: 'key',
      keyId: 'key_01a1fc6f2412714d9ca3372bf9a1ea3f',
      tenantId: '01a1fc6f-2411-7b2c-b0ac-ee7fa6e6014f',
      workspaceId: '01a1fc6f-2412-71d9-b3f1-d95f27e3455f',
      scopes: ['read', 'write'],
      environment: 'live',
    },
    allowance: { limit: 60, remaining: 59, resetAt: 1_800_000_000, exceeded: false },
    tenant: null,
  },
  'bench',
  1_799_999_970,
  (code) => code,
);

/** The parts of API Gateway's event that are read. */
function eventOf({ method = '', url = '', headersDistinct }: IncomingMessage): APIGatewayProxyEvent {
  return {
    httpMethod: method,
    resource: '/v1/{proxy+}',
    path: url,
    multiValueHeaders: headersDistinct,
    requestContext: {
      path: url,
      stage: 'v1',
      domainName: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
      protocol: 'HTTP/1.1',
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      identity: { sourceIp: '203.0.113.7' },
      authorizer: CONTEXT,
    },
  } as unknown as APIGatewayProxyEvent;
}
