import { Writable } from 'node:stream';

/**
 * What the Lambda runtime gives a function that streams its response (aws-lambda-nodejs-runtime-interface-client,
 * `ResponseStream` and `HttpResponseStream`).
 */

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/** Between the prelude, which is JSON, and the body (API Gateway developer guide, response-transfer-mode-lambda). */
export const DELIMITER = Buffer.alloc(8);

/** A part of a response, on its way out of the worker. */
interface Chunk {
  readonly type: 'chunk';
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The stream that a handler writes its response to. A part is taken once the one before has gone on. */
export class InvocationStream extends Writable {
  readonly #id: string;
  readonly #send: (chunk: Chunk) => void;
  #written: (() => void) | undefined;
  #isBegun = false;
  _onBeforeFirstWrite: ((write: (chunk: Uint8Array | string) => void) => void) | undefined;

  constructor(id: string, send: (chunk: Chunk) => void) {
    super();
    this.#id = id;
    this.#send = send;
    // A handler learns of it by its writes; without a listener it would end the worker.
    this.on('error', () => undefined);
  }

  /** The real one sends it to the runtime's interface; who invokes does not see it. */
  setContentType(_contentType: string): void {}

  // As in the real one: the first write, even of nothing, is what sends the prelude.
  override write(chunk: unknown, ...rest: never[]): boolean {
    if (!this.#isBegun) {
      this.#isBegun = true;
      this._onBeforeFirstWrite?.((prelude) => void super.write(prelude));
    }
    return super.write(chunk, ...rest);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    if (chunk.length === 0) {
      callback();
      return;
    }
    this.#written = callback;
    this.#send({ type: 'chunk', id: this.#id, bytes: new Uint8Array(chunk) });
  }

  /** The last part has gone on. */
  goOn(): void {
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }
}

type Handler = (event: unknown, ...rest: never[]) => unknown;

/** The global of the runtime. */
export const AWSLAMBDA = {
  streamifyResponse: (handler: Handler): Handler => Object.assign(handler, { [STREAMING]: 'response' }),
  HttpResponseStream: {
    from(stream: InvocationStream, prelude: object): InvocationStream {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(prelude));
        write(DELIMITER);
      };
      return stream;
    },
  },
};

/** Whether a handler was given to `streamifyResponse`. */
export function isStreaming(handler: object): boolean {
  return STREAMING in handler;
}
