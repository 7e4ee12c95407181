import { useState } from 'react';
import { hasEnvironments } from '../../keys/key-parts.tsx';

/** The columns beside the name, in their order. */
export const COLUMNS = (
  [
    'status',
    'environment',
    'scopes',
    'workspace',
    'lastUsed',
    'use',
    'requests',
    'expires',
    'created',
  ] as const
).filter((column) => column !== 'environment' || hasEnvironments);

export type Column = (typeof COLUMNS)[number];

const STORED = 'latchkey-console-hidden-columns';
const HIDDEN_AT_FIRST: readonly string[] = ['requests', 'created'];

/** The columns that are shown, as this browser remembers them. */
export function useColumns(): {
  readonly columns: readonly Column[];
  readonly toggle: (column: Column) => void;
} {
  const [hidden, setHidden] = useState<readonly string[]>(
    () => localStorage.getItem(STORED)?.split(' ') ?? HIDDEN_AT_FIRST,
  );
  return {
    columns: COLUMNS.filter((column) => !hidden.includes(column)),
    toggle: (column) => {
      const next = hidden.includes(column) ? hidden.filter((each) => each !== column) : [...hidden, column];
      localStorage.setItem(STORED, next.join(' '));
      setHidden(next);
    },
  };
}
