import type { ApiResponse } from '../gateway/api-response.ts';
import type { Invocation } from '../lambda/function.ts';
import { HttpApiFailure } from './failure.ts';

interface Result {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly unknown[]>> | null;
  readonly cookies?: readonly string[];
  readonly body?: unknown;
  readonly isBase64Encoded?: boolean;
}

/** Renders what a function returned (developer guide, http-api-develop-integrations-lambda.response). Throws the failure that clients see. */
export function functionResponse(invocation: Invocation, version: '1.0' | '2.0'): ApiResponse {
  switch (invocation.kind) {
    case 'failed':
      throw new HttpApiFailure(500, invocation.error.errorMessage);
    case 'throttled':
      throw new HttpApiFailure(503, 'the function is throttled');
    case 'too large':
      throw new HttpApiFailure(413, `an event of ${invocation.bytes} bytes`);
    case 'not run':
      throw new HttpApiFailure(502, invocation.reason);
    case 'streaming':
      invocation.output.destroy();
      throw new HttpApiFailure(500, 'The function streams, and HTTP APIs do not');
    case 'returned':
      return render(JSON.parse(invocation.payload), version);
  }
}

function render(value: unknown, version: '1.0' | '2.0'): ApiResponse {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const result: Result = isObject ? value : {};
  if (result.statusCode === undefined) {
    if (version === '1.0') throw new HttpApiFailure(500, 'the function returned no statusCode');
    // "API Gateway makes the following assumptions if your Lambda function returns valid JSON and doesn't return a statusCode"
    const body = typeof value === 'string' ? value : JSON.stringify(value);
    return { status: 200, headers: [['content-type', 'application/json']], body };
  }
  const status = Number(result.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599)
    throw new HttpApiFailure(500, `the statusCode is ${JSON.stringify(result.statusCode)}`);
  const { body = '', headers, multiValueHeaders, cookies = [], isBase64Encoded } = result;
  if (body !== null && typeof body !== 'string') throw new HttpApiFailure(500, 'the body is no text');
  const several = version === '1.0' ? Object.entries(multiValueHeaders ?? {}) : [];
  const rendered = [
    ...Object.entries(headers ?? {}).filter(([name]) => !several.some(([other]) => other === name)),
    ...several.flatMap(([name, values]) => values.map((value): [string, unknown] => [name, value])),
    ...(version === '2.0' ? cookies.map((cookie): [string, unknown] => ['set-cookie', cookie]) : []),
  ].map(([name, value]): [string, string] => [name.toLowerCase(), String(value)]);
  return {
    status,
    headers: rendered.some(([name]) => name === 'content-type')
      ? rendered
      : [['content-type', 'text/plain;charset=UTF-8'], ...rendered],
    body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}
