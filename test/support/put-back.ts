/** Files of a process share it (docs/adr/0191): after each, what it has replaced stands again. */
import { afterAll, vi } from 'vitest';

const { setTimeout: real } = globalThis;
const { resetModules } = vi;

/** Whether modules were loaded anew, such as with a stand-in for what they import. */
let isLoadedAnew = false;
vi.resetModules = () => {
  isLoadedAnew = true;
  return resetModules();
};

afterAll(() => {
  vi.resetModules = resetModules;
  if (isLoadedAnew) resetModules();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.useRealTimers();
  if (globalThis.setTimeout === real) return;
  // In another file it would be a timer that nothing ever moves.
  globalThis.setTimeout = real;
  throw new Error(
    'A spy on a fake timer was not restored before the timers were: it brings the fake one back.',
  );
});
