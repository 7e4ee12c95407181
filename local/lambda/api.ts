import { text as streamText } from 'node:stream/consumers';
import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import { invokedFunction } from '../iam/accesses.ts';
import type { Functions } from './functions.ts';

/**
 * Answers `Invoke`, the one operation of Lambda that functions call, and waits for the result unless the call is an event
 * (API_Invoke). A function that the template does not have is asked for at `endpoint`, such as that of
 * `sam local start-lambda`.
 */
export async function serveLambda(
  { path, body, isAsynchronous }: AwsCall,
  functions: Functions,
  endpoint: string | undefined,
): Promise<AwsAnswer> {
  const text = body.toString('utf8');
  const name = invokedFunction(path);
  if (!functions.has(name)) return invokeElsewhere(name, text, endpoint);
  if (isAsynchronous) {
    functions.invokeLater(name, JSON.parse(text));
    return { status: 202, body: '' };
  }
  const invocation = await functions.invoke(name, text === '' ? {} : JSON.parse(text));
  switch (invocation.kind) {
    case 'returned':
      return { status: 200, body: invocation.payload, contentType: 'application/json' };
    case 'streaming':
      return { status: 200, body: await streamText(invocation.output), contentType: 'application/json' };
    case 'failed':
      return {
        status: 200,
        body: JSON.stringify(invocation.error),
        contentType: 'application/json',
        headers: { 'x-amz-function-error': 'Unhandled' },
      };
    case 'throttled':
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    case 'not run':
      throw new AwsError('ServiceException', invocation.reason, 500);
    case 'too large':
      throw new AwsError('RequestTooLargeException', `${invocation.bytes} byte payload is too large.`, 413);
  }
}

async function invokeElsewhere(
  name: string,
  event: string,
  endpoint: string | undefined,
): Promise<AwsAnswer> {
  if (endpoint === undefined)
    throw new AwsError(
      'ResourceNotFoundException',
      `There is no function ${name} here; LAMBDA_ENDPOINT names where there is, such as sam local start-lambda.`,
      404,
    );
  // Such an endpoint knows functions by their bare names.
  const bare = name.startsWith('arn:') ? (name.split(':')[6] ?? '') : name;
  const url = new URL(`/2015-03-31/functions/${encodeURIComponent(bare)}/invocations`, endpoint);
  const response = await fetch(url, { method: 'POST', body: event, headers: { connection: 'close' } });
  const failure = response.headers.get('x-amz-function-error');
  return {
    status: response.status,
    body: await response.text(),
    contentType: 'application/json',
    ...(failure === null ? {} : { headers: { 'x-amz-function-error': failure } }),
  };
}
