import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { selfSigned } from '../test/support/certificate.ts';

export interface TlsTerminator {
  readonly endpoint: string;
  /** For `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  stop(): Promise<void>;
}

/** Puts TLS before a server of this machine, as DynamoDB has it. Whoever calls several finds one certificate by its name. */
export async function startTlsTerminator(
  plainEndpoint: string,
  certificate = selfSigned('localhost', 2),
): Promise<TlsTerminator> {
  const { hostname, port } = new URL(plainEndpoint);
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-tls-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, certificate.cert);
  const sockets = new Set<Socket>();
  const server = createServer(certificate, (socket) => {
    const onward = connect(Number(port), hostname).setNoDelay(true);
    socket.setNoDelay(true);
    sockets.add(onward).add(socket);
    // A client that has what it wants leaves without a word.
    pipeline(socket, onward, socket, () => {
      sockets.delete(onward);
      sockets.delete(socket);
    });
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return {
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}`,
    caFile,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
