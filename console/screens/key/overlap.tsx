import { useEffect, useState } from 'react';
import { inLanguages, useTexts } from '../../app/language.ts';
import { Notice } from '../../ui/parts.tsx';

const TEXTS = inLanguages(
  {
    overlap: (left: string) => `The key before this one goes on for ${left}`,
    overlapText: 'Put the new one everywhere until then. The old one stops by itself.',
  },
  {
    overlap: (left: string) => `Der Schlüssel vor diesem gilt noch ${left}`,
    overlapText: 'Setzen Sie den neuen bis dahin überall ein. Der alte endet von selbst.',
  },
);

/** Counts down while the key before a rotation goes on. */
export function Overlap({ until }: { readonly until: string | null }) {
  const words = useTexts(TEXTS);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  const seconds = until === null ? 0 : Math.floor((Date.parse(until) - now) / 1000);
  if (seconds <= 0) return null;
  return (
    <Notice tone="warn" title={<span role="timer">{words.overlap(duration(seconds))}</span>}>
      <p>{words.overlapText}</p>
    </Notice>
  );
}

/** Such as `23:59:08`, with days before it. */
function duration(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}
