import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { classNames } from './class-names.ts';

/**
 * The browser's own modal dialog: it holds the focus, makes the rest inert, closes by Escape and gives the focus back. A
 * primitive of a library would put a style element into the page, which our policy refuses.
 */
export function Dialog({
  title,
  description,
  children,
  onClose,
  wide = false,
  locked = false,
}: {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** Whether it stays until its own buttons close it. */
  readonly locked?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before it leaves the page, as only then the focus goes back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element?.open) element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      onCancel={(event) => {
        event.preventDefault();
        if (!locked) onClose();
      }}
      onKeyDown={(event) => {
        // A browser closes at the second Escape whatever `cancel` says.
        if (event.key === 'Escape' && locked) event.preventDefault();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !locked) onClose();
      }}
      className={classNames(
        'm-auto w-[calc(100vw-2rem)] rounded-2xl border border-line bg-panel p-0 text-ink shadow-2xl',
        wide ? 'max-w-2xl' : 'max-w-md',
      )}
    >
      <div className="flex flex-col gap-5 p-6 max-sm:p-4">
        <header className="flex flex-col gap-1">
          <h2 id={`${id}-title`} className="font-semibold text-base tracking-tight">
            {title}
          </h2>
          {description && (
            <p id={`${id}-description`} className="wrap-anywhere text-muted">
              {description}
            </p>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** The buttons at the end of a dialog or a form: the one that does it last. */
export function Actions({ children }: { readonly children: ReactNode }) {
  return <div className="flex flex-wrap justify-end gap-2 max-sm:[&>*]:flex-1">{children}</div>;
}
