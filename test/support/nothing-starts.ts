/**
 * The guard of the unit tests (`setupFiles` of the project `unit`): whatever would start an engine, a function, a stack
 * or a synthesis, or would speak to one that runs, throws. `*.engine.test.ts` and the tests of stores are for that.
 */
import childProcess from 'node:child_process';
import cluster from 'node:cluster';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import workerThreads from 'node:worker_threads';

/** Packages that only what needs more than rules imports. */
const FORBIDDEN_PACKAGES = /\/node_modules\/(@aws-sdk|@dynoxide|aws-cdk|aws-cdk-lib|esbuild)\//;

function forbid(target: object, name: string, what: string): void {
  // A function and no arrow: `new Worker` calls it as a constructor.
  function refuse() {
    throw new Error(
      `A unit test ${what}. Give it a store of test/support/memory, or call it *.engine.test.ts.`,
    );
  }
  Object.defineProperty(target, name, { value: refuse, configurable: true, writable: true });
}

for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'])
  forbid(childProcess, name, `starts a process (${name})`);
forbid(cluster, 'fork', 'starts a process (cluster)');
forbid(workerThreads, 'Worker', 'starts a thread');
forbid(net.Server.prototype, 'listen', 'opens a port');
forbid(net.Socket.prototype, 'connect', 'opens a connection');
syncBuiltinESMExports();

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const [, name] = FORBIDDEN_PACKAGES.exec(resolved.url) ?? [];
    if (name !== undefined) throw new Error(`A unit test imports ${name}, which rules do not need.`);
    return resolved;
  },
});
