/**
 * A fresh process that loads a function and invokes it once, and prints what that took: milliseconds since the process
 * began, and milliseconds of CPU of the import and of the invocation, each alone.
 * Plain JavaScript with no import of its own, so that the process contains the function and Node alone.
 * Arguments: the URL of the function's module and the event as JSON.
 */
const [, , module, event] = process.argv;
const begun = process.cpuUsage();
const { handler } = await import(module);
const imported = process.cpuUsage();
const { context } = await handler(JSON.parse(event));
const answeredMs = performance.now();
const answered = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    answeredMs,
    importCpuMs: milliseconds(begun, imported),
    invocationCpuMs: milliseconds(imported, answered),
    allCpuMs: milliseconds({ user: 0, system: 0 }, answered),
    outcome: context?.outcome,
  }),
  // Nobody waits for idle connections.
  () => process.exit(),
);

function milliseconds(from, to) {
  return (to.user + to.system - from.user - from.system) / 1000;
}
