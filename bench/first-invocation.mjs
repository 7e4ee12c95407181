/**
 * A fresh process that loads a function and invokes it once, and prints when: milliseconds since the process began.
 * Plain JavaScript with no import of its own, so that the process contains the function and Node alone.
 * Arguments: the URL of the function's module and the event as JSON.
 */
const [, , module, event] = process.argv;
const begun = performance.now();
const { handler } = await import(module);
const imported = performance.now();
const { context } = await handler(JSON.parse(event));
const answered = performance.now();
process.stdout.write(
  JSON.stringify({ importMs: imported - begun, answeredMs: answered, outcome: context?.outcome }),
  // Nobody waits for idle connections.
  () => process.exit(),
);
