import { inLanguages, useTexts } from '../app/language.ts';
import { Button } from '../ui/button.tsx';
import type { Trail } from './loaded-entries.ts';

const TEXTS = inLanguages(
  { halted: 'The newest entries are not loaded yet.', load: 'Load newer' },
  { halted: 'Die neuesten Einträge sind noch nicht geladen.', load: 'Neuere laden' },
);

/** Above the entries: that there are newer ones, where loading has halted, and the way to them. */
export function Newer({ trail }: { readonly trail: Trail }) {
  const words = useTexts(TEXTS);
  if (!trail.isHalted) return null;
  return (
    <p className="flex items-center justify-between gap-3 border-line border-b px-5 py-2.5 text-muted text-xs max-sm:px-4">
      {words.halted}
      <Button size="small" busy={trail.isFetchingNextPage} onClick={() => void trail.fetchNextPage()}>
        {words.load}
      </Button>
    </p>
  );
}
