import type { User } from '../../api/generated/types.gen.ts';
import { useTexts } from '../../app/language.ts';
import { Badge } from '../../ui/parts.tsx';
import { PEOPLE_TEXTS } from './texts.ts';

/** The kinds of second factors of somebody; none is a warning where one is required. */
export function Factors({
  person: { factors },
  isRequired = false,
}: {
  readonly person: Pick<User, 'factors'>;
  readonly isRequired?: boolean | undefined;
}) {
  const words = useTexts(PEOPLE_TEXTS);
  if (factors.length === 0) return <Badge tone={isRequired ? 'warn' : 'neutral'}>{words.none}</Badge>;
  return factors.map((kind) => (
    <Badge key={kind} tone="ok">
      {kind === 'totp' || kind === 'passkey' ? words[kind] : kind}
    </Badge>
  ));
}
