import { text as streamText } from 'node:stream/consumers';
import { type AwsAnswer, type AwsCall, AwsError } from '../aws-endpoint.ts';
import { invokedFunction } from '../iam/accesses.ts';
import type { Functions } from './functions.ts';

/** Answers `Invoke`, the one operation of Lambda that functions call, and waits for the result (API_Invoke). */
export async function serveLambda({ path, body }: AwsCall, functions: Functions): Promise<AwsAnswer> {
  const text = body.toString('utf8');
  const invocation = await functions.invoke(invokedFunction(path), text === '' ? {} : JSON.parse(text));
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
    case 'too large':
      throw new AwsError('RequestTooLargeException', `${invocation.bytes} byte payload is too large.`, 413);
  }
}
