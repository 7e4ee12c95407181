import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { inLanguages, useTexts } from '../app/language.ts';
import { Button } from './button.tsx';
import { Actions, Dialog } from './dialog.tsx';
import { Field, Input } from './field.tsx';
import { Refusal } from './refusal.tsx';

const TEXTS = inLanguages(
  { type: (name: string) => `Type ${name} to go on`, cancel: 'Cancel' },
  { type: (name: string) => `Zum Fortfahren ${name} eingeben`, cancel: 'Abbrechen' },
);

/** Asks before something that cannot be taken back; with `name`, for that to be typed, so that it is no slip. */
export function ConfirmDialog({
  title,
  lead,
  action,
  name,
  children,
  run,
  onClose,
}: {
  readonly title: string;
  readonly lead: ReactNode;
  /** What the button says. */
  readonly action: string;
  readonly name?: string | undefined;
  readonly children?: ReactNode;
  /** Does it. What it throws is shown. */
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
}) {
  const words = useTexts(TEXTS);
  const [typed, setTyped] = useState('');
  const running = useMutation({ mutationFn: run, onSuccess: onClose });
  const isMeant = name === undefined || typed.trim() === name;
  return (
    <Dialog title={title} description={lead} onClose={onClose}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (isMeant) running.mutate();
        }}
      >
        {children}
        {name !== undefined && (
          <Field label={words.type(name)}>
            {(ids) => (
              <Input {...ids} autoFocus value={typed} onChange={({ target }) => setTyped(target.value)} />
            )}
          </Field>
        )}
        <Refusal error={running.error} />
        <Actions>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look="danger" busy={running.isPending} disabled={!isMeant}>
            {action}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
