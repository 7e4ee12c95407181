import { type ComponentProps, type ReactNode, useState } from 'react';
import { fieldFault } from '../api/errors.ts';
import { Field, Input } from './field.tsx';
import { FormDialog } from './form-dialog.tsx';

/** Asks for one text, and sends it as a field of the API, if it is another than before. */
export function TextDialog({
  label,
  field,
  first = '',
  type,
  maxLength,
  act,
  ...dialog
}: Pick<ComponentProps<'input'>, 'type' | 'maxLength'> & {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly submit: string;
  readonly label: string;
  /** The API's name of it. */
  readonly field: string;
  /** What stands there before. */
  readonly first?: string;
  readonly act: (text: string) => Promise<unknown>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState(first);
  const trimmed = text.trim();
  return (
    <FormDialog
      {...dialog}
      disabled={trimmed === '' || trimmed === first}
      told={[field]}
      act={() => act(trimmed)}
    >
      {(error) => (
        <Field label={label} fault={fieldFault(error, field)}>
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              required
              type={type}
              maxLength={maxLength}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
      )}
    </FormDialog>
  );
}
