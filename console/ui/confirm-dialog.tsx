import type { ReactNode } from 'react';
import { FormDialog } from './form-dialog.tsx';

/** Asks before something that cannot be taken back; with `name`, for that to be typed, so that it is no slip. */
export function ConfirmDialog({
  action,
  name,
  run,
  ...dialog
}: {
  readonly title: string;
  readonly lead: ReactNode;
  /** What the button says. */
  readonly action: string;
  readonly name?: string | undefined;
  /** Does it. What it throws is shown. */
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
}) {
  return <FormDialog {...dialog} danger submit={action} typed={name} act={run} onDone={dialog.onClose} />;
}
