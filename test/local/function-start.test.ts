import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Figures } from '../../local/figures/figures.ts';
import { LambdaFunction } from '../../local/lambda/function.ts';
import { silent } from '../../local/log.ts';
import { startStack } from '../../local/stack.ts';
import { editedAssembly } from '../support/assembly.ts';

/** A stack whose functions say so as they are loaded. */
async function startTalking(warmsFunctions: boolean) {
  const assemblyDir = await editedAssembly({ profile: 'default' }, () => undefined);
  onTestFinished(() => rmSync(assemblyDir, { recursive: true }));
  for (const asset of readdirSync(assemblyDir)) {
    const file = join(assemblyDir, asset, 'index.mjs');
    if (existsSync(file)) appendFileSync(file, "\nconsole.log('is loaded');\n");
  }
  const loaded = new Set<string>();
  const info = (line: string) => {
    const [, name] = /^\s*(\w+): is loaded$/.exec(line) ?? [];
    if (name !== undefined) loaded.add(name);
  };
  const log = { info, warn: () => undefined, error: () => undefined };
  const stack = await startStack({ assemblyDir, warmsFunctions, log });
  onTestFinished(() => stack.stop());
  return { stack, loaded };
}

test('every function is loaded before its first event', async () => {
  const { stack, loaded } = await startTalking(true);
  const names = Object.keys(stack.functionsByLogicalId);
  await vi.waitFor(() => expect([...loaded].toSorted()).toEqual(names.toSorted()), 60_000);
});

test('where functions are not warmed, one is loaded at its first event', async () => {
  const { stack, loaded } = await startTalking(false);
  const isLoaded = () => [...loaded].some((name) => name.includes('forwarder'));
  expect(isLoaded()).toBe(false);
  await stack.invoke('Functionsforwarder', {});
  expect(isLoaded()).toBe(true);
  expect(loaded.size).toBeLessThan(Object.keys(stack.functionsByLogicalId).length);
});

test('the trace of an error names the files of the runtime', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-function-'));
  writeFileSync(
    join(directory, 'index.mjs'),
    "export const handler = () => { throw new Error('of a test'); };",
  );
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const definition = {
    logicalId: 'Thrower',
    name: 'thrower',
    arn: 'arn:aws:lambda:eu-central-1:000000000000:function:thrower',
    directory,
    handler: 'index.handler',
    runtime: 'nodejs' as const,
    layers: [],
    timeoutSeconds: 30,
    memoryMegabytes: 128,
    environment: {},
    standInHosts: [],
  };
  const thrower = new LambdaFunction(definition, silent, new Figures());
  onTestFinished(() => thrower.stop());
  const { error } = (await thrower.invoke({})) as { error: { trace: readonly string[] } };
  expect(error.trace[0]).toBe('Error: of a test');
  expect(error.trace.join('\n')).toMatch(/at run \(file:.*\/local\/lambda\/worker\.ts:\d+:\d+\)/);
  expect(error.trace.join('\n')).not.toContain('data:');
});
