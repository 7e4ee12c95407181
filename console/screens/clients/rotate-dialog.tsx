import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { rotateClientSecret } from '../../api/generated/sdk.gen.ts';
import type { Client } from '../../api/generated/types.gen.ts';
import { useTexts } from '../../app/language.ts';
import { type Overlap, OverlapChoice } from '../../keys/overlap-choice.tsx';
import { SecretDialog } from '../../keys/shown-once.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { CLIENT_TEXTS } from './texts.ts';

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
  const words = useTexts(CLIENT_TEXTS);
  const [overlap, setOverlap] = useState<Overlap>('86400');
  const [secret, setSecret] = useState<string>();
  if (secret !== undefined)
    return <SecretDialog title={words.secret} lead={id} secret={secret} onClose={onClose} />;
  return (
    <FormDialog
      title={words.rotate}
      lead={name ?? id}
      submit={words.rotate}
      act={() => {
        const body = { grace_seconds: Number(overlap) };
        return dataOf(rotateClientSecret({ path: { id }, body, throwOnError: true })).finally(onChanged);
      }}
      onDone={({ client_secret }) => setSecret(client_secret)}
      onClose={onClose}
    >
      {() => <OverlapChoice overlap={overlap} onChange={setOverlap} />}
    </FormDialog>
  );
}
