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
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-amz-target': target,
      'x-amz-date': '20260101T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${OPERATOR.accessKeyId}/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return {
    status: response.status,
    body: Buffer.from(await response.arrayBuffer()),
    contentType: response.headers.get('content-type') ?? 'application/x-amz-json-1.0',
  };
}
