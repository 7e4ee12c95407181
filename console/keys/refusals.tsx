import type { RefusedRequests } from '../api/generated/types.gen.ts';
import { inLanguages, useFormats, useTexts } from '../app/language.ts';

const TEXTS = inLanguages(
  {
    title: 'Refused requests in this time',
    none: 'None.',
    limit: ['Over the limit of a key', 'Too many in a minute: send fewer, or take a larger plan.'],
    scope: ['A scope is missing', 'Give the key the scope, if it may have it.'],
    person: ['For people only', 'No key may do this: sign in.'],
    address: ['Address not allowed', 'Add the address, or find out who calls from there.'],
    disabled: ['Key is disabled', 'Something still uses it.'],
    revoked: ['Key is revoked', 'Something still uses it: put in another key.'],
    expired: ['Key has expired or was replaced', 'Something still uses it: put in the new key.'],
  },
  {
    title: 'Abgelehnte Anfragen in dieser Zeit',
    none: 'Keine.',
    limit: [
      'Über der Grenze eines Schlüssels',
      'Zu viele in einer Minute: weniger senden, oder ein größerer Tarif.',
    ],
    scope: ['Ein Recht fehlt', 'Geben Sie dem Schlüssel das Recht, wenn er es haben darf.'],
    person: ['Nur für Personen', 'Das darf kein Schlüssel: Melden Sie sich an.'],
    address: [
      'Adresse nicht erlaubt',
      'Nehmen Sie die Adresse auf, oder finden Sie heraus, wer von dort anfragt.',
    ],
    disabled: ['Schlüssel gesperrt', 'Etwas benutzt ihn noch.'],
    revoked: ['Schlüssel widerrufen', 'Etwas benutzt ihn noch: Setzen Sie dort einen anderen ein.'],
    expired: ['Schlüssel abgelaufen oder ersetzt', 'Etwas benutzt ihn noch: Setzen Sie dort den neuen ein.'],
  },
);

/** Refused requests by the reason, most first, with what to do about it. */
export function Refusals({ refused }: { readonly refused: RefusedRequests }) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const reasons = (Object.keys(refused) as (keyof RefusedRequests)[])
    .filter((reason) => refused[reason] > 0)
    .sort((left, right) => refused[right] - refused[left]);
  return (
    <section className="border-line border-t pt-4">
      <h3 className="font-medium text-[13px]">{words.title}</h3>
      {reasons.length === 0 ? (
        <p className="text-muted text-xs">{words.none}</p>
      ) : (
        <ul className="mt-1 flex flex-col divide-y divide-line">
          {reasons.map((reason) => (
            <li key={reason} className="flex items-center justify-between gap-4 py-2 text-[13px]">
              <span className="min-w-0">
                {words[reason][0]}
                <span className="block text-muted text-xs">{words[reason][1]}</span>
              </span>
              <span className="font-medium tabular-nums">{format.number(refused[reason])}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
