import { createInterface } from 'node:readline';
import type { Io } from '../io.ts';

/** JSON-RPC 2.0's own errors. */
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;
export const INVALID_PARAMS = -32_602;
const INTERNAL_ERROR = -32_603;

/** An error that the other side is told by its number. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export type Params = Readonly<Record<string, unknown>>;
type Id = string | number;

interface Message {
  readonly jsonrpc?: unknown;
  readonly id?: Id | null;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Answers a request, or hears a notification. */
export type Handler = (method: string, params: Params) => Promise<unknown>;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** JSON-RPC over stdin and stdout, a message a line, as MCP's transport has it. Requests are answered side by side. */
export class Rpc {
  readonly #io: Io;
  readonly #pending = new Map<Id, Pending>();
  /** Requests that the other side does not want answered any more. */
  readonly #cancelled = new Set<Id>();
  #lastId = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Asks the other side. Rejects with `RpcError`, or when it goes away. */
  ask(method: string, params: Params): Promise<unknown> {
    const id = `latchkey-${(this.#lastId += 1)}`;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  /** Serves until the other side ends. */
  async serve(handle: Handler): Promise<void> {
    const running = new Set<Promise<void>>();
    const lines = createInterface({ input: this.#io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    this.#io.signal.addEventListener('abort', () => lines.close(), { once: true });
    for await (const line of lines) {
      if (line.trim() === '') continue;
      const work = this.#receive(line, handle).finally(() => running.delete(work));
      running.add(work);
    }
    for (const { reject } of this.#pending.values()) reject(new Error('The client has gone.'));
    await Promise.all(running);
  }

  async #receive(line: string, handle: Handler): Promise<void> {
    const message = parsed(line);
    if (message === undefined) return this.#refuse(PARSE_ERROR, 'No JSON.');
    const { id, method, params = {} } = message;
    if (typeof method !== 'string') return this.#settle(message);
    if (method === 'notifications/cancelled') return void this.#cancelled.add(params.requestId as Id);
    if (id === undefined || id === null) return void (await handle(method, params).catch(() => undefined));
    const answer = await handle(method, params).then(
      (result) => ({ id, result }),
      (error: Error) => ({
        id,
        error: {
          code: error instanceof RpcError ? error.code : INTERNAL_ERROR,
          message: error.message,
        },
      }),
    );
    if (!this.#cancelled.delete(id)) this.#send(answer);
  }

  #settle({ jsonrpc, id, result, error }: Message): void {
    const pending = jsonrpc === '2.0' && id ? this.#pending.get(id) : undefined;
    if (pending === undefined) this.#refuse(INVALID_REQUEST, 'Neither a request nor an answer to one.');
    else if (error === undefined) pending.resolve(result);
    else pending.reject(new RpcError(error.code, error.message));
    this.#pending.delete(id ?? '');
  }

  /** Of what has no id that an answer could go to. */
  #refuse(code: number, message: string): void {
    this.#send({ id: null, error: { code, message } });
  }

  #send(message: Message): void {
    this.#io.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }
}

/** The message; undefined of what is no JSON. A list is none either: MCP has no batches. */
function parsed(line: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'object' && message !== null ? (message as Message) : {};
  } catch {
    return undefined;
  }
}
