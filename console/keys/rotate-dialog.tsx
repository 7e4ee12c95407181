import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../api/client.ts';
import { rotateKey } from '../api/generated/sdk.gen.ts';
import type { ApiKey } from '../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../app/language.ts';
import { Button } from '../ui/button.tsx';
import { Actions, Dialog } from '../ui/dialog.tsx';
import { Notice } from '../ui/parts.tsx';
import { useExplanation } from './changes.ts';
import { refreshKeys, showKey } from './loaded-keys.ts';
import { type Overlap, OverlapChoice } from './overlap-choice.tsx';
import { ShownOnce } from './shown-once.tsx';
import { KEY_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    title: (name: string) => `Rotate “${name}”`,
    lead: 'You get a new key with the same rights. The old one goes on for as long as you say, so that nothing stops.',
    now: 'The old key stops at once',
    nowText: 'Whatever uses it is refused until it has the new one.',
  },
  {
    title: (name: string) => `„${name}“ erneuern`,
    lead: 'Sie bekommen einen neuen Schlüssel mit denselben Rechten. Der alte gilt so lange weiter, wie Sie sagen.',
    now: 'Der alte Schlüssel endet sofort',
    nowText: 'Was ihn benutzt, wird abgelehnt, bis es den neuen hat.',
  },
);

/** Asks for the overlap, and shows the new key once. */
export function RotateDialog({ apiKey, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const explain = useExplanation();
  const [overlap, setOverlap] = useState<Overlap>('86400');
  const rotation = useMutation({
    gcTime: 0,
    mutationFn: () =>
      dataOf(
        rotateKey({ path: { id: apiKey.id }, body: { grace_seconds: Number(overlap) }, throwOnError: true }),
      ),
    onSuccess: ({ key: _shownOnce, ...rotated }) => {
      showKey(rotated);
      refreshKeys();
    },
    onError: refreshKeys,
  });
  const { data: rotated, error } = rotation;
  if (rotated !== undefined)
    return (
      <ShownOnce
        name={apiKey.name}
        apiKey={rotated.key}
        onClose={() => {
          rotation.reset();
          onClose();
        }}
      />
    );
  return (
    <Dialog title={words.title(apiKey.name)} description={words.lead} onClose={onClose}>
      <OverlapChoice overlap={overlap} onChange={setOverlap} />
      {overlap === '0' && (
        <Notice tone="warn" title={words.now}>
          <p>{words.nowText}</p>
        </Notice>
      )}
      {error && (
        <p role="alert" className="text-danger text-xs">
          {explain(error)}
        </p>
      )}
      <Actions>
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button look="primary" busy={rotation.isPending} onClick={() => rotation.mutate()}>
          {words.rotate}
        </Button>
      </Actions>
    </Dialog>
  );
}
