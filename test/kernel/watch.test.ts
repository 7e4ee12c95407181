import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Watch } from '../../lambdas/kernel/watch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  // What arrives before it is the client's affair, whose test has it.
  vi.stubGlobal('setImmediate', (call: () => void) => call());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A watch, and the names of what it has ended, with the milliseconds at which it did. */
function watching() {
  const watch = new Watch();
  const start = performance.now();
  const ended: (readonly [name: string, milliseconds: number])[] = [];
  const begin = (name: string, milliseconds: number, then = () => undefined as unknown) => {
    const watched = {
      until: performance.now() + milliseconds,
      expire: () => {
        ended.push([name, performance.now() - start]);
        then();
      },
    };
    watch.begin(watched);
    return () => watch.end(watched);
  };
  return { begin, ended };
}

test('each is ended at its own time, once, whatever order they began in', () => {
  const { begin, ended } = watching();
  begin('third', 300);
  begin('first', 100);
  begin('second', 200);
  vi.advanceTimersByTime(1_000);
  expect(ended).toEqual([
    ['first', 100],
    ['second', 200],
    ['third', 300],
  ]);
});

test('what is over in time is not ended, and what began after it is', () => {
  const { begin, ended } = watching();
  const over = begin('over', 100);
  vi.advanceTimersByTime(50);
  over();
  begin('late', 100);
  vi.advanceTimersByTime(1_000);
  expect(ended).toEqual([['late', 150]]);
});

test('what is begun by who was told of an end is watched as well', () => {
  const { begin, ended } = watching();
  begin('other', 500);
  begin('first', 100, () => begin('again', 100));
  vi.advanceTimersByTime(1_000);
  expect(ended).toEqual([
    ['first', 100],
    ['again', 200],
    ['other', 500],
  ]);
});

test('a thousand calls that are over in time share one timer', () => {
  const { begin, ended } = watching();
  // Had each a timer of its own, it would be gone with the call.
  for (let made = 0; made < 1_000; made += 1) {
    begin('call', 2_000)();
    expect(vi.getTimerCount()).toBe(1);
  }
  vi.advanceTimersByTime(10_000);
  expect(vi.getTimerCount()).toBe(0);
  expect(ended).toEqual([]);
});
