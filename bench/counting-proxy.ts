import { Agent, createServer, request } from 'node:http';
import { pipeline } from 'node:stream';
import { listen } from './loopback-server.ts';

export interface CountingProxy {
  readonly endpoint: string;
  /** Calls since the start by operation, as `UpdateItem`. */
  readonly calls: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Stands before a DynamoDB endpoint, hands everything on and counts what passes: no client can call unseen. */
export async function startCountingProxy(endpoint: string): Promise<CountingProxy> {
  const calls = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    const { method = 'POST', url = '/', headers } = incoming;
    const onward = request(new URL(url, endpoint), { method, headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, outgoing, () => {});
    });
    pipeline(incoming, onward, (error) => error && outgoing.destroy(error));
  });
  return { ...(await listen(server, agent)), calls };
}

/** Calls of all operations together. */
export function totalCalls({ calls }: Pick<CountingProxy, 'calls'>): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0);
}
