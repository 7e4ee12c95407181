import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gather } from './gather.ts';

/** One call of an AWS API, in its JSON or its REST protocol. */
export interface AwsCall {
  /** The access key id that signed the request. */
  readonly accessKeyId: string;
  /** `X-Amz-Target` before the dot, e.g. `DynamoDB_20120810`; where there is none, what the signature is for. */
  readonly service: string;
  /** The operation: the part of the target after the dot, or the method of a REST call. */
  readonly action: string;
  /** With the query. */
  readonly path: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Whether the caller does not wait for what it asks for (Lambda API reference, API_Invoke: the type `Event`). */
  readonly isAsynchronous: boolean;
}

export interface AwsAnswer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A way in which an endpoint fails its callers: connections are reset, of all or of every so manyth call, it is late,
 * or it has had too many.
 */
export type Fault =
  | 'down'
  | 'throttled'
  | { readonly delayMilliseconds: number }
  | { readonly resetEvery: number };

/** An error of an AWS API, by the name under which an SDK raises it. */
export class AwsError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

type Serve = (call: AwsCall) => Promise<AwsAnswer>;

/** A local server that SDK clients reach as an AWS service, and that tests can make fail. */
export class AwsEndpoint {
  readonly #server: Server;
  readonly #serve: Serve;
  #fault: Fault | undefined;
  #calls = 0;

  private constructor(serve: Serve) {
    this.#serve = serve;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // Longer than the SDK keeps a connection: the server never closes one that a client is about to use.
    this.#server.keepAliveTimeout = 120_000;
  }

  static async start(serve: Serve): Promise<AwsEndpoint> {
    const endpoint = new AwsEndpoint(serve);
    endpoint.#server.listen(0, '127.0.0.1');
    await once(endpoint.#server, 'listening');
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every call fails in this way until `resume`. */
  pause(fault: Fault): void {
    this.#fault = fault;
    if (fault === 'down') this.#server.closeAllConnections();
  }

  resume(): void {
    this.#fault = undefined;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #resets(fault: Fault): boolean {
    if (fault === 'down') return true;
    this.#calls += 1;
    return typeof fault === 'object' && 'resetEvery' in fault && this.#calls % fault.resetEvery === 0;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const fault = this.#fault;
      if (fault !== undefined && this.#resets(fault)) return void request.socket.destroy();
      if (fault === 'throttled') throw new AwsError('TooManyRequestsException', 'Too Many Requests', 429);
      if (typeof fault === 'object' && 'delayMilliseconds' in fault) await delay(fault.delayMilliseconds);
      const answer = await this.#serve(await readCall(request));
      response.writeHead(answer.status, {
        'content-type': answer.contentType ?? 'application/x-amz-json-1.1',
        ...answer.headers,
      });
      response.end(answer.body);
    } catch (error) {
      const { name, message, status } = error instanceof AwsError ? error : internalFailure(error);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': name });
      // Both spellings: services differ in the case, and the SDK reads either.
      response.end(JSON.stringify({ __type: name, message, Message: message }));
    }
  }
}

const internalFailure = (error: unknown): AwsError =>
  new AwsError('InternalServiceError', (error as Error).message, 500);

async function readCall(request: IncomingMessage): Promise<AwsCall> {
  const body = await gather(request);
  // Signature Version 4: `Credential=<access key id>/<date>/<Region>/<service>/aws4_request`.
  const [accessKeyId = 'anonymous', , , signedFor = ''] =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1]?.split('/') ?? [];
  const target = request.headers['x-amz-target'];
  const [service = '', action = ''] =
    target === undefined ? [signedFor, request.method] : String(target).split('.');
  const contentType = request.headers['content-type'] ?? 'application/x-amz-json-1.0';
  const path = request.url ?? '/';
  const isAsynchronous = request.headers['x-amz-invocation-type'] === 'Event';
  return { accessKeyId, service, action, path, body, contentType, isAsynchronous };
}
