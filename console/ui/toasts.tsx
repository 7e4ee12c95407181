import { useEffect } from 'react';
import { inLanguages, useTexts } from '../app/language.ts';
import { observed } from '../app/observed.ts';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icons.tsx';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'ok' | 'danger';
  readonly undo?: (() => void) | undefined;
}

const toasts = observed<readonly Toast[]>([]);
let last = 0;

/** Says what has happened, for a while; `undo` takes it back. */
export function toast(text: string, options: Pick<Partial<Toast>, 'tone' | 'undo'> = {}): void {
  last += 1;
  toasts.set([...toasts.get().slice(-2), { tone: 'ok', ...options, id: last, text }]);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((each) => each.id !== id));
}

const TEXTS = inLanguages({ undo: 'Undo', close: 'Close' }, { undo: 'Rückgängig', close: 'Schließen' });

const SHOWN_MS = 8000;

export function Toasts() {
  const shown = toasts.use();
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-4 z-50 mx-auto flex w-fit max-w-[calc(100vw-2rem)] flex-col items-center gap-2"
    >
      {shown.map((each) => (
        <OneToast key={each.id} {...each} />
      ))}
    </div>
  );
}

function OneToast({ id, text, tone, undo }: Toast) {
  const words = useTexts(TEXTS);
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className="pointer-events-auto flex items-center gap-3 rounded-xl border border-line bg-raised py-1.5 pr-1.5 pl-3.5 text-[13px] shadow-xl">
      <span className={tone === 'ok' ? 'text-ok' : 'text-danger'}>
        <Icon name={tone === 'ok' ? 'check' : 'warning'} />
      </span>
      <span className="py-1">{text}</span>
      {undo && (
        <Button
          size="small"
          look="quiet"
          onClick={() => {
            dismiss(id);
            undo();
          }}
        >
          {words.undo}
        </Button>
      )}
      <IconButton size="small icon" icon="close" label={words.close} onClick={() => dismiss(id)} />
    </div>
  );
}
