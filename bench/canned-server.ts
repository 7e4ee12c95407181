import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listen } from './loopback-server.ts';

export interface CannedServer {
  readonly endpoint: string;
  /** The body of the first UpdateItem that was sent for an item, by its partition key. */
  readonly bodies: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * DynamoDB that answers from memory: a call is answered by an engine once, and then with that answer again, in which the
 * count is of the window that is asked for. What a client's call costs its own process can so be measured without the
 * engine's time in it.
 */
export async function startCannedServer(engine: string): Promise<CannedServer> {
  const answers = new Map<string, Answer>();
  const bodies = new Map<string, string>();
  const agent = new Agent({ keepAlive: true });
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = await textOf(incoming);
    const { Key, RequestItems, ConditionExpression } = JSON.parse(body);
    const asked = [incoming.headers['x-amz-target'], Key ?? RequestItems, ConditionExpression];
    const name = JSON.stringify(asked);
    if (Key !== undefined && !bodies.has(Key.PK.S)) bodies.set(Key.PK.S, body);
    const known = answers.get(name);
    const answer = known ?? (await ask(engine, incoming, body, agent));
    answers.set(name, answer);
    const [, window] = /c(\d+) :one/.exec(body) ?? [];
    const text = window === undefined ? answer.body : answer.body.replace(/"c\d+"/, `"c${window}"`);
    // As DynamoDB answers: in one piece whose length is known.
    outgoing
      .writeHead(answer.status, {
        'Content-Type': 'application/x-amz-json-1.0',
        'Content-Length': Buffer.byteLength(text),
        'x-amzn-RequestId': 'K3V1S0CCFF7HQRFOEXAMPLE8CRVV4KQNSO5AEMVJF66Q9ASUAAJG',
        'x-amz-crc32': '2745614147',
      })
      .end(text);
  };
  const server = createServer((incoming, outgoing) => {
    // Whoever asked finds the connection closed, and the run ends.
    respond(incoming, outgoing).catch((error) => outgoing.destroy(error));
  });
  return { ...(await listen(server, agent)), bodies };
}

async function ask(
  engine: string,
  { headers, method }: IncomingMessage,
  body: string,
  agent: Agent,
): Promise<Answer> {
  const sent = request(engine, { method, headers, agent }).end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 500, body: await textOf(answer) };
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) text += chunk;
  return text;
}
