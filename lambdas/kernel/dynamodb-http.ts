import type http from 'node:http';
import type { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import {
  connectionError,
  DynamoDbError,
  isRetryable,
  isThrottle,
  parseAnswer,
  StaleConnection,
} from './dynamodb-error.ts';
import type { Item } from './items.ts';
import type {
  BatchGetItemInput,
  BatchGetItemOutput,
  DynamoDbCalls,
  KeysAndAttributes,
  UpdateItemInput,
  UpdateItemOutput,
} from './record-client.ts';
import { type Credentials, RequestSigner } from './request-signer.ts';
import { environmentCredentials, publicEndpoint, transportOf } from './transport.ts';
import { Watch } from './watch.ts';

/**
 * The DynamoDB client of all functions, over one keep-alive agent. It signs, answers, fails and repeats what
 * `@aws-sdk/client-dynamodb` does, at a fraction of its import and call time (ADR 0195); where it differs on purpose, the comment
 * says so. `test/kernel/dynamodb-http.test.ts` holds it to the SDK.
 */

export interface DynamoDbHttpOptions {
  /** @default AWS_REGION */
  region?: string;
  /** @default AWS_ENDPOINT_URL_DYNAMODB, then AWS_ENDPOINT_URL, then the region's public endpoint */
  endpoint?: string;
  /** Asked before every attempt. @default AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN */
  credentials?: () => Credentials | Promise<Credentials>;
  /** Milliseconds for a whole call, waits and retries included. @default 1500 */
  deadlineMs?: number;
  /** Milliseconds for one attempt, connecting included. @default 500 */
  attemptTimeoutMs?: number;
  /** How often one request is sent at most. @default 6 */
  maxAttempts?: number;
  /** Milliseconds that the first wait after a throttle takes at most; each further one may take twice as long. @default 25, as every wait */
  throttleDelayMs?: number;
  /** What is longer is no answer, and may not fill the function's memory. @default 4 MiB, as a record stays below 1 KB */
  maxResponseBytes?: number;
}

export interface DynamoDbHttp extends DynamoDbCalls {
  /**
   * Sends one UpdateItem. **It may be applied twice**: like the SDK, this client also repeats what was sent and not answered
   * (a timeout, a reset, a 5xx). A counter then counts one too many, so a limit refuses early and never lets more through; a
   * condition has to be one that still holds after the write, as the decision's does.
   * @throws DynamoDbError
   */
  updateItem(input: UpdateItemInput): Promise<UpdateItemOutput>;
  /**
   * Reads items by key. `UnprocessedKeys` are asked for again; unlike the SDK, an answer that stays incomplete is thrown as
   * `ProvisionedThroughputExceededException`, so that no caller takes an unread item for a missing one.
   * @throws DynamoDbError
   */
  batchGetItem(input: BatchGetItemInput): Promise<BatchGetItemOutput>;
}

const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/** The longest wait before attempt n + 1 is 25 ms * 2^(n-1), below 0.8 s in all: inside the deadline. */
export const BASE_DELAY_MS = 25;

/** See {@link DynamoDbHttpOptions}. */
export const DEADLINE_MS = 1500;
export const MAX_ATTEMPTS = 6;

/** Sockets to one endpoint, as in the SDK. A Lambda instance needs one; more calls than that wait their turn. */
const MAX_SOCKETS = 50;

/**
 * Makes a client with an agent of its own. Idle connections do not keep the process alive.
 * @throws TypeError if there is no region, or the endpoint is not a URL
 */
export function createDynamoDbHttp(options: DynamoDbHttpOptions = {}): DynamoDbHttp {
  const { AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL } = process.env;
  const {
    deadlineMs = DEADLINE_MS,
    attemptTimeoutMs = 500,
    maxAttempts = MAX_ATTEMPTS,
    throttleDelayMs = BASE_DELAY_MS,
    maxResponseBytes = MAX_RESPONSE_BYTES,
  } = options;
  // Lambda sets them once for the life of an instance, so they are read once.
  const own = environmentCredentials();
  const { credentials = () => own } = options;
  const region = options.region ?? AWS_REGION;
  if (!region) throw new TypeError('No region for DynamoDB: set AWS_REGION');
  const url = new URL(
    options.endpoint ?? (AWS_ENDPOINT_URL_DYNAMODB || AWS_ENDPOINT_URL || publicEndpoint('dynamodb', region)),
  );
  const { hostname, port, path } = urlToHttpOptions(url);
  const transport = transportOf(url);
  const target = {
    method: 'POST',
    hostname: hostname ?? url.hostname,
    ...(port && { port }),
    path: path ?? '/',
    agent: agentOf(transport),
  };

  const watch = new Watch();
  const signer = new RequestSigner({ host: url.host, path: target.path, region });

  /** Every attempt is signed anew, because a signature holds the time. */
  function signed(operation: string, body: string, keys: Credentials): http.RequestOptions {
    if (!keys.accessKeyId || !keys.secretAccessKey) {
      throw new DynamoDbError('CredentialsProviderError', 'No credentials for DynamoDB');
    }
    return { ...target, headers: signer.headers(`DynamoDB_20120810.${operation}`, body, keys) };
  }

  /** One request and its answer. Whatever happens, it settles by `until` and its socket is released. */
  function attempt<T>(operation: string, body: string, keys: Credentials, until: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const request = transport.request(signed(operation, body, keys));
      const fail = (error: DynamoDbError) => {
        watch.end(watched);
        reject(error);
        request.destroy();
      };
      const watched = {
        until,
        expire: () =>
          fail(new DynamoDbError('TimeoutError', 'DynamoDB did not answer in time', { retryable: true })),
      };
      watch.begin(watched);
      request.on('error', (cause) => fail(connectionError(cause, request.reusedSocket)));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > maxResponseBytes) {
            fail(new DynamoDbError('ResponseTooLargeError', `DynamoDB sent over ${maxResponseBytes} bytes`));
          }
        });
        response.on('error', (cause) => fail(connectionError(cause, false)));
        response.on('end', () => {
          watch.end(watched);
          const [only = NOTHING, ...more] = chunks;
          const answer = parseAnswer(
            response.statusCode ?? 0,
            (more.length === 0 ? only : Buffer.concat(chunks)).toString(),
          );
          if (answer instanceof DynamoDbError) reject(answer);
          else resolve(answer as T);
        });
      });
      request.end(body);
    });
  }

  async function send<T>(operation: string, input: object, deadline: number): Promise<T> {
    const body = JSON.stringify(input);
    for (let attempts = 1; ; attempts++) {
      try {
        const keys = await credentials();
        const until = Math.min(performance.now() + attemptTimeoutMs, deadline);
        return await attempt<T>(operation, body, keys, until);
      } catch (error) {
        if (error instanceof StaleConnection && performance.now() < deadline) attempts--;
        else if (!isRetryable(error) || !(await waited(attempts, deadline, error))) throw error;
      }
    }
  }

  /** Waits before the next attempt; answers false at once if there is none left or no time for it. */
  async function waited(attempts: number, deadline: number, error?: unknown): Promise<boolean> {
    const baseMs = isThrottle(error) ? throttleDelayMs : BASE_DELAY_MS;
    const delayMs = Math.random() * baseMs * 2 ** (attempts - 1);
    if (attempts >= maxAttempts || performance.now() + delayMs >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    return true;
  }

  const call: DynamoDbHttp['call'] = (operation, input) =>
    send(operation, input, performance.now() + deadlineMs);

  return {
    call,
    updateItem: (input) => call('UpdateItem', input),

    async batchGetItem(input) {
      const deadline = performance.now() + deadlineMs;
      const Responses: Record<string, Item[]> = {};
      let RequestItems = input.RequestItems;
      for (let rounds = 1; ; rounds++) {
        const answer = await send<BatchGetItemAnswer>('BatchGetItem', { ...input, RequestItems }, deadline);
        for (const [table, items] of Object.entries(answer.Responses ?? {})) {
          Responses[table] = [...(Responses[table] ?? []), ...items];
        }
        RequestItems = answer.UnprocessedKeys ?? {};
        if (Object.keys(RequestItems).length === 0) return { Responses };
        if (!(await waited(rounds, deadline))) {
          throw new DynamoDbError(
            'ProvisionedThroughputExceededException',
            'BatchGetItem kept leaving keys unprocessed',
            { retryable: true },
          );
        }
      }
    },
  };
}

/**
 * An agent for one endpoint, without what Node's does for any number of them: it makes the name of the pool four times a call,
 * of TLS of some twenty options, and reads all headers of an answer for a hint of when the connection ends. One that
 * has ended is {@link StaleConnection}, hint or not. https://nodejs.org/api/http.html#agentkeepsocketalivesocket
 */
function agentOf({ Agent }: Pick<typeof http, 'Agent'>): http.Agent {
  class EndpointAgent extends Agent {
    /** Not empty: TLS sessions are kept by it, too. */
    override getName(): string {
      return 'dynamodb';
    }

    /** The connection is kept, and keeps no process alive. */
    override keepSocketAlive(socket: Socket): boolean {
      socket.unref();
      return true;
    }
  }
  return new EndpointAgent({ keepAlive: true, maxSockets: MAX_SOCKETS });
}

interface BatchGetItemAnswer {
  Responses?: Record<string, Item[]>;
  UnprocessedKeys?: Record<string, KeysAndAttributes>;
}
