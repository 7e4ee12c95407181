import { useTexts } from '../../app/language.ts';
import { SecretDialog } from '../../keys/shown-once.tsx';
import { CLIENT_TEXTS } from './texts.ts';

/** The only time that a client's secret is shown. */
export function ClientSecret({
  id,
  secret,
  onClose,
}: {
  readonly id: string;
  readonly secret: string;
  readonly onClose: () => void;
}) {
  const words = useTexts(CLIENT_TEXTS);
  return (
    <SecretDialog
      title={words.secretTitle}
      lead={words.secretLead(id)}
      warning={words.once}
      warningText={words.onceText}
      label={words.secret}
      secret={secret}
      onClose={onClose}
    />
  );
}
