import { type ComponentProps, type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';
import { Icon, type IconName } from './icons.tsx';

const BOX =
  'w-full rounded-lg border border-line-strong bg-raised text-[13px] text-ink shadow-xs placeholder:text-faint hover:border-control-line disabled:opacity-60 aria-invalid:border-danger-solid';

/** A control with its label, an explanation and its fault. `children` gets what ties them together. */
export function Field({
  label,
  hint,
  fault,
  optional,
  children,
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
  /** The word that says so. */
  readonly optional?: string;
  readonly children: (ids: {
    readonly id: string;
    readonly 'aria-describedby': string | undefined;
    readonly 'aria-invalid': true | undefined;
  }) => ReactNode;
}) {
  const id = useId();
  const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="flex items-baseline gap-2 font-medium text-[13px]">
        {label}
        {optional && <span className="font-normal text-faint text-xs">{optional}</span>}
      </label>
      {children({ id, 'aria-describedby': about, 'aria-invalid': fault ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-muted text-xs">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} role="alert" className="text-danger text-xs">
          {fault}
        </p>
      )}
    </div>
  );
}

export function Input({ className, icon, ...rest }: ComponentProps<'input'> & { readonly icon?: IconName }) {
  const input = (
    <input
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className={classNames(BOX, 'h-9 px-3', icon && 'pl-8.5', className)}
    />
  );
  if (icon === undefined) return input;
  return (
    <span className="relative flex w-full items-center">
      <span className="pointer-events-none absolute left-2.5 text-faint">
        <Icon name={icon} />
      </span>
      {input}
    </span>
  );
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea spellCheck={false} rows={3} {...rest} className={classNames(BOX, 'px-3 py-2', className)} />
  );
}

/** The browser's own: it is known on every device, and works with every helper. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={classNames('relative flex items-center', className)}>
      <select {...rest} className={classNames(BOX, 'h-9 appearance-none py-0 pr-8 pl-3')}>
        {children}
      </select>
      <span className="pointer-events-none absolute right-2.5 text-faint">
        <Icon name="chevron" />
      </span>
    </span>
  );
}

export function Checkbox({ className, ...rest }: Omit<ComponentProps<'input'>, 'type'>) {
  return (
    <input
      type="checkbox"
      {...rest}
      className={classNames('size-4 shrink-0 rounded accent-brand disabled:opacity-60', className)}
    />
  );
}

/** A choice of one among few, all of them to be seen. */
export function Choice<Value extends string>({
  legend,
  value,
  options,
  onChange,
}: {
  readonly legend: string;
  readonly value: Value;
  readonly options: readonly {
    readonly value: Value;
    readonly label: ReactNode;
    readonly hint?: ReactNode;
  }[];
  readonly onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 font-medium text-[13px]">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex items-center gap-2 rounded-lg border border-line-strong bg-raised px-3 py-1.5 text-[13px] has-checked:border-brand has-checked:ring-1 has-checked:ring-brand has-focus-visible:outline-2 has-focus-visible:outline-brand has-focus-visible:outline-offset-2 hover:bg-hover"
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="sr-only"
            />
            {option.label}
            {option.hint && <span className="text-faint text-xs">{option.hint}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
