import { useState } from 'react';
import type { ApiKey } from '../../api/generated/types.gen.ts';
import { useTexts } from '../../app/language.ts';
import { useKeyChanges } from '../../keys/changes.ts';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Actions, Dialog } from '../../ui/dialog.tsx';
import { Field, Input } from '../../ui/field.tsx';
import { TEXTS } from './texts.ts';

/** What can be done with the keys that are selected: a bar that comes with the first. */
export function Selection({
  keys,
  onClear,
}: {
  readonly keys: readonly ApiKey[];
  readonly onClear: () => void;
}) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const { setEnabled } = useKeyChanges();
  const [isAsking, setAsking] = useState(false);
  const live = keys.filter(({ status }) => status !== 'revoked');
  if (keys.length === 0) return null;
  const setAll = async (enabled: boolean) => {
    const status = enabled ? 'disabled' : 'active';
    for (const key of live) if (key.status === status) await setEnabled(key, enabled);
    onClear();
  };
  const areDisabled = live.length > 0 && live.every(({ status }) => status === 'disabled');
  return (
    <div
      role="toolbar"
      aria-label={words.selected(keys.length)}
      className="sticky bottom-4 z-10 mx-auto flex max-w-full flex-wrap items-center gap-2 rounded-xl border border-line bg-raised py-2 pr-2 pl-4 shadow-xl"
    >
      <span className="mr-2 text-[13px]">{words.selected(keys.length)}</span>
      <Button size="small" disabled={live.length === 0} onClick={() => void setAll(areDisabled)}>
        {areDisabled ? words.enable : words.disable}
      </Button>
      <Button size="small" look="danger" disabled={live.length === 0} onClick={() => setAsking(true)}>
        {words.revoke}…
      </Button>
      <IconButton size="small icon" icon="close" label={words.clear} onClick={onClear} />
      {isAsking && (
        <RevokeMany
          keys={live}
          onClose={(isDone) => {
            setAsking(false);
            if (isDone) onClear();
          }}
        />
      )}
    </div>
  );
}

function RevokeMany({
  keys,
  onClose,
}: {
  readonly keys: readonly ApiKey[];
  readonly onClose: (isDone: boolean) => void;
}) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const { revoke } = useKeyChanges();
  const [typed, setTyped] = useState('');
  const [done, setDone] = useState<number>();
  const revokeAll = async () => {
    for (const [index, key] of keys.entries()) {
      setDone(index);
      if (!(await revoke(key))) return onClose(false);
    }
    onClose(true);
  };
  return (
    <Dialog
      title={words.revokeTitle(keys.length)}
      description={words.revokeLead}
      locked={done !== undefined}
      onClose={() => onClose(false)}
    >
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim().toLowerCase() === words.word) void revokeAll();
        }}
      >
        <Field label={words.type(words.word)}>
          {(ids) => (
            <Input {...ids} value={typed} autoFocus onChange={({ target }) => setTyped(target.value)} />
          )}
        </Field>
        <Actions>
          <Button disabled={done !== undefined} onClick={() => onClose(false)}>
            {words.cancel}
          </Button>
          <Button
            type="submit"
            look="danger"
            busy={done !== undefined}
            disabled={typed.trim().toLowerCase() !== words.word}
          >
            {done === undefined ? words.revoke : words.progress(done, keys.length)}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
