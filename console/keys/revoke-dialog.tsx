import { useState } from 'react';
import type { ApiKey } from '../api/generated/types.gen.ts';
import { inLanguages, useFormats, useTexts } from '../app/language.ts';
import { Button } from '../ui/button.tsx';
import { Actions, Dialog } from '../ui/dialog.tsx';
import { Field, Input } from '../ui/field.tsx';
import { Notice } from '../ui/parts.tsx';
import { useKeyChanges } from './changes.ts';
import { KEY_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    title: (name: string) => `Revoke “${name}”?`,
    lead: 'Every request with it is refused from now on. This cannot be taken back.',
    inUse: (when: string) => `It was used ${when}.`,
    inUseText: 'Whatever uses it stops working. To replace it without a gap, rotate it with an overlap.',
    type: (name: string) => `Type ${name} to go on`,
  },
  {
    title: (name: string) => `„${name}“ widerrufen?`,
    lead: 'Jede Anfrage mit ihm wird ab sofort abgelehnt. Das lässt sich nicht zurücknehmen.',
    inUse: (when: string) => `Er wurde ${when} benutzt.`,
    inUseText:
      'Was ihn benutzt, hört auf zu funktionieren. Ohne Lücke geht es mit einer Erneuerung mit Überlappung.',
    type: (name: string) => `Zum Fortfahren ${name} eingeben`,
  },
);

const HOUR_MS = 3_600_000;

/** Asks for the name, so that nobody revokes the wrong key by a slip. */
export function RevokeDialog({
  apiKey,
  onClose,
}: {
  readonly apiKey: ApiKey;
  readonly onClose: (isRevoked: boolean) => void;
}) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const { revoke } = useKeyChanges();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const { name, last_used_at: lastUsed } = apiKey;
  const isInUse = lastUsed !== null && Date.now() - Date.parse(lastUsed) < HOUR_MS;
  const submit = async () => {
    setBusy(true);
    const isRevoked = await revoke(apiKey);
    setBusy(false);
    if (isRevoked) onClose(true);
  };
  return (
    <Dialog title={words.title(name)} description={words.lead} onClose={() => onClose(false)}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === name) void submit();
        }}
      >
        {isInUse && (
          <Notice tone="warn" title={words.inUse(format.relative(lastUsed))}>
            <p>{words.inUseText}</p>
          </Notice>
        )}
        <Field label={words.type(name)}>
          {(ids) => (
            <Input {...ids} value={typed} autoFocus onChange={({ target }) => setTyped(target.value)} />
          )}
        </Field>
        <Actions>
          <Button onClick={() => onClose(false)}>{words.cancel}</Button>
          <Button type="submit" look="danger" busy={busy} disabled={typed.trim() !== name}>
            {words.revoke}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
