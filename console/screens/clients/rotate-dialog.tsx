import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { rotateClientSecret } from '../../api/generated/sdk.gen.ts';
import type { Client } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { Choice } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { ClientSecret } from './secret.tsx';
import { CLIENT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    lead: 'The old secret goes on for as long as you say, so that nobody is locked out. One that is older still ends now.',
    overlap: 'The old secret goes on for',
    '0': 'no time',
    '3600': '1 hour',
    '86400': '1 day',
    '604800': '7 days',
  },
  {
    lead: 'Das alte gilt so lange weiter, wie Sie sagen, damit niemand ausgesperrt ist. Ein noch älteres endet jetzt.',
    overlap: 'Das alte Secret gilt noch',
    '0': 'gar nicht',
    '3600': '1 Stunde',
    '86400': '1 Tag',
    '604800': '7 Tage',
  },
);

const OVERLAPS = ['0', '3600', '86400', '604800'] as const;

/** Asks for the overlap, and shows the new secret once. */
export function RotateDialog({
  client: { id, name },
  onChanged,
  onClose,
}: {
  readonly client: Client;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const words = { ...useTexts(CLIENT_TEXTS), ...useTexts(TEXTS) };
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number]>('86400');
  const [secret, setSecret] = useState<string>();
  if (secret !== undefined) return <ClientSecret id={id} secret={secret} onClose={onClose} />;
  return (
    <FormDialog
      title={words.rotateTitle(name ?? id)}
      lead={words.lead}
      submit={words.rotate}
      act={() =>
        dataOf(
          rotateClientSecret({ path: { id }, body: { grace_seconds: Number(overlap) }, throwOnError: true }),
        ).finally(onChanged)
      }
      onDone={({ client_secret }) => setSecret(client_secret)}
      onClose={onClose}
    >
      {() => (
        <Choice
          legend={words.overlap}
          value={overlap}
          options={OVERLAPS.map((value) => ({ value, label: words[value] }))}
          onChange={setOverlap}
        />
      )}
    </FormDialog>
  );
}
