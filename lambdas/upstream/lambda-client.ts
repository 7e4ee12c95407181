import { text } from 'node:stream/consumers';
import aws4 from 'aws4';
import { Problem } from '../kernel/problem.ts';
import { publicEndpoint } from '../kernel/transport.ts';
import { Connections } from './connections.ts';

/**
 * A function in Lambda that stands behind the door, called by `Invoke` (Lambda API reference, API_Invoke) over connections
 * that are kept. An invocation is never repeated once it was sent: nobody knows what it did.
 */
export class LambdaUpstream {
  readonly #host: string;
  readonly #path: string;
  readonly #region: string;
  readonly #connections: Connections;

  /** @param functionArn whose Region is the one that is called */
  constructor(functionArn: string) {
    const { AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL } = process.env;
    this.#region = functionArn.split(':')[3] ?? '';
    const endpoint = AWS_ENDPOINT_URL_LAMBDA || AWS_ENDPOINT_URL || publicEndpoint('lambda', this.#region);
    this.#host = new URL(endpoint).host;
    this.#path = `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`;
    this.#connections = new Connections(endpoint);
  }

  /**
   * Invokes it and waits for its result, as JSON. Throws a `Problem` when it has no instance left, and an error with the
   * cause when it failed or could not be called.
   */
  async invoke(event: object, signal: AbortSignal): Promise<string> {
    const body = Buffer.from(JSON.stringify(event));
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
    const { headers = {} } = aws4.sign(
      {
        method: 'POST',
        host: this.#host,
        path: this.#path,
        service: 'lambda',
        region: this.#region,
        headers: { 'Content-Type': 'application/json', 'Content-Length': String(body.length) },
        body,
      },
      {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
      },
    );
    const response = await this.#connections.send(
      {
        method: 'POST',
        path: this.#path,
        headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
        body,
      },
      signal,
    );
    const result = await text(response);
    if (response.statusCode === 429)
      throw new Problem('unavailable', {
        cause: 'the function of the upstream is throttled',
        retryAfterSeconds: 1,
      });
    if (response.statusCode !== 200 || response.headers['x-amz-function-error'] !== undefined)
      throw new Error(`the function answered ${response.statusCode} ${result.slice(0, 500)}`);
    return result;
  }
}
