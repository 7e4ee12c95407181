import { Agent, type IncomingMessage, request } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import { AwsError } from '../aws-endpoint.ts';
import { REGION } from '../cloudformation/identities.ts';
import { gather } from '../gather.ts';
import { OPERATOR } from '../lambda/environment.ts';

/** A value in DynamoDB's JSON, e.g. `{ S: 'a' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

/** What a DynamoDB engine answered, as it came. */
export interface EngineAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly contentType: string;
}

const CONTENT_TYPE = 'application/x-amz-json-1.0';

/** Its connections stay open, and no longer unused than any engine keeps them. */
const agent = new Agent({ keepAlive: true, timeout: 4_000 });

/** The stack's own calls of a DynamoDB engine: tables, streams and expiry need no SDK. */
export class DynamodbClient {
  readonly #options: ReturnType<typeof urlToHttpOptions>;
  readonly #headers: readonly string[];

  constructor(endpoint: string) {
    const url = new URL(endpoint);
    this.#options = urlToHttpOptions(url);
    this.#headers = [
      'host',
      url.host,
      'x-amz-date',
      '20260101T000000Z',
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${OPERATOR.accessKeyId}/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    ];
  }

  /** Calls an action of DynamoDB. Throws an `AwsError` by the engine's name for it. */
  call<Result>(action: string, input: object): Promise<Result> {
    return this.#send<Result>(`DynamoDB_20120810.${action}`, input);
  }

  /** Calls an action of DynamoDB Streams. */
  callStreams<Result>(action: string, input: object): Promise<Result> {
    return this.#send<Result>(`DynamoDBStreams_20120810.${action}`, input);
  }

  /**
   * Sends one request as it is. All callers appear as one to the engine: DynamoDB Local keeps a database for each access
   * key and Region, and the functions have keys of their own.
   */
  async forward(target: string, body: string | Buffer, contentType = CONTENT_TYPE): Promise<EngineAnswer> {
    // Not `fetch`, which takes several times the CPU: every call of every function passes here.
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = [
        ...this.#headers,
        'content-type',
        contentType,
        'content-length',
        String(Buffer.byteLength(body)),
        'x-amz-target',
        target,
      ];
      const sent = request({ ...this.#options, method: 'POST', agent, headers }, resolve);
      sent.on('error', reject).end(body);
    });
    return {
      status: response.statusCode ?? 500,
      body: await gather(response),
      contentType: response.headers['content-type'] ?? CONTENT_TYPE,
    };
  }

  async #send<Result>(target: string, input: object): Promise<Result> {
    const { status, body } = await this.forward(target, JSON.stringify(input));
    const result = JSON.parse(body.toString('utf8') || '{}');
    if (status < 300) return result as Result;
    const name =
      String(result.__type ?? 'InternalServerError')
        .split('#')
        .at(-1) ?? '';
    throw new AwsError(name, String(result.message ?? result.Message ?? ''), status);
  }
}
