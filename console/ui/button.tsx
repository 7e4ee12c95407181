import type { ComponentProps } from 'react';
import { Link } from 'wouter';
import { classNames } from './class-names.ts';
import { Icon, type IconName } from './icons.tsx';

const LOOKS = {
  primary: 'bg-brand text-on-brand shadow-xs hover:opacity-90',
  plain: 'border border-line-strong bg-raised shadow-xs hover:bg-hover',
  quiet: 'text-muted hover:bg-hover hover:text-ink',
  danger: 'bg-danger-solid text-white shadow-xs hover:opacity-90',
} as const;

export type ButtonLook = keyof typeof LOOKS;

const SIZES = {
  normal: 'h-9 px-3 gap-2 text-[13px]',
  small: 'h-7 px-2 gap-1.5 text-xs',
  icon: 'size-9 justify-center',
  'small icon': 'size-7 justify-center',
} as const;

interface Appearance {
  /** @default plain */
  readonly look?: ButtonLook;
  /** @default normal */
  readonly size?: keyof typeof SIZES;
  readonly icon?: IconName;
}

function looksOf({ look = 'plain', size = 'normal' }: Appearance, className?: string): string {
  return classNames(
    'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-lg font-medium transition-[background,opacity] duration-100',
    'disabled:cursor-not-allowed disabled:opacity-50',
    SIZES[size],
    LOOKS[look],
    className,
  );
}

export type ButtonProps = ComponentProps<'button'> &
  Appearance & {
    /** Whether its work is under way: it then does nothing more. */
    readonly busy?: boolean;
  };

export function Button({
  look,
  size,
  icon,
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={looksOf({ look, size }, className)}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton({
  to,
  look,
  size,
  icon,
  className,
  children,
}: Appearance & Pick<ComponentProps<'a'>, 'className' | 'children'> & { readonly to: string }) {
  return (
    <Link to={to} className={looksOf({ look, size }, className)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

/** A link that looks like a button, to a page that is no screen of the console. */
export function PageButton({
  look,
  size,
  icon,
  className,
  children,
  ...rest
}: Appearance & Pick<ComponentProps<'a'>, 'className' | 'children' | 'href'>) {
  return (
    <a {...rest} className={looksOf({ look, size }, className)}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

/** A button of an icon alone: `label` is its name, and shown on hover. */
export function IconButton({
  label,
  icon,
  size = 'icon',
  look = 'quiet',
  ...rest
}: Omit<ButtonProps, 'children' | 'icon'> & { readonly label: string; readonly icon: IconName }) {
  return (
    <Button {...rest} size={size} look={look} title={label} aria-label={label}>
      <Icon name={icon} />
    </Button>
  );
}

export function Spinner() {
  return (
    <svg
      viewBox="0 0 16 16"
      width="14"
      height="14"
      aria-hidden="true"
      className="motion-safe:animate-spin motion-reduce:opacity-60"
    >
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" opacity=".25" />
      <path d="M14 8a6 6 0 0 0-6-6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
