import { type ReactNode, useId, useState } from 'react';
import { inLanguages, useTexts } from '../app/language.ts';
import { settings } from '../app/settings.ts';
import { Button } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { CopyButton } from '../ui/copy.tsx';
import { Actions, Dialog } from '../ui/dialog.tsx';
import { Checkbox } from '../ui/field.tsx';
import { Notice } from '../ui/parts.tsx';
import { type SnippetKind, snippet } from './snippets.ts';

const TEXTS = inLanguages(
  {
    title: 'Your new key',
    lead: (name: string) => `“${name}” works from now on.`,
    once: 'It is shown only now',
    onceText: 'Nobody can show it again, not even we. Put it where you keep secrets, before you close this.',
    again: 'Keep it secret',
    againText: 'Whoever has it can do what it may. You can see it again as long as it exists.',
    ways: 'Ways to use it',
    stored: 'I have stored it',
    done: 'Done',
  },
  {
    title: 'Ihr neuer Schlüssel',
    lead: (name: string) => `„${name}“ gilt ab sofort.`,
    once: 'Nur jetzt zu sehen',
    onceText:
      'Niemand kann es noch einmal zeigen, auch wir nicht. Legen Sie es zu Ihren Geheimnissen, bevor Sie dies schließen.',
    again: 'Halten Sie ihn geheim',
    againText: 'Wer ihn hat, kann, was er darf. Sie können ihn wieder sehen, solange es ihn gibt.',
    ways: 'So wird er benutzt',
    stored: 'Ich habe es gespeichert',
    done: 'Fertig',
  },
);

const KINDS: Readonly<Record<SnippetKind, string>> = {
  env: '.env',
  curl: 'curl',
  typescript: 'TypeScript',
  python: 'Python',
};

/** The only time that a key is shown. It is in this component's memory alone, and goes with it. */
export function ShownOnce({
  name,
  apiKey,
  onClose,
}: {
  readonly name: string;
  readonly apiKey: string;
  readonly onClose: () => void;
}) {
  const words = useTexts(TEXTS);
  const { is_revealed } = settings.keys;
  return (
    <SecretDialog
      title={words.title}
      lead={words.lead(name)}
      secret={apiKey}
      {...(is_revealed && { warning: words.again, warningText: words.againText })}
      onClose={onClose}
    >
      <Snippets apiKey={apiKey} label={words.ways} />
    </SecretDialog>
  );
}

/** Shows a secret, and closes once somebody says that they have stored it. */
export function SecretDialog({
  title,
  lead,
  warning,
  warningText,
  secret,
  children,
  onClose,
}: {
  readonly title: string;
  readonly lead: string;
  /** @default - that it is shown only now */
  readonly warning?: string;
  readonly warningText?: string;
  /** Of one line or several. */
  readonly secret: string;
  /** What stands below the secret. */
  readonly children?: ReactNode;
  readonly onClose: () => void;
}) {
  const words = useTexts(TEXTS);
  const [isStored, setStored] = useState(false);
  const id = useId();
  return (
    <Dialog wide locked={!isStored} title={title} description={lead} onClose={onClose}>
      <Notice tone="warn" title={warning ?? words.once}>
        <p>{warningText ?? words.onceText}</p>
      </Notice>
      <div className="flex items-center gap-3 rounded-xl border border-line-strong bg-canvas py-2 pr-2 pl-3.5 max-sm:flex-col max-sm:items-stretch max-sm:py-3">
        <output
          aria-label={title}
          className="min-w-0 flex-1 select-all whitespace-pre-wrap break-all font-mono text-[13px]"
        >
          {secret}
        </output>
        <CopyButton text={secret} />
      </div>
      {children}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <label htmlFor={id} className="flex items-center gap-2.5">
          <Checkbox id={id} checked={isStored} onChange={({ target }) => setStored(target.checked)} />
          {words.stored}
        </label>
        <Actions>
          <Button look="primary" disabled={!isStored} onClick={onClose}>
            {words.done}
          </Button>
        </Actions>
      </div>
    </Dialog>
  );
}

/** Ways to use a key, as tabs. */
export function Snippets({
  apiKey,
  label,
  first = 'env',
}: {
  readonly apiKey: string;
  readonly label: string;
  readonly first?: SnippetKind;
}) {
  const [kind, setKind] = useState<SnippetKind>(first);
  const id = useId();
  const kinds = Object.keys(KINDS) as SnippetKind[];
  const text = snippet(kind, apiKey);
  const move = (step: number) => {
    const next = kinds[(kinds.indexOf(kind) + step + kinds.length) % kinds.length] ?? kind;
    setKind(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <div className="flex min-w-0 flex-col overflow-hidden rounded-xl border border-line">
      <div className="flex items-center justify-between gap-2 border-line border-b bg-canvas pr-2 pl-1">
        <div role="tablist" aria-label={label} className="flex min-w-0 overflow-x-auto">
          {kinds.map((each) => (
            <button
              key={each}
              id={`${id}-${each}`}
              type="button"
              role="tab"
              aria-selected={each === kind}
              aria-controls={`${id}-panel`}
              tabIndex={each === kind ? 0 : -1}
              onClick={() => setKind(each)}
              onKeyDown={({ key }) => {
                if (key === 'ArrowRight') move(1);
                if (key === 'ArrowLeft') move(-1);
              }}
              className={classNames(
                'h-10 border-b-2 px-3 font-medium text-xs max-sm:px-2',
                each === kind ? 'border-brand text-ink' : 'border-transparent text-muted hover:text-ink',
              )}
            >
              {KINDS[each]}
            </button>
          ))}
        </div>
        <CopyButton text={text} />
      </div>
      <div
        id={`${id}-panel`}
        role="tabpanel"
        aria-labelledby={`${id}-${kind}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reached by the keyboard.
        tabIndex={0}
        className="overflow-x-auto -outline-offset-2"
      >
        <pre className="w-fit p-3.5 font-mono text-xs leading-5">{text}</pre>
      </div>
    </div>
  );
}
