import { Component, type ReactNode } from 'react';
import { ApiError, Unreachable } from '../api/errors.ts';
import { inLanguages, useTexts } from '../app/language.ts';
import { Button } from './button.tsx';
import { Card, Empty } from './parts.tsx';

const TEXTS = inLanguages(
  {
    failed: 'This could not be loaded',
    offline: 'You are offline',
    offlineText: 'Nothing answers. It goes on by itself as soon as there is a connection.',
    busy: 'Too many requests',
    busyText: (seconds: number) => `This goes on in ${seconds} seconds.`,
    forbidden: 'Not for your role',
    forbiddenText: (scope: string) =>
      `This needs the right “${scope}”, which your role does not have. Somebody who manages people can change that.`,
    missing: 'There is nothing here',
    missingText: 'It may have been deleted, or the address is wrong.',
    again: 'Try again',
    request: (id: string) => `Request ${id}`,
  },
  {
    failed: 'Das ließ sich nicht laden',
    offline: 'Sie sind offline',
    offlineText: 'Niemand antwortet. Es geht von selbst weiter, sobald eine Verbindung da ist.',
    busy: 'Zu viele Anfragen',
    busyText: (seconds: number) => `Es geht in ${seconds} Sekunden weiter.`,
    forbidden: 'Nicht für Ihre Rolle',
    forbiddenText: (scope: string) =>
      `Dafür braucht es das Recht „${scope}“, das Ihre Rolle nicht hat. Wer Personen verwaltet, kann das ändern.`,
    missing: 'Hier ist nichts',
    missingText: 'Vielleicht wurde es gelöscht, oder die Adresse stimmt nicht.',
    again: 'Noch einmal versuchen',
    request: (id: string) => `Anfrage ${id}`,
  },
);

/** The state of a screen, or a part of one, that could not be loaded. */
export function Failure({
  error,
  retry,
  top = false,
}: {
  readonly error: unknown;
  readonly retry?: () => void;
  /** Whether it is all of a screen. */
  readonly top?: boolean;
}) {
  const words = useTexts(TEXTS);
  const again = retry && (
    <Button icon="refresh" onClick={retry}>
      {words.again}
    </Button>
  );
  if (error instanceof Unreachable)
    return (
      <Empty top={top} icon="refresh" title={words.offline} actions={again}>
        {words.offlineText}
      </Empty>
    );
  if (error instanceof ApiError && error.status === 404) return <Missing top={top} />;
  if (error instanceof ApiError && error.status === 429)
    return (
      <Empty top={top} icon="clock" title={words.busy} actions={again}>
        {words.busyText(error.retryAfterSeconds ?? 60)}
      </Empty>
    );
  if (error instanceof ApiError && error.status === 403)
    return (
      <Empty top={top} icon="lock" title={words.forbidden}>
        {error.message}
      </Empty>
    );
  return (
    <Empty top={top} icon="warning" title={words.failed} actions={again}>
      {error instanceof ApiError && (
        <>
          <p>{error.message}</p>
          {error.requestId && (
            <p className="mt-1 font-mono text-faint text-xs">{words.request(error.requestId)}</p>
          )}
        </>
      )}
    </Empty>
  );
}

/** Something that is not there, or not the reader's. */
export function Missing({ top = false }: { readonly top?: boolean }) {
  const words = useTexts(TEXTS);
  return (
    <Empty top={top} icon="search" title={words.missing}>
      {words.missingText}
    </Empty>
  );
}

/** A screen that the reader's role does not open. */
export function Forbidden({ scope }: { readonly scope: string }) {
  const words = useTexts(TEXTS);
  return (
    <Card>
      <Empty top icon="lock" title={words.forbidden}>
        {words.forbiddenText(scope)}
      </Empty>
    </Card>
  );
}

/** Catches what a screen throws while it is drawn: the frame around it stays. */
export class Boundary extends Component<
  { readonly children: ReactNode; readonly title: string },
  { readonly failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Card>
        <Empty
          icon="warning"
          title={this.props.title}
          actions={
            <Button icon="refresh" onClick={() => location.reload()}>
              {'↻'}
            </Button>
          }
        />
      </Card>
    );
  }
}
