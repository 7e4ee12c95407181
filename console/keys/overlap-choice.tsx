import { inLanguages, useTexts } from '../app/language.ts';
import { Choice } from '../ui/field.tsx';

const TEXTS = inLanguages(
  {
    legend: 'The old one goes on for',
    '0': 'no time',
    '3600': '1 hour',
    '86400': '1 day',
    '604800': '7 days',
  },
  {
    legend: 'Das Bisherige gilt noch',
    '0': 'gar nicht',
    '3600': '1 Stunde',
    '86400': '1 Tag',
    '604800': '7 Tage',
  },
);

const OVERLAPS = ['0', '3600', '86400', '604800'] as const;

/** Seconds for which a key or a secret goes on beside its successor. */
export type Overlap = (typeof OVERLAPS)[number];

export function OverlapChoice({
  overlap,
  onChange,
}: {
  readonly overlap: Overlap;
  readonly onChange: (overlap: Overlap) => void;
}) {
  const words = useTexts(TEXTS);
  return (
    <Choice
      legend={words.legend}
      value={overlap}
      options={OVERLAPS.map((value) => ({ value, label: words[value] }))}
      onChange={onChange}
    />
  );
}
