import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useMemo, useState } from 'react';
import { Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { Button } from '../ui/button.tsx';
import { Card, Empty, Skeleton } from '../ui/parts.tsx';
import { Boundary, Failure, Forbidden, Missing } from '../ui/states.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { Frame } from './frame.tsx';
import { firstLanguage, inLanguages, LanguageContext, rememberLanguage, useTexts } from './language.ts';
import { MeContext, meQuery, useMay } from './me.ts';
import { queryClient } from './queries.ts';
import { SCREENS, type Screen } from './screens.ts';
import { restart, signIn, useSessionState } from './session.ts';
import { consolePath, settings } from './settings.ts';

const TEXTS = inLanguages(
  {
    signedOut: 'You are signed out',
    signedOutText: 'Everything that you did is saved.',
    signIn: 'Sign in',
    failed: 'Signing in did not work',
    failedText: 'The service did not answer as it should, or you were away for too long.',
    again: 'Try again',
    broken: 'Something is wrong with this screen',
    loading: 'Loading',
  },
  {
    signedOut: 'Sie sind abgemeldet',
    signedOutText: 'Alles, was Sie getan haben, ist gespeichert.',
    signIn: 'Anmelden',
    failed: 'Die Anmeldung hat nicht geklappt',
    failedText: 'Der Dienst hat nicht geantwortet, wie er sollte, oder Sie waren zu lange weg.',
    again: 'Noch einmal versuchen',
    broken: 'Mit dieser Ansicht stimmt etwas nicht',
    loading: 'Wird geladen',
  },
);

export function App() {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const context = useMemo(
    () => ({
      language,
      change: (chosen: typeof language) => {
        rememberLanguage(chosen);
        setLanguage(chosen);
      },
    }),
    [language],
  );
  return (
    <LanguageContext value={context}>
      <QueryClientProvider client={queryClient}>
        <Router base={consolePath}>
          <Entrance />
        </Router>
        <Toasts />
      </QueryClientProvider>
    </LanguageContext>
  );
}

/** Shows the console to who is signed in. */
function Entrance() {
  const words = useTexts(TEXTS);
  const state = useSessionState();
  useEffect(() => {
    // What one person saw, the next must not.
    if (state === 'signed out') queryClient.clear();
  }, [state]);
  if (state === 'signed in') return <Inside />;
  if (state === 'starting') return <Loading label={words.loading} />;
  const isOut = state === 'signed out';
  return (
    <main className="mx-auto grid min-h-dvh max-w-md content-center p-4">
      <Card>
        <Empty
          top
          icon={isOut ? 'signOut' : 'warning'}
          title={isOut ? words.signedOut : words.failed}
          actions={
            <>
              {!isOut && (
                <Button icon="refresh" onClick={() => void restart()}>
                  {words.again}
                </Button>
              )}
              <Button look="primary" onClick={() => void signIn()}>
                {words.signIn}
              </Button>
            </>
          }
        >
          {isOut ? words.signedOutText : words.failedText}
        </Empty>
      </Card>
    </main>
  );
}

function Inside() {
  const words = useTexts(TEXTS);
  const me = useQuery(meQuery);
  if (me.data === undefined)
    return me.isError ? (
      <main className="mx-auto grid min-h-dvh max-w-md content-center p-4">
        <Card>
          <Failure top error={me.error} retry={() => void me.refetch()} />
        </Card>
      </main>
    ) : (
      <Loading label={words.loading} />
    );
  return (
    <MeContext value={me.data}>
      <Frame>
        <Switch>
          {SCREENS.map((screen) => (
            <Route key={screen.path} path={screen.path}>
              {(params) => <Opened screen={screen} params={params as Record<string, string>} />}
            </Route>
          ))}
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Frame>
    </MeContext>
  );
}

function Opened({
  screen,
  params,
}: {
  readonly screen: Screen;
  readonly params: Readonly<Record<string, string>>;
}) {
  const words = useTexts(TEXTS);
  const title = useTexts(screen.title);
  const isOpen = useMay(screen.area);
  const isOperator = useMay('operators');
  const [place] = useLocation();
  useEffect(() => {
    document.title = `${title} · ${settings.brand.name}`;
  }, [title]);
  if (isOperator && screen.path === '/') return <Redirect to="/operators" replace />;
  if (!isOpen && screen.area !== undefined)
    return screen.area === 'operators' ? (
      <NotFound />
    ) : (
      <Forbidden scope={settings.area_scopes[screen.area]} />
    );
  const { component: Content } = screen;
  return (
    <Boundary title={words.broken} key={place}>
      <Suspense fallback={<ScreenLoading />}>
        <Content params={params} />
      </Suspense>
    </Boundary>
  );
}

function NotFound() {
  return (
    <Card>
      <Missing top />
    </Card>
  );
}

function ScreenLoading() {
  return (
    <div className="flex flex-col gap-6">
      <Skeleton className="h-7 w-40" />
      <Skeleton className="h-72 w-full rounded-xl" />
    </div>
  );
}

function Loading({ label }: { readonly label: string }) {
  return (
    <div role="status" aria-label={label} className="flex min-h-dvh">
      <div className="hidden w-60 border-line border-r p-4 md:block">
        <Skeleton className="h-7 w-32" />
      </div>
      <div className="mx-auto w-full max-w-6xl flex-1 p-8 max-sm:p-4">
        <ScreenLoading />
      </div>
    </div>
  );
}
