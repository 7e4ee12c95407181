import { LocalStackError } from '../failure.ts';

/**
 * The function in a URI `arn:…:lambda:path/2015-03-31/functions/<ARN>/invocations`, or `/response-streaming-invocations`; of an
 * HTTP API also its bare ARN.
 */
export function functionOfUri(uri: string | undefined): string {
  const functionArn = /functions\/(.+)\/(?:response-streaming-)?invocations$/.exec(uri ?? '')?.[1];
  if (functionArn !== undefined) return functionArn;
  if (/^arn:[^:]*:lambda:/.test(uri ?? '')) return uri ?? '';
  throw new LocalStackError(`${uri} does not name a function`);
}
