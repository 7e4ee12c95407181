import { useId } from 'react';
import { inLanguages, useTexts } from '../app/language.ts';
import { useMe } from '../app/me.ts';
import { covers, settings } from '../app/settings.ts';
import { Checkbox } from '../ui/field.tsx';
import { Badge, Notice } from '../ui/parts.tsx';

const TEXTS = inLanguages(
  {
    scopes: 'What it may do',
    hint: 'Choose as little as will do: a key that is lost is lost with all of it.',
    manages: 'manages',
    includes: (names: string) => `includes ${names}`,
    large: 'This is a large right',
    largeText:
      'Whoever has it can manage keys, people or settings of your whole account. Programs rarely need it.',
    none: 'Choose at least one.',
  },
  {
    scopes: 'Was er darf',
    hint: 'So wenig, wie genügt: Ein verlorener Schlüssel ist mit allem davon verloren.',
    manages: 'verwaltet',
    includes: (names: string) => `umfasst ${names}`,
    large: 'Das ist ein großes Recht',
    largeText:
      'Wer ihn hat, kann Schlüssel, Personen oder Einstellungen Ihres ganzen Kontos verwalten. Programme brauchen das selten.',
    none: 'Wählen Sie mindestens eines.',
  },
);

/** The scopes of a key or a client, as the API's owner describes them: those that the reader has themselves. */
export function ScopeChoice({
  chosen,
  hint,
  onChange,
}: {
  readonly chosen: readonly string[];
  /** @default - what holds for keys */
  readonly hint?: string;
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const words = useTexts(TEXTS);
  const { scopes: held } = useMe();
  const id = useId();
  const offered = settings.scopes.filter(({ name }) => covers(held, name));
  const isLarge = offered.some(({ name, is_managing }) => is_managing && chosen.includes(name));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="font-medium text-[13px]">{words.scopes}</legend>
      <p className="text-muted text-xs">{hint ?? words.hint}</p>
      <div className="mt-1 flex flex-col divide-y divide-line overflow-hidden rounded-lg border border-line-strong">
        {offered.map(({ name, description, includes, is_managing }) => {
          const others = includes.filter((each) => each !== name);
          return (
            <label
              key={name}
              htmlFor={`${id}-${name}`}
              className="flex items-start gap-3 bg-raised px-3.5 py-2.5 hover:bg-hover"
            >
              <span className="mt-0.5 flex">
                <Checkbox
                  id={`${id}-${name}`}
                  checked={chosen.includes(name)}
                  onChange={({ target }) =>
                    onChange(target.checked ? [...chosen, name] : chosen.filter((each) => each !== name))
                  }
                />
              </span>
              <span className="flex min-w-0 flex-col">
                <span className="flex flex-wrap items-center gap-2 font-medium font-mono text-xs">
                  {name}
                  {is_managing && <Badge tone="warn">{words.manages}</Badge>}
                </span>
                <span className="text-muted text-xs">
                  {description}
                  {others.length > 0 && ` · ${words.includes(others.join(', '))}`}
                </span>
              </span>
            </label>
          );
        })}
      </div>
      {chosen.length === 0 && <p className="text-warn text-xs">{words.none}</p>}
      {isLarge && (
        <Notice tone="warn" title={words.large}>
          <p>{words.largeText}</p>
        </Notice>
      )}
    </fieldset>
  );
}
