/** A DynamoDB whose every call a test sees, and can let happen, or not, before somebody dies. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startEngine } from './dynamodb-engine.ts';

/** A call as it came: `TransactWriteItems` and the like, and its body as text. */
export interface WatchedCall {
  readonly action: string;
  readonly body: string;
}

export interface WatchedEngine {
  readonly endpoint: string;
  /** As the engine's own. */
  createTable(): Promise<string>;
  /** Is asked before a call is carried out; false loses it, and whoever called hears nothing. */
  before: (call: WatchedCall) => Promise<boolean>;
  /** Is told after a call was carried out, before its answer goes out. */
  after: (call: WatchedCall) => Promise<void>;
  stop(): Promise<void>;
}

export async function startWatchedEngine(): Promise<WatchedEngine> {
  const engine = await startEngine();
  const server = createServer((request, response) => void serve(request, response));
  const watched: WatchedEngine = {
    get endpoint() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    createTable: () => engine.createTable(),
    before: async () => true,
    after: async () => undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await engine.stop();
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const target = String(request.headers['x-amz-target'] ?? '');
    const call = { action: target.split('.')[1] ?? '', body: body.toString() };
    if (!(await watched.before(call))) return void request.socket.destroy();
    const { authorization = '', 'content-type': type = '', 'x-amz-date': date = '' } = request.headers;
    const headers = {
      authorization,
      'content-type': type,
      'x-amz-date': String(date),
      'x-amz-target': target,
    };
    const answer = await fetch(engine.endpoint, { method: 'POST', headers, body });
    const text = await answer.text();
    await watched.after(call);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return watched;
}
