import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import aws4 from 'aws4';
import type { Credentials } from './request-signer.ts';
import { environmentCredentials, publicEndpoint, transportOf } from './transport.ts';

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

/** What a service has answered. */
export interface AwsAnswer {
  readonly status: number;
  /** Whether the status is one of success. */
  readonly ok: boolean;
  /** By names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A Region, and the credentials for calls to it. */
export interface AwsAccount {
  readonly region: string;
  readonly credentials: () => Credentials | Promise<Credentials>;
}

/**
 * Makes a POST that `aws4` has signed, once, on a connection of its own: for functions that make one kind of call, for
 * which the SDK's client would be a package more, and `fetch` some 15 ms of CPU. Rejects when nothing answers in time.
 */
export async function callAws(call: AwsHttpCall): Promise<AwsAnswer> {
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
  const url = new URL(path, endpoint);
  const signal = AbortSignal.timeout(call.timeoutMilliseconds);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
    const options = {
      method: 'POST',
      headers: headers as OutgoingHttpHeaders,
      // A connection that was kept would be dead when it is used again: a function is frozen between its calls.
      agent: false,
      signal,
    };
    const request = transportOf(url).request(url, options, (response) => {
      const { statusCode: status = 0 } = response;
      const ok = status >= 200 && status < 300;
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('error', fail)
        .on('end', () => resolve({ status, ok, headers: response.headers, text }));
    });
    // After an answer, or an error, its close changes nothing.
    request
      .on('error', fail)
      .on('close', () => fail(new Error('no answer')))
      .end(body);
  });
}

/** `Invoke` of a function (Lambda API reference, API_Invoke). `Event` does not wait for what it does. */
export function invokeFunction(
  functionName: string,
  event: object,
  type: 'RequestResponse' | 'Event',
  timeoutMilliseconds: number,
): Promise<AwsAnswer> {
  return callAws({
    host: 'lambda',
    variable: 'LAMBDA',
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    headers: { 'Content-Type': 'application/json', 'X-Amz-Invocation-Type': type },
    body: JSON.stringify(event),
    timeoutMilliseconds,
  });
}
