import { useSyncExternalStore } from 'react';

/** A value outside of React: components that `use` it are drawn again when it is set. */
export interface Observed<Value> {
  readonly get: () => Value;
  readonly set: (next: Value) => void;
  readonly use: () => Value;
}

export function observed<Value>(first: Value): Observed<Value> {
  let value = first;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const get = () => value;
  return {
    get,
    set: (next) => {
      value = next;
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
