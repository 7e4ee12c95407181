import { useEffect, useState } from 'react';
import { inLanguages, useTexts } from '../app/language.ts';
import { Button } from './button.tsx';
import { Mono } from './parts.tsx';

const TEXTS = inLanguages(
  { copy: 'Copy', copied: 'Copied', failed: 'Press Ctrl+C' },
  { copy: 'Kopieren', copied: 'Kopiert', failed: 'Strg+C drücken' },
);

/** Copies a text, and says that it has. */
export function CopyButton({ text }: { readonly text: string }) {
  const words = useTexts(TEXTS);
  const [outcome, setOutcome] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = setTimeout(() => setOutcome(undefined), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  return (
    <Button
      size="small"
      icon={outcome === 'copied' ? 'check' : 'copy'}
      onClick={() => void copy()}
      aria-live="polite"
    >
      {words[outcome ?? 'copy']}
    </Button>
  );
}

/** An identifier, with the button that copies it. */
export function Identifier({ id }: { readonly id: string }) {
  return (
    <span className="flex flex-wrap items-center gap-2">
      <Mono>{id}</Mono>
      <CopyButton text={id} />
    </span>
  );
}
