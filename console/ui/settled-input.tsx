import { type ComponentProps, useEffect, useState } from 'react';
import { Input } from './field.tsx';

const SETTLED_MS = 400;

/** A field whose text asks the API: `onSettled` is told once whoever writes has stopped. */
export function SettledInput({
  label,
  value,
  onSettled,
  ...rest
}: Pick<ComponentProps<typeof Input>, 'type' | 'icon' | 'maxLength'> & {
  readonly label: string;
  /** What was asked for last. */
  readonly value: string;
  readonly onSettled: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onSettled(text), SETTLED_MS);
    return () => clearTimeout(timer);
  });
  return (
    <Input
      {...rest}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ target }) => setText(target.value)}
    />
  );
}
