import type { OutgoingHttpHeaders } from 'node:http';
import aws4 from 'aws4';
import { callOnce, type HttpAnswer } from './http-call.ts';
import type { Credentials } from './request-signer.ts';
import { environmentCredentials, publicEndpoint } from './transport.ts';

/** A call of an AWS service over HTTP. */
export interface AwsHttpCall {
  /** The service as its host names it, such as `email`. */
  readonly host: string;
  /** As signatures name it, such as `ses`. @default - as the host */
  readonly signedFor?: string;
  /** As variables name it, such as `SESV2` in `AWS_ENDPOINT_URL_SESV2`. */
  readonly variable: string;
  /** @default / */
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMilliseconds: number;
  /** Where, and who asks. @default - as Lambda's variables say */
  readonly account?: AwsAccount | undefined;
}

/** A Region, and the credentials for calls to it. */
export interface AwsAccount {
  readonly region: string;
  readonly credentials: () => Credentials | Promise<Credentials>;
}

/**
 * Makes a POST that `aws4` has signed, once: for functions that make one kind of call, for which the SDK's client would be a
 * package more. Rejects when nothing answers in time.
 */
export async function callAws(call: AwsHttpCall): Promise<HttpAnswer> {
  const { AWS_REGION = '', AWS_ENDPOINT_URL } = process.env;
  const region = call.account?.region ?? AWS_REGION;
  const endpoint = new URL(
    process.env[`AWS_ENDPOINT_URL_${call.variable}`] || AWS_ENDPOINT_URL || publicEndpoint(call.host, region),
  );
  const { path = '/', signedFor: service = call.host, body } = call;
  const { headers } = aws4.sign(
    { method: 'POST', host: endpoint.host, path, service, region, headers: { ...call.headers }, body },
    (await call.account?.credentials()) ?? environmentCredentials(),
  );
  return callOnce(new URL(path, endpoint), {
    method: 'POST',
    headers: headers as OutgoingHttpHeaders,
    body,
    signal: AbortSignal.timeout(call.timeoutMilliseconds),
  });
}

/** `Invoke` of a function (Lambda API reference, API_Invoke). `Event` does not wait for what it does. */
export function invokeFunction(
  functionName: string,
  event: object,
  type: 'RequestResponse' | 'Event',
  timeoutMilliseconds: number,
): Promise<HttpAnswer> {
  return callAws({
    host: 'lambda',
    variable: 'LAMBDA',
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': type },
    body: JSON.stringify(event),
    timeoutMilliseconds,
  });
}
