import aws4 from 'aws4';
import type { FetchDocument, Fetched } from './document-fetch.ts';

/** Longer than the function may take. */
const INVOCATION_MILLISECONDS = 8_000;

/**
 * Has the function `fetcher` fetch, by Lambda's `Invoke` (API_Invoke). Signed with `aws4`, as the SDK's client would be
 * a package more for one call. Rejects when the function does not answer; nothing is repeated.
 */
export function fetcherFunction(functionName: string): FetchDocument {
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL_LAMBDA, AWS_ENDPOINT_URL } = process.env;
  const endpoint = new URL(
    AWS_ENDPOINT_URL_LAMBDA ||
      AWS_ENDPOINT_URL ||
      `https://lambda.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  );
  const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  return async (url) => {
    const body = JSON.stringify({ url });
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
    const { headers } = aws4.sign(
      {
        method: 'POST',
        host: endpoint.host,
        path,
        service: 'lambda',
        region,
        headers: { 'Content-Type': 'application/json' },
        body,
      },
      {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
      },
    );
    const response = await fetch(new URL(path, endpoint), {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
      signal: AbortSignal.timeout(INVOCATION_MILLISECONDS),
    });
    const failure = response.headers.get('x-amz-function-error');
    if (!response.ok || failure !== null)
      throw new Error(`the function fetcher answered ${response.status} ${failure ?? ''}`.trim());
    return (await response.json()) as Fetched;
  };
}
