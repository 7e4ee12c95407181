import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { AwsError } from '../aws-endpoint.ts';
import { REGION } from '../cloudformation/identities.ts';
import { OPERATOR } from '../lambda/environment.ts';

/** A value in DynamoDB's JSON, e.g. `{ S: 'a' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

/** The stack's own calls of a DynamoDB engine: tables, streams and expiry need no SDK. */
export class DynamodbClient {
  readonly endpoint: string;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** Calls an action of DynamoDB. Throws an `AwsError` by the engine's name for it. */
  call<Result>(action: string, input: object): Promise<Result> {
    return this.#send<Result>(`DynamoDB_20120810.${action}`, input);
  }

  /** Calls an action of DynamoDB Streams. */
  callStreams<Result>(action: string, input: object): Promise<Result> {
    return this.#send<Result>(`DynamoDBStreams_20120810.${action}`, input);
  }

  async #send<Result>(target: string, input: object): Promise<Result> {
    const { status, body } = await forward(this.endpoint, target, JSON.stringify(input));
    const result = JSON.parse(body.toString('utf8') || '{}');
    if (status < 300) return result as Result;
    const name =
      String(result.__type ?? 'InternalServerError')
        .split('#')
        .at(-1) ?? '';
    throw new AwsError(name, String(result.message ?? result.Message ?? ''), status);
  }
}

/** Its connections stay open, and no longer unused than any engine keeps them. */
const agent = new Agent({ keepAlive: true, timeout: 4_000 });

/**
 * Sends one request to an engine. All callers appear as one there: DynamoDB Local keeps a database for each access
 * key and Region, and the functions have keys of their own.
 */
export async function forward(
  endpoint: string,
  target: string,
  body: string | Buffer,
  contentType = 'application/x-amz-json-1.0',
): Promise<{ status: number; body: Buffer; contentType: string }> {
  // Not `fetch`, which takes several times the CPU: every call of every function passes here.
  const sent = request(endpoint, {
    method: 'POST',
    agent,
    headers: {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'x-amz-target': target,
      'x-amz-date': '20260101T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${OPERATOR.accessKeyId}/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 500,
    body: Buffer.concat(chunks),
    contentType: response.headers['content-type'] ?? 'application/x-amz-json-1.0',
  };
}
