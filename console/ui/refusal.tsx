import { ApiError, fieldFault, Unreachable } from '../api/errors.ts';
import { inLanguages, useTexts } from '../app/language.ts';
import { signIn } from '../app/session.ts';
import { Button } from './button.tsx';
import { Notice } from './parts.tsx';

const TEXTS = inLanguages(
  {
    failed: (message: string) => `That did not work: ${message}`,
    offline: 'Nothing answers. Are you offline?',
    conflict: (message: string) => `As things are now, this cannot be done: ${message}`,
    busy: (seconds: number) => `Too many at once. Try again in ${seconds} seconds.`,
    rights: 'This would give, or take from, somebody more than you may do yourself.',
    again: 'Please sign in again',
    againText: 'For this you must have signed in within the last ten minutes. You come back to this place.',
    signIn: 'Sign in again',
  },
  {
    failed: (message: string) => `Das hat nicht geklappt: ${message}`,
    offline: 'Niemand antwortet. Sind Sie offline?',
    conflict: (message: string) => `So, wie es jetzt ist, geht das nicht: ${message}`,
    busy: (seconds: number) => `Zu viel auf einmal. Versuchen Sie es in ${seconds} Sekunden wieder.`,
    rights: 'Das gäbe jemandem mehr, oder nähme mehr, als Sie selbst dürfen.',
    again: 'Bitte melden Sie sich noch einmal an',
    againText:
      'Dafür müssen Sie sich in den letzten zehn Minuten angemeldet haben. Sie kommen hierher zurück.',
    signIn: 'Noch einmal anmelden',
  },
);

/** Seconds that a sign-in may be old to be taken for another: with time left of the ten minutes that the API gives. */
const RECENT_SECONDS = 300;

/** What an error says in the reader's words. */
export function useRefusal(): (error: unknown) => string {
  const words = useTexts(TEXTS);
  return (error) => {
    if (error instanceof Unreachable) return words.offline;
    if (!(error instanceof ApiError)) return words.failed(String(error));
    if (error.status === 429) return words.busy(error.retryAfterSeconds ?? 60);
    if (error.code === 'exceeds_own_rights') return words.rights;
    return error.status === 409 ? words.conflict(error.message) : words.failed(error.message);
  };
}

/** Why something was refused, and what to do about it; nothing where one of `fields` says it. */
export function Refusal({
  error,
  fields = [],
  onSignIn,
}: {
  readonly error: unknown;
  readonly fields?: readonly string[];
  /** Before the page is left for the sign-in: to keep what was written. */
  readonly onSignIn?: (() => void) | undefined;
}) {
  const words = useTexts(TEXTS);
  const explain = useRefusal();
  if (!error || fields.some((field) => fieldFault(error, field) !== undefined)) return null;
  const isStale = error instanceof ApiError && error.code === 'reauthentication_required';
  return (
    <div role="alert">
      {isStale ? (
        <Notice
          tone="warn"
          title={words.again}
          actions={
            <Button
              size="small"
              icon="lock"
              onClick={() => {
                onSignIn?.();
                void signIn(RECENT_SECONDS);
              }}
            >
              {words.signIn}
            </Button>
          }
        >
          <p>{words.againText}</p>
        </Notice>
      ) : (
        <Notice tone="danger">
          <p>{explain(error)}</p>
        </Notice>
      )}
    </div>
  );
}
