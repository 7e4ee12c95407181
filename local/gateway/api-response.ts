import type { Readable } from 'node:stream';

/** An answer to a client. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | string | Readable;
}

/** The headers with one more; a header that is there under any case is replaced. */
export function withHeader(response: ApiResponse, name: string, value: string): ApiResponse {
  const others = response.headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return { ...response, headers: [...others, [name, value]] };
}
