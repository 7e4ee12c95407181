import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStack } from './stack.ts';

/** Where `npm run ops` finds the stacks that run: a file each, so that no other start or deployment overwrites one. */
const FOLDER = join('.latchkey', 'local');

/**
 * Notes the running stack, with what only a local one has: its endpoints, and credentials that are good here alone.
 * Gives what removes the note: it is of no use once the stack has stopped.
 */
export function noteOutputs(stack: LocalStack): () => void {
  const { port } = new URL(stack.url);
  const file = join(FOLDER, `${port}.json`);
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  const outputs = { [`local-${port}`]: outputsOf(stack) };
  writeFileSync(file, `${JSON.stringify(outputs, null, 2)}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The file's entry for a local stack. */
export function outputsOf(stack: LocalStack) {
  return {
    ...stack.outputs,
    DynamodbEndpoint: stack.dynamodbEndpoint,
    SecretsEndpoint: stack.secretsEndpoint,
    ApiGatewayEndpoint: stack.apiGatewayEndpoint,
    Region: stack.region,
    LocalCredentials: JSON.stringify(stack.credentials),
    // Of a stack that was killed the note stays: it counts no longer once its process is gone.
    ProcessId: String(process.pid),
  };
}
