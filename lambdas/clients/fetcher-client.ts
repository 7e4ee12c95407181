import { invokeFunction } from '../kernel/aws-http.ts';
import type { FetchDocument, Fetched } from './document-fetch.ts';

/** Longer than the function may take. */
const INVOCATION_MILLISECONDS = 8_000;

/** Has the function `fetcher` fetch. Rejects when the function does not answer; nothing is repeated. */
export function fetcherFunction(functionName: string): FetchDocument {
  return async (url) => {
    const response = await invokeFunction(functionName, { url }, 'RequestResponse', INVOCATION_MILLISECONDS);
    const failure = response.headers['x-amz-function-error'];
    if (!response.ok || failure !== undefined)
      throw new Error(`the function fetcher answered ${response.status} ${failure ?? ''}`.trim());
    return JSON.parse(response.text) as Fetched;
  };
}
