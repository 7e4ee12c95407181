import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { classNames } from './class-names.ts';
import { Icon, type IconName } from './icons.tsx';

/** The head of a screen: its name, a line about it, and what can be done there. */
export function PageHead({
  title,
  lead,
  above,
  children,
}: {
  readonly title: ReactNode;
  readonly lead?: ReactNode;
  /** What stands above the title: the way back. */
  readonly above?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <header className="flex flex-col gap-2">
      {above}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="flex min-w-0 flex-col gap-0.5">
          <h1 tabIndex={-1} className="font-semibold text-xl tracking-tight outline-none">
            {title}
          </h1>
          {lead && <p className="max-w-prose text-muted">{lead}</p>}
        </div>
        {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
      </div>
    </header>
  );
}

/** The way back to a list, above the title. */
export function BackLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <Link to={to} className="flex w-fit items-center gap-1.5 text-muted text-xs hover:text-ink">
      <Icon name="back" size={14} />
      {children}
    </Link>
  );
}

/** A part of a screen in a frame. */
export function Card({
  title,
  lead,
  actions,
  children,
  flush = false,
}: {
  readonly title?: ReactNode;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Whether the content reaches to the frame. */
  readonly flush?: boolean;
}) {
  return (
    <section className="min-w-0 overflow-hidden rounded-xl border border-line bg-panel">
      {title && (
        <div className="flex flex-wrap items-center justify-between gap-3 border-line border-b px-5 py-3.5 max-sm:px-4">
          <div className="flex min-w-0 flex-col">
            <h2 className="font-semibold text-[13px]">{title}</h2>
            {lead && <p className="text-muted text-xs">{lead}</p>}
          </div>
          {actions}
        </div>
      )}
      <div className={flush ? '' : 'p-5 max-sm:p-4'}>{children}</div>
    </section>
  );
}

const TONES = {
  neutral: 'bg-info-soft text-muted',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
} as const;

export type Tone = keyof typeof TONES;

export function Badge({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
}) {
  return (
    <span
      className={classNames(
        'inline-flex h-5 items-center gap-1.5 whitespace-nowrap rounded-md px-1.5 font-medium text-[11px]',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

/** A state: a dot of its colour, and its word. */
export function Status({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <Badge tone={tone}>
      <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
      {children}
    </Badge>
  );
}

/** Something that the reader should know before they go on. */
export function Notice({
  tone = 'neutral',
  title,
  children,
  actions,
}: {
  readonly tone?: Exclude<Tone, 'ok'>;
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  const frame = { neutral: 'border-line', warn: 'border-warn-line', danger: 'border-danger-solid/40' }[tone];
  return (
    <div className={classNames('flex gap-3 rounded-xl border p-3.5 text-[13px]', TONES[tone], frame)}>
      <span className="mt-0.5">
        <Icon name="warning" />
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        {title && <p className="font-semibold">{title}</p>}
        {children}
        {actions && <div className="mt-1 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}

/** What stands where there is nothing: why, and what to do. */
export function Empty({
  icon,
  title,
  children,
  actions,
  top = false,
}: {
  readonly icon: IconName;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** Whether it is all of a screen: its title is then that of the page. */
  readonly top?: boolean;
}) {
  const Heading = top ? 'h1' : 'h2';
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-xl border border-line bg-raised text-muted shadow-xs">
        <Icon name={icon} size={20} />
      </span>
      <Heading className="font-semibold">{title}</Heading>
      {children && <div className="max-w-md text-muted">{children}</div>}
      {actions && <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}

/** A place that is being filled. */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={classNames('block rounded-md bg-line motion-safe:animate-pulse', className)}
    />
  );
}

/** Name and value, one below the other. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-[repeat(auto-fit,minmax(11rem,1fr))] gap-x-6 gap-y-4">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <dt className="text-faint text-xs">{name}</dt>
      <dd className="min-w-0 break-words text-[13px]">{children}</dd>
    </div>
  );
}

export function Kbd({ children }: { readonly children: ReactNode }) {
  return (
    <kbd className="rounded border border-line bg-canvas px-1 font-sans text-[11px] text-faint leading-4">
      {children}
    </kbd>
  );
}

export const Mono = ({ children }: { readonly children: ReactNode }) => (
  <code className="break-all font-mono text-xs">{children}</code>
);
