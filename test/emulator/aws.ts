/** The few calls of AWS APIs that the emulator's tests need, in the three protocols that those APIs speak. */

// biome-ignore lint/suspicious/noExplicitAny: the answers of many actions
export type Answer = any;

export class Aws {
  readonly endpoint: string;

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** A service of the JSON protocol, by its target, e.g. `DynamoDB_20120810.DescribeTable`. */
  async json(service: string, target: string, input: object): Promise<Answer> {
    const text = await this.#send(service, '/', {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: JSON.stringify(input),
    });
    return JSON.parse(text);
  }

  /** A service of the REST protocol. */
  async rest(service: string, path: string, method = 'GET', body?: Buffer | string): Promise<Answer> {
    const text = await this.#send(service, path, {
      method,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    return text.startsWith('{') ? JSON.parse(text) : text;
  }

  /** A service of the query protocol; gives its XML. */
  async query(
    service: string,
    version: string,
    Action: string,
    input: Record<string, string>,
  ): Promise<string> {
    return this.#send(service, '/', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ Action, Version: version, ...input }).toString(),
    });
  }

  async #send(service: string, path: string, init: RequestInit): Promise<string> {
    const response = await fetch(this.endpoint + path, {
      ...init,
      headers: {
        ...init.headers,
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${service} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return text;
  }
}

/** The text of every element of that name in a piece of XML. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, text = '']) =>
    text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );
}
