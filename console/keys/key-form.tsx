import { useQuery } from '@tanstack/react-query';
import type { ComponentProps } from 'react';
import { fieldFault } from '../api/errors.ts';
import { inLanguages, useFormats, useTexts } from '../app/language.ts';
import { sessionsQuery } from '../app/me.ts';
import { settings } from '../app/settings.ts';
import { Button } from '../ui/button.tsx';
import { Choice, Field, Input, TextArea } from '../ui/field.tsx';
import { Notice } from '../ui/parts.tsx';
import { useExplanation } from './changes.ts';
import { addressesOf } from './lines.ts';

const TEXTS = inLanguages(
  {
    name: settings.keys.name_field === 'label' ? 'Label' : 'Name',
    expiry: 'Expires',
    never: 'Never',
    days: (days: number) => `${days} days`,
    on: (date: string) => `on ${date}`,
    own: 'On a day…',
    day: 'The day',
    addresses: 'Allowed addresses',
    addressesHint: 'One address or network (CIDR) on each line. Empty: from anywhere.',
    myAddress: 'Add my address',
    metadata: 'Metadata',
    metadataHint: 'name=value on each line, at most 20. Shown to whoever sees the key: not for secrets.',
    optional: 'optional',
  },
  {
    name: settings.keys.name_field === 'label' ? 'Bezeichnung' : 'Name',
    expiry: 'Läuft ab',
    never: 'Nie',
    days: (days: number) => `${days} Tage`,
    on: (date: string) => `am ${date}`,
    own: 'An einem Tag…',
    day: 'Der Tag',
    addresses: 'Erlaubte Adressen',
    addressesHint: 'Eine Adresse oder ein Netz (CIDR) je Zeile. Leer: von überall.',
    myAddress: 'Meine Adresse dazu',
    metadata: 'Metadaten',
    metadataHint:
      'name=wert je Zeile, höchstens 20. Wer den Schlüssel sieht, sieht sie: nicht für Geheimnisse.',
    optional: 'freiwillig',
  },
);

const DAY_MS = 86_400_000;
const PRESETS = [7, 30, 90, 365];

/** A number of days, `never`, or a date. */
export type Expiry = 'never' | number | string;

/** The expiry that a new key has if nobody chooses: the contract's. */
export const FIRST_EXPIRY: Expiry = settings.keys.default_expiry_days ?? 'never';

/** The expiry as the API takes it. */
export function expiryBody(expiry: Expiry): { expires_in_days: number | null } | { expires_at: string } {
  if (expiry === 'never') return { expires_in_days: null };
  // The end of that day where the reader is.
  return typeof expiry === 'number'
    ? { expires_in_days: expiry }
    : { expires_at: new Date(`${expiry}T23:59:59`).toISOString() };
}

/** A contract in which keys end by themselves knows none that do not. */
const knowsNever = settings.keys.default_expiry_days === null;

export function ExpiryChoice({
  expiry,
  onChange,
  fault,
}: {
  readonly expiry: Expiry;
  readonly onChange: (expiry: Expiry) => void;
  readonly fault?: string | undefined;
}) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const { default_expiry_days: byDefault, max_expiry_days: most } = settings.keys;
  const presets = [...new Set([...PRESETS, ...(byDefault === null ? [] : [byDefault])])]
    .filter((days) => days <= most)
    .sort((left, right) => left - right);
  const isDate = typeof expiry === 'string' && expiry !== 'never';
  const day = (days: number) => new Date(Date.now() + days * DAY_MS);
  const options = [
    ...(knowsNever ? [{ value: 'never', label: words.never }] : []),
    ...presets.map((days) => ({ value: String(days), label: words.days(days) })),
    { value: 'date', label: words.own },
  ];
  return (
    <div className="flex flex-col gap-2">
      <Choice
        legend={words.expiry}
        value={isDate ? 'date' : String(expiry)}
        options={options}
        onChange={(value) => {
          if (value === 'date') onChange(day(30).toISOString().slice(0, 10));
          else onChange(value === 'never' ? 'never' : Number(value));
        }}
      />
      {typeof expiry === 'number' && (
        <p className="text-muted text-xs">{words.on(format.date(day(expiry)))}</p>
      )}
      {isDate && (
        <div className="max-w-48">
          <Field label={words.day} fault={fault}>
            {(ids) => (
              <Input
                {...ids}
                type="date"
                required
                min={day(1).toISOString().slice(0, 10)}
                max={day(most).toISOString().slice(0, 10)}
                value={expiry}
                onChange={({ target }) => onChange(target.value)}
              />
            )}
          </Field>
        </div>
      )}
    </div>
  );
}

interface TextProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly fault?: string | undefined;
}

/** What the key is called, by the contract's word for it. */
export function NameField({
  text,
  onChange,
  fault,
  hint,
  ...rest
}: TextProps & Pick<ComponentProps<'input'>, 'autoFocus' | 'placeholder'> & { readonly hint?: string }) {
  const words = useTexts(TEXTS);
  return (
    <Field label={words.name} hint={hint} fault={fault}>
      {(ids) => (
        <Input
          {...ids}
          {...rest}
          name="name"
          required
          maxLength={100}
          value={text}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** The addresses that a key works from, one on each line. Offers the reader's own, as the API sees it: of their session. */
export function AddressField(lines: TextProps) {
  const words = useTexts(TEXTS);
  const sessions = useQuery(sessionsQuery);
  const myAddress = sessions.data?.data.find(({ is_current }) => is_current)?.last_used_ip;
  const addresses = addressesOf(lines.text);
  return (
    <div className="flex flex-col items-start gap-2">
      <div className="w-full">
        <LinesField {...lines} label={words.addresses} hint={words.addressesHint} />
      </div>
      {myAddress && !addresses.includes(myAddress) && (
        <Button size="small" icon="plus" onClick={() => lines.onChange([...addresses, myAddress].join('\n'))}>
          {words.myAddress}: {myAddress}
        </Button>
      )}
    </div>
  );
}

export function MetadataField(lines: TextProps) {
  const words = useTexts(TEXTS);
  return <LinesField {...lines} label={words.metadata} hint={words.metadataHint} />;
}

/** Values of a form, one on each line. */
export function LinesField({
  text,
  onChange,
  fault,
  label,
  hint,
}: TextProps & { readonly label: string; readonly hint: string }) {
  const words = useTexts(TEXTS);
  return (
    <Field label={label} optional={words.optional} hint={hint} fault={fault}>
      {(ids) => (
        <TextArea
          {...ids}
          className="font-mono text-xs"
          value={text}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** Fields of the API that a form has a place for: what is wrong with one is said there. */
const FIELDS = ['name', 'expires_at', 'allowed_ips', 'metadata'];

/** Whether an error is said at a field. */
export function isAtField(error: unknown): boolean {
  return FIELDS.some((field) => fieldFault(error, field) !== undefined);
}

/** What went wrong, where no field says it. */
export function FormFault({ error }: { readonly error: unknown }) {
  const explain = useExplanation();
  if (!error || isAtField(error)) return null;
  return (
    <div role="alert">
      <Notice tone="danger">
        <p>{explain(error)}</p>
      </Notice>
    </div>
  );
}
