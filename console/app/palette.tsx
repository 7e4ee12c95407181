import { useId, useState } from 'react';
import { useLocation } from 'wouter';
import { useLoadedKeys } from '../keys/loaded-keys.ts';
import { classNames } from '../ui/class-names.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Input } from '../ui/field.tsx';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Kbd } from '../ui/parts.tsx';
import { inLanguages, useLanguage, useTexts } from './language.ts';
import { may, useMe } from './me.ts';
import { SCREENS } from './screens.ts';
import { signOut } from './session.ts';

const TEXTS = inLanguages(
  {
    title: 'Where to?',
    placeholder: 'A screen, a key or an action',
    none: 'Nothing is called that.',
    create: 'Create a key',
    signOut: 'Sign out',
    results: 'Results',
    shortcuts: 'Keyboard shortcuts',
    palette: 'Search or jump',
    search: 'Search on this screen',
    help: 'These shortcuts',
    go: (screen: string) => `Go to ${screen}`,
  },
  {
    title: 'Wohin?',
    placeholder: 'Eine Ansicht, ein Schlüssel oder eine Aktion',
    none: 'So heißt nichts.',
    create: 'Schlüssel erstellen',
    signOut: 'Abmelden',
    results: 'Treffer',
    shortcuts: 'Tastenkürzel',
    palette: 'Suchen oder springen',
    search: 'In dieser Ansicht suchen',
    help: 'Diese Tastenkürzel',
    go: (screen: string) => `Zu ${screen}`,
  },
);

interface Command {
  readonly id: string;
  readonly icon: IconName;
  readonly label: string;
  readonly hint?: string;
  readonly run: () => void;
}

const MAX_SHOWN = 9;

export function Palette({
  kind,
  onClose,
}: {
  readonly kind: 'commands' | 'shortcuts';
  readonly onClose: () => void;
}) {
  return kind === 'commands' ? <Commands onClose={onClose} /> : <Shortcuts onClose={onClose} />;
}

function Commands({ onClose }: { readonly onClose: () => void }) {
  const words = useTexts(TEXTS);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const wanted = text.trim().toLowerCase();
  const matches = useCommands()
    .filter(({ label, hint = '' }) => `${label} ${hint}`.toLowerCase().includes(wanted))
    .slice(0, MAX_SHOWN);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      <div className="-mt-2 flex flex-col gap-2">
        <Input
          icon="search"
          role="combobox"
          aria-label={words.placeholder}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={matches[chosen] && `${id}-${chosen}`}
          placeholder={words.placeholder}
          value={text}
          autoFocus
          onChange={({ target }) => {
            setText(target.value);
            setChosen(0);
          }}
          onKeyDown={(event) => {
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step !== undefined) {
              event.preventDefault();
              setChosen((chosen + step + matches.length) % Math.max(1, matches.length));
            } else if (event.key === 'Enter') run(matches[chosen]);
          }}
        />
        <div id={`${id}-list`} role="listbox" aria-label={words.results} className="flex flex-col">
          {matches.map((command, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys.
            <div
              key={command.id}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              onClick={() => run(command)}
              onMouseMove={() => setChosen(index)}
              className={classNames(
                'flex h-9 cursor-pointer items-center gap-3 rounded-lg px-2.5 text-[13px]',
                index === chosen && 'bg-hover',
              )}
            >
              <Icon name={command.icon} />
              <span className="min-w-0 flex-1 truncate">{command.label}</span>
              {command.hint && <span className="truncate font-mono text-faint text-xs">{command.hint}</span>}
            </div>
          ))}
          {matches.length === 0 && <p className="px-2.5 py-3 text-muted">{words.none}</p>}
        </div>
      </div>
    </Dialog>
  );
}

function useCommands(): readonly Command[] {
  const words = useTexts(TEXTS);
  const language = useLanguage();
  const [, go] = useLocation();
  const me = useMe();
  const keys = useLoadedKeys();
  return [
    ...SCREENS.flatMap(({ path, title, nav, area }): Command[] =>
      nav === undefined || !may(me, area)
        ? []
        : [{ id: path, icon: nav.icon, label: title[language], run: () => go(path) }],
    ),
    ...(may(me, 'keys')
      ? [{ id: 'create', icon: 'plus' as const, label: words.create, run: () => go('/keys/new') }]
      : []),
    { id: 'sign out', icon: 'signOut', label: words.signOut, run: () => void signOut() },
    ...keys.map(
      ({ id, name, key_prefix }): Command => ({
        id,
        icon: 'keys',
        label: name,
        hint: key_prefix,
        run: () => go(`/keys/${id}`),
      }),
    ),
  ];
}

function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  const words = useTexts(TEXTS);
  const language = useLanguage();
  const rows: readonly (readonly [keys: readonly string[], text: string])[] = [
    [['Ctrl', 'K'], words.palette],
    [['/'], words.search],
    [['c'], words.create],
    ...SCREENS.flatMap(({ nav, title }): [string[], string][] =>
      nav?.key === undefined ? [] : [[['g', nav.key], words.go(title[language])]],
    ),
    [['?'], words.help],
  ];
  return (
    <Dialog title={words.shortcuts} onClose={onClose}>
      <dl className="grid grid-cols-[1fr_auto] gap-y-2.5">
        {rows.map(([keys, text]) => (
          <div key={text} className="contents">
            <dt>{text}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
