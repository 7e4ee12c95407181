import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { SCREENS } from './screens.ts';

/** Milliseconds within which the second key of `g k` must come. */
const SEQUENCE_MS = 1000;

/** Keys that work wherever nobody is writing: ⌘K and /, ?, c, and g with the letter of a screen. */
export function useShortcuts(openPalette: () => void, openHelp: () => void): void {
  const [, go] = useLocation();
  const handlers = useRef({ openPalette, openHelp, go });
  handlers.current = { openPalette, openHelp, go };
  useEffect(() => {
    let goingSince = -SEQUENCE_MS;
    const listener = (event: KeyboardEvent) => {
      const key = event.key.toLowerCase();
      if ((event.metaKey || event.ctrlKey) && key === 'k') {
        event.preventDefault();
        return handlers.current.openPalette();
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const isSecond = event.timeStamp - goingSince < SEQUENCE_MS;
      goingSince = key === 'g' ? event.timeStamp : -SEQUENCE_MS;
      const screen = isSecond ? SCREENS.find(({ nav }) => nav?.key === key) : undefined;
      if (screen !== undefined) handlers.current.go(screen.path);
      else if (key === '?') handlers.current.openHelp();
      else if (key === 'c') handlers.current.go('/keys/new');
      else if (key === '/') {
        const search = document.querySelector<HTMLInputElement>('input[type=search]');
        if (search === null) handlers.current.openPalette();
        else search.focus();
        event.preventDefault();
      }
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches('input, select, textarea'))
  );
}
