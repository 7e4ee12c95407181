import { type RefObject, useEffect, useState } from 'react';

/** Rows that are drawn above and below those in sight, so that a fast hand finds none missing. */
const SPARE = 12;

export interface VisibleRows {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/**
 * The rows of a long list that are in sight of the window, all of one height. So few lines that a library for it would be
 * mostly what a list of one height does not need.
 */
export function useVisibleRows(
  list: RefObject<HTMLElement | null>,
  count: number,
  rowPx: number,
): VisibleRows {
  const [first, setFirst] = useState(0);
  const [rows, setRows] = useState(() => Math.ceil(innerHeight / rowPx) + 2 * SPARE);
  useEffect(() => {
    const measure = () => {
      const above = -(list.current?.getBoundingClientRect().top ?? 0);
      // In steps, so that not every pixel draws anew.
      const row = Math.max(0, Math.floor(above / rowPx) - SPARE);
      setFirst(row - (row % 4));
      setRows(Math.ceil(innerHeight / rowPx) + 2 * SPARE + 4);
    };
    measure();
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, [list, rowPx]);
  const start = Math.min(first, Math.max(0, count - rows));
  return { first: start, end: Math.min(count, start + rows) };
}
