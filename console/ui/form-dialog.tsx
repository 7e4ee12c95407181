import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError } from '../api/errors.ts';
import { inLanguages, useTexts } from '../app/language.ts';
import { Button } from './button.tsx';
import { Actions, Dialog } from './dialog.tsx';
import { Field, Input } from './field.tsx';
import { Refusal } from './refusal.tsx';

const TEXTS = inLanguages(
  { cancel: 'Cancel', type: (text: string) => `Type ${text} to go on` },
  { cancel: 'Abbrechen', type: (text: string) => `Zum Fortfahren ${text} eingeben` },
);

/** Asks, does it, and says what was refused; closing is up to whoever has opened it. */
export function FormDialog<Outcome>({
  title,
  lead,
  submit,
  typed,
  danger = false,
  wide = false,
  disabled = false,
  told = [],
  act,
  onDone,
  onSignIn,
  onClose,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  /** The button that does it. */
  readonly submit: string;
  /** What somebody has to type, so that nothing is done by a slip. */
  readonly typed?: string | undefined;
  readonly danger?: boolean;
  readonly wide?: boolean;
  readonly disabled?: boolean;
  /** Fields and codes of refusals that `children` tell. */
  readonly told?: readonly string[];
  readonly act: () => Promise<Outcome>;
  readonly onDone: (outcome: Outcome) => void;
  /** Before the page is left for the sign-in: to keep what was written. */
  readonly onSignIn?: () => void;
  readonly onClose: () => void;
  readonly children?: (error: unknown) => ReactNode;
}) {
  const words = useTexts(TEXTS);
  const [text, setText] = useState('');
  const { mutate, isPending, error } = useMutation({
    gcTime: 0,
    mutationFn: act,
    onSuccess: onDone,
  });
  const isTold = error instanceof ApiError && told.includes(error.code);
  const isReady = !disabled && (typed === undefined || text.trim() === typed);
  return (
    <Dialog wide={wide} title={title} description={lead} onClose={onClose}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) mutate();
        }}
      >
        {children?.(error)}
        {typed !== undefined && (
          <Field label={words.type(typed)}>
            {(ids) => (
              <Input {...ids} autoFocus value={text} onChange={({ target }) => setText(target.value)} />
            )}
          </Field>
        )}
        {!isTold && <Refusal error={error} fields={told} onSignIn={onSignIn} />}
        <Actions>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look={danger ? 'danger' : 'primary'} busy={isPending} disabled={!isReady}>
            {submit}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
