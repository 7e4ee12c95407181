import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LocalStack } from './stack.ts';

/** Where `npm run ops` finds a stack: what `cdk deploy --outputs-file` writes. */
const OUTPUTS_FILE = join('.latchkey', 'outputs.json');

type Stacks = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Notes the running stack, with what only a local one has: its endpoints, and credentials that are good here alone.
 * Gives what removes the note: it is of no use once the stack has stopped.
 */
export function noteOutputs(stack: LocalStack): () => void {
  const noted = outputsOf(stack);
  write({ ...read(), local: noted });
  return () => {
    const { local, ...others } = read();
    // Another stack may have been started meanwhile.
    if (local?.SecretsEndpoint === noted.SecretsEndpoint) write(others);
  };
}

/** The file's entry for a local stack. */
export function outputsOf(stack: LocalStack) {
  return {
    ...stack.outputs,
    DynamodbEndpoint: stack.dynamodbEndpoint,
    SecretsEndpoint: stack.secretsEndpoint,
    Region: stack.region,
    LocalCredentials: JSON.stringify(stack.credentials),
  };
}

function read(): Stacks {
  try {
    return JSON.parse(readFileSync(OUTPUTS_FILE, 'utf8'));
  } catch {
    return {};
  }
}

function write(stacks: Stacks): void {
  mkdirSync(dirname(OUTPUTS_FILE), { recursive: true });
  writeFileSync(OUTPUTS_FILE, `${JSON.stringify(stacks, null, 2)}\n`, { mode: 0o600 });
}
