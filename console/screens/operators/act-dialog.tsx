import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError, Unreachable } from '../../api/errors.ts';
import { useTexts } from '../../app/language.ts';
import { signIn } from '../../app/session.ts';
import { Button } from '../../ui/button.tsx';
import { Actions, Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toasts.tsx';
import { OPERATOR_TEXTS } from './texts.ts';

/** Seconds for which a sign-in is recent. */
const RECENT_SECONDS = 600;

/** Asks before an act. Who signed in too long ago does so again, and comes back to the same question. */
export function ActDialog({
  title,
  lead,
  done,
  isDangerous = true,
  run,
  onClose,
  children,
}: {
  /** What is done, as its button says it too. */
  readonly title: string;
  readonly lead: string;
  readonly done: string;
  readonly isDangerous?: boolean;
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}) {
  const words = useTexts(OPERATOR_TEXTS);
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const submit = async () => {
    setBusy(true);
    try {
      await run();
      toast(done);
      onClose();
      void queries.invalidateQueries({ queryKey: ['operators'] });
    } catch (error) {
      if (error instanceof ApiError && error.code === 'reauthentication_required')
        return signIn(RECENT_SECONDS);
      setFault(
        error instanceof Unreachable
          ? words.offline
          : words.failed(error instanceof Error ? error.message : String(error)),
      );
    }
    setBusy(false);
  };
  return (
    <Dialog title={title} description={lead} onClose={onClose}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {children}
        {fault && (
          <p role="alert" className="text-danger text-xs">
            {fault}
          </p>
        )}
        <Actions>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" look={isDangerous ? 'danger' : 'primary'} busy={busy}>
            {title}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
