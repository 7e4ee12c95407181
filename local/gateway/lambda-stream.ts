import type { Readable } from 'node:stream';
import type { Invocation } from '../lambda/function.ts';
import type { ApiResponse } from './api-response.ts';
import type { GatewayFailure } from './failure.ts';
import { badGateway, notRun, type ProxyResult, responseHeaders } from './lambda-proxy.ts';

/** Eight zeros end the prelude (developer guide, response-transfer-mode-lambda). */
const DELIMITER = Buffer.alloc(8);

/** AWS documents no limit of the prelude; all headers of a response have 10,240 bytes. */
const MAX_PRELUDE_BYTES = 64 * 1024;

type Prelude = Pick<ProxyResult, 'statusCode' | 'headers' | 'multiValueHeaders'> & {
  readonly cookies?: readonly string[];
};

/**
 * The response that a function streams: status and headers out of its prelude, then the body as it comes. Rejects with
 * the failure that API Gateway answers instead where the function did not get so far.
 */
export async function streamedResponse(invocation: Invocation): Promise<ApiResponse> {
  switch (invocation.kind) {
    case 'throttled':
    case 'too large':
    case 'not run':
      throw notRun(invocation);
    case 'failed':
      throw badGateway(invocation.error.errorMessage);
    case 'returned':
      throw badGateway('The integration streams, and the function does not');
    case 'streaming':
      return response(invocation.output);
  }
}

async function response(output: Readable): Promise<ApiResponse> {
  const { prelude, first } = await readPrelude(output);
  const { statusCode = 200, cookies = [] } = prelude;
  return {
    status: Number(statusCode),
    headers: [
      ...responseHeaders(prelude),
      ...cookies.map((cookie): [string, string] => ['Set-Cookie', cookie]),
    ],
    body: withFirst(first, output),
  };
}

async function readPrelude(output: Readable): Promise<{ prelude: Prelude; first: Buffer }> {
  let read = Buffer.alloc(0);
  const malformed = (): GatewayFailure => {
    output.destroy();
    return badGateway('Malformed prelude of a streamed response');
  };
  for (;;) {
    const end = read.indexOf(DELIMITER);
    if (end >= 0) {
      const prelude = parsed(read.subarray(0, end).toString('utf8'));
      if (prelude === undefined) throw malformed();
      return { prelude, first: read.subarray(end + DELIMITER.length) };
    }
    if (read.length > MAX_PRELUDE_BYTES) throw malformed();
    const chunk = await nextChunk(output).catch((error: Error) => {
      throw badGateway(error.message);
    });
    if (chunk === null) throw malformed();
    read = Buffer.concat([read, chunk]);
  }
}

function nextChunk(output: Readable): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const settle = (done: () => void) => {
      output.off('readable', take);
      output.off('end', ended);
      output.off('error', failed);
      done();
    };
    const take = () => {
      const chunk = output.read() as Buffer | null;
      if (chunk !== null) settle(() => resolve(chunk));
    };
    const ended = () => settle(() => resolve(null));
    const failed = (error: Error) => settle(() => reject(error));
    output.on('readable', take).on('end', ended).on('error', failed);
    take();
  });
}

function parsed(text: string): Prelude | undefined {
  try {
    const prelude: unknown = JSON.parse(text);
    return typeof prelude === 'object' && prelude !== null ? prelude : undefined;
  } catch {
    return undefined;
  }
}

/** What came along with the prelude, then the rest. */
function withFirst(first: Buffer, output: Readable): Readable {
  if (first.length > 0) output.unshift(first);
  return output;
}
