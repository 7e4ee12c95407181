/** The heaps of another Node.js process, by its inspector (Chrome DevTools protocol; Node.js's own domain NodeWorker). */

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** `Runtime.getHeapUsage`, bytes. */
interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize: number;
}

/** One thread: answers are found by their ids. */
class Thread {
  readonly #send: (message: string) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  constructor(send: (message: string) => void) {
    this.#send = send;
  }

  call<Result>(method: string, params: object = {}): Promise<Result> {
    const id = ++this.#calls;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#send(JSON.stringify({ id, method, params }));
    return answer.promise as Promise<Result>;
  }

  receive({ id = 0, result, error }: Message): void {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(error.message));
  }

  /** Bytes that are left after a collection, buffers among them. */
  async liveBytes(): Promise<number> {
    await this.call('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize } = await this.call<HeapUsage>('Runtime.getHeapUsage');
    return usedSize + backingStorageSize;
  }
}

/** A process that was started with `--inspect`, and its workers. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #main: Thread;
  readonly #workers = new Map<string, Thread>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#main = new Thread((message) => socket.send(message));
    socket.addEventListener('message', ({ data }) => this.#receive(JSON.parse(String(data)) as Message));
  }

  static async connect(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', reject, { once: true });
    });
    const inspector = new Inspector(socket);
    await inspector.#main.call('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return inspector;
  }

  /** What all threads hold after a collection each, in bytes. */
  async liveBytes(): Promise<number> {
    const threads = [this.#main, ...this.#workers.values()];
    let bytes = 0;
    for (const thread of threads) bytes += await thread.liveBytes();
    return bytes;
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: Message): void {
    const { sessionId = '', message: inner = '' } = (message.params ?? {}) as Record<string, string>;
    switch (message.method) {
      case undefined:
        this.#main.receive(message);
        return;
      case 'NodeWorker.attachedToWorker':
        this.#workers.set(
          sessionId,
          new Thread(
            (text) => void this.#main.call('NodeWorker.sendMessageToWorker', { sessionId, message: text }),
          ),
        );
        return;
      case 'NodeWorker.detachedFromWorker':
        this.#workers.delete(sessionId);
        return;
      case 'NodeWorker.receivedMessageFromWorker':
        this.#workers.get(sessionId)?.receive(JSON.parse(inner) as Message);
    }
  }
}
