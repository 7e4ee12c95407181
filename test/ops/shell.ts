import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { outputsOf } from '../../local/outputs-file.ts';
import type { LocalStack } from '../../local/stack.ts';

export const OPS = fileURLToPath(new URL('../../ops/main.ts', import.meta.url));
export const run = promisify(execFile);

/** The operator's commands, as a shell runs them, on a stack that serves. */
export class OperatorShell {
  /** Holds the note of the stack; goes with {@link remove}. */
  readonly folder = mkdtempSync(join(tmpdir(), 'latchkey-ops-'));

  constructor(stack: LocalStack) {
    writeFileSync(join(this.folder, 'outputs.json'), JSON.stringify({ local: outputsOf(stack) }));
  }

  /** What a command prints. Rejects when it ends with an error. */
  async said(...args: string[]): Promise<string> {
    const outputs = join(this.folder, 'outputs.json');
    return (await run(process.execPath, [OPS, ...args, '--outputs', outputs])).stdout;
  }

  async json(...args: string[]) {
    return JSON.parse(await this.said(...args, '--json'));
  }

  /** The exit code and the text of an error; neither where the command succeeds. */
  async refusal(...args: string[]): Promise<{ readonly code?: number; readonly text?: string }> {
    return this.said(...args).then(
      () => ({}),
      (failed: { code: number; stderr: string }) => ({ code: failed.code, text: failed.stderr }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
