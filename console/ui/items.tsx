import type { ReactNode } from 'react';

export function Items({ children }: { readonly children: ReactNode }) {
  return <ul className="flex flex-col divide-y divide-line">{children}</ul>;
}

/** A thing of a list: what it is, a line or more about it, and what can be done with it. */
export function Item({
  title,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 px-5 py-3.5 max-sm:px-4">
      <div className="flex min-w-0 flex-1 basis-52 flex-col gap-1">
        <p className="flex min-w-0 flex-wrap items-center gap-2 break-words font-medium text-[13px]">
          {title}
        </p>
        <div className="flex min-w-0 flex-col gap-1 break-words text-muted text-xs">{children}</div>
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </li>
  );
}
