// biome-ignore lint/suspicious/noExplicitAny: the answers of many actions
export type Caller = (action: string, input: object) => Promise<any>;

/** Calls a service's actions by name; rejects with the name of the service's error. */
export const awsCaller =
  (endpoint: string, service: string, accessKeyId: string): Caller =>
  async (action, input) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${service}.${action}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/any/aws4_request`,
      },
      body: JSON.stringify(input),
    });
    const output = (await response.json()) as { __type?: string; message?: string };
    if (response.ok) return output;
    throw new Error(`${output.__type?.split('#').at(-1)}: ${output.message}`);
  };
