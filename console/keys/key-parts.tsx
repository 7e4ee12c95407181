import type { ApiKey } from '../api/generated/types.gen.ts';
import { useTexts } from '../app/language.ts';
import { settings } from '../app/settings.ts';
import { BackLink, Badge, Status, type Tone } from '../ui/parts.tsx';
import { KEY_TEXTS } from './texts.ts';

const TONES: Readonly<Record<ApiKey['status'], Tone>> = {
  active: 'ok',
  expired: 'warn',
  disabled: 'neutral',
  revoked: 'danger',
};

export function KeyStatus({ status }: Pick<ApiKey, 'status'>) {
  const words = useTexts(KEY_TEXTS);
  return <Status tone={TONES[status]}>{words[status]}</Status>;
}

/** `live` or `test`, where the contract knows both. */
export function Environment({ environment }: Pick<ApiKey, 'environment'>) {
  const words = useTexts(KEY_TEXTS);
  return <Badge tone={environment === 'test' ? 'warn' : 'neutral'}>{words[environment]}</Badge>;
}

export const hasEnvironments = settings.keys.environments.length > 1;

/** The way back to the list. */
export function BackToKeys() {
  const words = useTexts(KEY_TEXTS);
  return <BackLink to="/keys">{words.keys}</BackLink>;
}

const SHOWN_SCOPES = 3;

export function Scopes({
  scopes,
  all = false,
}: {
  readonly scopes: readonly string[];
  readonly all?: boolean;
}) {
  const shown = all ? scopes : scopes.slice(0, SHOWN_SCOPES);
  return (
    <span className="flex flex-wrap gap-1" title={scopes.join(' ')}>
      {shown.map((scope) => (
        <Badge key={scope} tone={isManaging(scope) ? 'warn' : 'neutral'}>
          {scope}
        </Badge>
      ))}
      {scopes.length > shown.length && <Badge>+{scopes.length - shown.length}</Badge>}
    </span>
  );
}

export function isManaging(scope: string): boolean {
  return settings.scopes.find(({ name }) => name === scope)?.is_managing ?? false;
}
