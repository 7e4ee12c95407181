import { ApiError, Unreachable } from '../api/errors.ts';
import { inLanguages, useTexts } from '../app/language.ts';
import { signIn } from '../app/session.ts';
import { Button } from './button.tsx';
import { Notice } from './parts.tsx';

const TEXTS = inLanguages(
  {
    offline: 'Nothing answers. Are you offline?',
    wait: (seconds: number) => `That was too often. Try again in ${seconds} seconds.`,
    recent: 'Show that it is you',
    recentText: 'This takes a sign-in of the last ten minutes. You come back to this place.',
    signIn: 'Sign in again',
  },
  {
    offline: 'Niemand antwortet. Sind Sie offline?',
    wait: (seconds: number) => `Das war zu oft. Versuchen Sie es in ${seconds} Sekunden wieder.`,
    recent: 'Zeigen Sie, dass Sie es sind',
    recentText: 'Dafür braucht es eine Anmeldung der letzten zehn Minuten. Sie kommen hierher zurück.',
    signIn: 'Noch einmal anmelden',
  },
);

/** Seconds for which a sign-in is recent, as the API has it. */
const RECENT_SECONDS = 600;

/** An error in the reader's words. */
export function useRefusalText(): (error: unknown) => string {
  const words = useTexts(TEXTS);
  return (error) => {
    if (error instanceof Unreachable) return words.offline;
    if (error instanceof ApiError && error.status === 429) return words.wait(error.retryAfterSeconds ?? 60);
    return error instanceof Error ? error.message : String(error);
  };
}

/** What the API has said to a field, whichever part of it: `redirect_uris` is told of `redirect_uris[0]`. */
export function refusalAt(error: unknown, name: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find(({ field }) => field.split(/[.[]/, 1)[0] === name)?.message;
}

/** What the API has refused, and what to do about it. */
export function Refusal({ error }: { readonly error: unknown }) {
  const words = useTexts(TEXTS);
  const explain = useRefusalText();
  if (error instanceof ApiError && error.code === 'reauthentication_required')
    return (
      <div role="alert">
        <Notice
          tone="warn"
          title={words.recent}
          actions={<Button onClick={() => void signIn(RECENT_SECONDS)}>{words.signIn}</Button>}
        >
          <p>{words.recentText}</p>
        </Notice>
      </div>
    );
  return (
    <div role="alert">
      <Notice tone="danger">
        <p>{explain(error)}</p>
      </Notice>
    </div>
  );
}
