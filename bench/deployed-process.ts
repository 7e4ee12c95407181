/**
 * Measures decisions as they are deployed, in a process that does nothing else: its log goes where its parent says, and
 * `process.cpuUsage` is that of its own calls. Takes a {@link Task} as a message, and answers with {@link Samples}.
 */
import { request } from 'node:http';
import { loadAuthorizer } from './authorizer.ts';
import { type Samples, type Side, type Task, warmUpRounds } from './deployed-task.ts';

type Call = () => Promise<void>;

process.once('message', (task: Task) => void answer(task));

/** A fault ends the process, which its parent sees. */
async function answer(task: Task): Promise<void> {
  process.send?.(await measure(task));
  process.disconnect();
}

async function measure({ file, environment, sides, rounds, callsPerBatch }: Task): Promise<Samples> {
  const calls = new Map<string, Call>();
  for (const [name, side] of Object.entries(sides))
    calls.set(
      name,
      side.kind === 'bare'
        ? bare(side)
        : decision(
            await loadAuthorizer(file, { ...environment, AWS_ENDPOINT_URL_DYNAMODB: side.endpoint }),
            side,
          ),
    );
  const names = [...calls.keys()];
  const samples = Object.fromEntries(
    names.map((name) => [name, { wall: [] as number[], cpu: [] as number[] }]),
  );
  const warmUp = warmUpRounds(rounds, callsPerBatch);
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of shuffled(names)) {
      const call = calls.get(name) as Call;
      // Not counted: it finds what the side before has left.
      await call();
      const [started, before] = [performance.now(), process.cpuUsage()];
      for (let index = 0; index < callsPerBatch; index += 1) await call();
      const { user, system } = process.cpuUsage(before);
      if (round < 0) continue;
      samples[name]?.wall.push(((performance.now() - started) * 1000) / callsPerBatch);
      samples[name]?.cpu.push((user + system) / callsPerBatch);
    }
  }
  return samples;
}

/** In another order each time: what a side finds is what the one before it has left, and that may be any. */
function shuffled(names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ name }) => name);
}

/** Of the monotonic clock, while a side decides that moves its own. */
let offsetMilliseconds = 0;
const now = performance.now.bind(performance);
performance.now = () => now() + offsetMilliseconds;

function decision(
  handler: Awaited<ReturnType<typeof loadAuthorizer>>,
  side: Side & { kind: 'decision' },
): Call {
  let next = 0;
  return async () => {
    const event = side.events[Math.min(next, side.events.length - 1)] ?? {};
    next += 1;
    offsetMilliseconds = next * (side.millisecondsBetween ?? 0);
    const { context } = await handler(event);
    offsetMilliseconds = 0;
    if (context?.outcome !== side.outcome) throw new Error(`Not ${side.outcome}: ${JSON.stringify(context)}`);
  };
}

/** A keep-alive request and the parsing of its answer: the least that a call of DynamoDB can be. Not signed. */
function bare({ endpoint, body }: Side & { kind: 'bare' }): Call {
  const { Agent } = process.getBuiltinModule('node:http');
  const { hostname, port } = new URL(endpoint);
  // Prepared, the address too: to read a URL for each call takes a sixth of it, and flatters who is compared.
  const options = {
    method: 'POST',
    hostname,
    port,
    path: '/',
    agent: new Agent({ keepAlive: true }),
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'Content-Length': Buffer.byteLength(body),
      'X-Amz-Target': 'DynamoDB_20120810.UpdateItem',
      'X-Amz-Date': '20260101T000000Z',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=bench/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
  };
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString());
          if (answer.Attributes?.n?.N === undefined)
            reject(new Error(`Nothing was counted: ${JSON.stringify(answer)}`));
          else resolve();
        });
      });
      sent.on('error', reject).end(body);
    });
}
