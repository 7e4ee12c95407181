import { type ReactNode, use, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { Button, IconButton } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { Icon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import { Kbd } from '../ui/parts.tsx';
import { inLanguages, LANGUAGES, type Language, LanguageContext, useTexts } from './language.ts';
import { may, useMe, useTenant } from './me.ts';
import { Palette } from './palette.tsx';
import { GROUPS, SCREENS, type Screen } from './screens.ts';
import { signOut } from './session.ts';
import { basePath, settings } from './settings.ts';
import { useShortcuts } from './shortcuts.ts';
import { chooseTheme, storedTheme, type Theme } from './theme.ts';

const TEXTS = inLanguages(
  {
    skip: 'Skip to the content',
    navigation: 'Console',
    open: 'Open the navigation',
    close: 'Close the navigation',
    search: 'Search…',
    account: 'Your account',
    theme: 'Appearance',
    system: 'As the system',
    light: 'Light',
    dark: 'Dark',
    language: 'Language',
    signOut: 'Sign out',
    offline: 'You are offline. What you see may be out of date.',
    shortcuts: 'Keyboard shortcuts',
  },
  {
    skip: 'Zum Inhalt springen',
    navigation: 'Konsole',
    open: 'Navigation öffnen',
    close: 'Navigation schließen',
    search: 'Suchen…',
    account: 'Ihr Konto',
    theme: 'Darstellung',
    system: 'Wie das System',
    light: 'Hell',
    dark: 'Dunkel',
    language: 'Sprache',
    signOut: 'Abmelden',
    offline: 'Sie sind offline. Was Sie sehen, kann veraltet sein.',
    shortcuts: 'Tastenkürzel',
  },
);

/** The frame around every screen: navigation, the palette, and who is signed in. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const words = useTexts(TEXTS);
  const [place] = useLocation();
  const [isNavOpen, setNavOpen] = useState(false);
  const [palette, setPalette] = useState<'commands' | 'shortcuts'>();
  const content = useRef<HTMLElement>(null);
  useShortcuts(
    () => setPalette('commands'),
    () => setPalette('shortcuts'),
  );
  const lastPlace = useRef(place);
  useEffect(() => {
    setNavOpen(false);
    if (lastPlace.current === place) return;
    lastPlace.current = place;
    // Who hears the page is told where they are now.
    content.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place]);
  return (
    <>
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-brand px-3 py-2 text-on-brand focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {words.skip}
      </a>
      <div className="flex min-h-dvh">
        <nav
          aria-label={words.navigation}
          className={classNames(
            'fixed inset-y-0 left-0 z-40 flex w-60 flex-col gap-1 border-line border-r bg-canvas p-3 md:sticky md:top-0 md:h-dvh',
            !isNavOpen && 'max-md:hidden',
          )}
        >
          <Team />
          <button
            type="button"
            onClick={() => setPalette('commands')}
            className="mt-2 mb-2 flex h-9 items-center gap-2 rounded-lg border border-line bg-raised px-2.5 text-[13px] text-faint shadow-xs hover:border-line-strong"
          >
            <Icon name="search" />
            <span className="flex-1 truncate text-left">{words.search}</span>
            <Kbd>{isMac ? '⌘' : 'Ctrl'} K</Kbd>
          </button>
          <Navigation />
          <div className="mt-auto">
            <Person onShortcuts={() => setPalette('shortcuts')} />
          </div>
        </nav>
        {isNavOpen && (
          <button
            type="button"
            aria-label={words.close}
            className="fixed inset-0 z-30 bg-black/40 md:hidden"
            onClick={() => setNavOpen(false)}
          />
        )}
        <div className="flex min-w-0 flex-1 flex-col">
          <header className="sticky top-0 z-20 flex h-14 items-center gap-2 border-line border-b bg-canvas/90 px-3 backdrop-blur md:hidden">
            <IconButton icon="menu" label={words.open} onClick={() => setNavOpen(true)} />
            <Brand />
            <span className="ml-auto" />
            <IconButton icon="search" label={words.search} onClick={() => setPalette('commands')} />
          </header>
          <Offline />
          <main
            id="content"
            ref={content}
            tabIndex={-1}
            className="mx-auto flex w-full max-w-6xl min-w-0 flex-1 flex-col gap-6 px-8 py-8 outline-none max-sm:px-4 max-sm:py-5"
          >
            {children}
          </main>
        </div>
      </div>
      {palette && <Palette kind={palette} onClose={() => setPalette(undefined)} />}
    </>
  );
}

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

function Brand() {
  const { name, has_logo } = settings.brand;
  return (
    <span className="flex min-w-0 items-center gap-2.5 font-semibold">
      {has_logo ? (
        <img src={`${basePath}/logo.svg`} alt="" className="h-6 max-w-24 object-contain" />
      ) : (
        <span
          aria-hidden="true"
          className="grid size-6 shrink-0 place-items-center rounded-md bg-brand font-bold text-[13px] text-on-brand"
        >
          {name.slice(0, 1).toUpperCase()}
        </span>
      )}
      <span className="truncate">{name}</span>
    </span>
  );
}

function Team() {
  const tenant = useTenant();
  return (
    <div className="flex min-w-0 flex-col px-2 py-1.5">
      <Brand />
      {tenant.data && <span className="mt-0.5 truncate pl-8.5 text-faint text-xs">{tenant.data.name}</span>}
    </div>
  );
}

function Navigation() {
  const groups = useTexts(GROUPS);
  const me = useMe();
  return (['main', 'team', 'me'] as const).map((group) => {
    const screens = SCREENS.filter(
      // An operator has nothing of a tenant to look over.
      ({ path, nav, area }) =>
        nav?.group === group && may(me, area) && !(path === '/' && may(me, 'operators')),
    );
    if (screens.length === 0) return null;
    return (
      <div key={group} className="flex flex-col gap-0.5">
        {groups[group] && <p className="px-2 pt-4 pb-1 text-faint text-xs">{groups[group]}</p>}
        {screens.map((screen) => (
          <NavLink key={screen.path} screen={screen} />
        ))}
      </div>
    );
  });
}

function NavLink({ screen }: { readonly screen: Screen }) {
  const title = useTexts(screen.title);
  const [place] = useLocation();
  if (screen.nav === undefined) return null;
  const isBelow = screen.path !== '/' && place.startsWith(`${screen.path}/`);
  const isHere =
    place === screen.path || (isBelow && !SCREENS.some(({ path, nav }) => nav && path === place));
  return (
    <Link
      to={screen.path}
      aria-current={isHere ? 'page' : undefined}
      className={classNames(
        'flex h-8 items-center gap-2.5 rounded-lg px-2 font-medium text-[13px]',
        isHere ? 'bg-hover text-ink' : 'text-muted hover:bg-hover hover:text-ink',
      )}
    >
      <Icon name={screen.nav.icon} />
      {title}
    </Link>
  );
}

function Person({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const words = useTexts(TEXTS);
  const { email = '', full_name, role } = useMe();
  const { language, change } = use(LanguageContext);
  const [theme, setTheme] = useState(storedTheme);
  const name = full_name ?? email;
  return (
    <Menu
      align="start"
      trigger={
        <Button look="quiet" className="h-auto w-full justify-start py-1.5 text-left">
          <span
            aria-hidden="true"
            className="grid size-7 shrink-0 place-items-center rounded-full bg-hover font-semibold text-ink text-xs"
          >
            {name.slice(0, 1).toUpperCase()}
          </span>
          <span className="flex min-w-0 flex-1 flex-col">
            <span className="truncate text-ink">
              <span className="sr-only">{words.account}: </span>
              {name}
            </span>
            {role && <span className="truncate font-normal text-faint text-xs">{role}</span>}
          </span>
          <Icon name="chevron" />
        </Button>
      }
      entries={[
        { kind: 'label', text: email },
        { kind: 'line' },
        { kind: 'label', text: words.theme },
        {
          kind: 'choice',
          value: theme,
          options: [
            { value: 'system', text: words.system },
            { value: 'light', text: words.light },
            { value: 'dark', text: words.dark },
          ],
          onChange: (chosen) => {
            chooseTheme(chosen as Theme);
            setTheme(chosen as Theme);
          },
        },
        { kind: 'line' },
        { kind: 'label', text: words.language },
        {
          kind: 'choice',
          value: language,
          options: Object.entries(LANGUAGES).map(([value, text]) => ({ value, text })),
          onChange: (chosen) => change(chosen as Language),
        },
        { kind: 'line' },
        { kind: 'item', icon: 'menu', text: words.shortcuts, onSelect: onShortcuts },
        {
          kind: 'item',
          icon: 'signOut',
          text: words.signOut,
          onSelect: () => void signOut(),
        },
      ]}
    />
  );
}

function subscribeOnline(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}

function Offline() {
  const words = useTexts(TEXTS);
  const isOnline = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  if (isOnline) return null;
  return (
    <div
      role="status"
      className="flex items-center gap-2 bg-warn-soft px-8 py-2 text-[13px] text-warn max-sm:px-4"
    >
      <Icon name="warning" />
      {words.offline}
    </div>
  );
}
