import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../../api/errors.ts';
import { signIn } from '../../app/session.ts';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { toast } from '../../ui/toasts.tsx';

/** Seconds for which a sign-in is recent. */
const RECENT_SECONDS = 600;

const STALE = 'reauthentication_required';

/** Asks before an act. Who signed in too long ago does so again, and comes back to the same question. */
export function ActDialog({
  title,
  done,
  isDangerous = true,
  run,
  onClose,
  children,
  ...dialog
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
  const queries = useQueryClient();
  const act = () =>
    run().catch(async (error: unknown) => {
      if (error instanceof ApiError && error.code === STALE) await signIn(RECENT_SECONDS);
      throw error;
    });
  return (
    <FormDialog
      {...dialog}
      title={title}
      submit={title}
      danger={isDangerous}
      told={[STALE]}
      act={act}
      onDone={() => {
        toast(done);
        onClose();
        void queries.invalidateQueries({ queryKey: ['operators'] });
      }}
      onClose={onClose}
    >
      {() => children}
    </FormDialog>
  );
}
