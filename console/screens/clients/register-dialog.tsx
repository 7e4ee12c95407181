import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { fieldFault } from '../../api/errors.ts';
import { createClient } from '../../api/generated/sdk.gen.ts';
import type { CreateClientRequest, CreateClientResponse, Scope } from '../../api/generated/types.gen.ts';
import { useAttempt } from '../../app/attempt.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { ScopeChoice } from '../../keys/scope-choice.tsx';
import { SecretDialog } from '../../keys/shown-once.tsx';
import { Choice, Field, Input, TextArea } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { toast } from '../../ui/toasts.tsx';
import { CLIENT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    lead: 'Nothing of it can be changed later.',
    name: 'Name',
    nameHint: 'Your people read it when they are asked.',
    redirects: 'Redirect URIs',
    redirectsHint: 'One on each line. They match to the letter.',
    kind: 'How it proves itself',
    jwks: 'Its public keys (JWKS)',
    limit: 'What it may ask for',
    all: 'Whatever its person may',
    some: 'At most these',
    scopesHint: 'It never gets more than the person who agrees has.',
    repeated: 'It is registered, but its secret cannot be shown again: rotate it.',
  },
  {
    lead: 'Nichts davon lässt sich später ändern.',
    name: 'Name',
    nameHint: 'Ihre Leute lesen ihn, wenn sie gefragt werden.',
    redirects: 'Redirect-URIs',
    redirectsHint: 'Eine je Zeile. Sie müssen aufs Zeichen stimmen.',
    kind: 'Wie er sich ausweist',
    jwks: 'Seine öffentlichen Schlüssel (JWKS)',
    limit: 'Worum er bitten darf',
    all: 'Um alles, was seine Person darf',
    some: 'Höchstens um dies',
    scopesHint: 'Er bekommt nie mehr, als die Person hat, die zustimmt.',
    repeated: 'Er ist registriert, aber sein Secret lässt sich nicht noch einmal zeigen: Erneuern Sie es.',
  },
);

const METHODS = ['none', 'client_secret_basic', 'private_key_jwt'] as const;

/** The JWKS of a text. The API says what is wrong with one that is none. */
function jwksOf(text: string): CreateClientRequest['jwks'] {
  try {
    return JSON.parse(text);
  } catch {
    return text as never;
  }
}

/** Registers a client, and shows its secret once where it has one. */
export function RegisterDialog({
  onChanged,
  onClose,
}: {
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const words = { ...useTexts(CLIENT_TEXTS), ...useTexts(TEXTS) };
  const [name, setName] = useState('');
  const [redirects, setRedirects] = useState('');
  const [method, setMethod] = useState<(typeof METHODS)[number]>('none');
  const [keys, setKeys] = useState('');
  const [limit, setLimit] = useState<'all' | 'some'>('all');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [secret, setSecret] = useState<{ readonly lead: string; readonly secret: string }>();
  const attempt = useAttempt();
  if (secret !== undefined) return <SecretDialog title={words.secret} {...secret} onClose={onClose} />;
  const isSigned = method === 'private_key_jwt';
  const uris = redirects.split(/\s+/).filter((uri) => uri !== '');
  const register = () =>
    attempt((headers) =>
      dataOf(
        createClient({
          headers,
          body: {
            name: name.trim(),
            redirect_uris: uris,
            token_endpoint_auth_method: method,
            ...(isSigned && { jwks: jwksOf(keys) }),
            ...(limit === 'some' && { scopes: scopes as Scope[] }),
          },
          throwOnError: true,
        }),
      ),
    );
  const show = ({ id, client_secret }: CreateClientResponse) => {
    onChanged();
    if (client_secret) return setSecret({ lead: id, secret: client_secret });
    if (method === 'client_secret_basic') toast(words.repeated);
    onClose();
  };
  return (
    <FormDialog
      wide
      title={words.register}
      lead={words.lead}
      submit={words.register}
      disabled={
        name.trim() === '' ||
        uris.length === 0 ||
        (isSigned && keys.trim() === '') ||
        (limit === 'some' && scopes.length === 0)
      }
      told={['name', 'redirect_uris', 'jwks']}
      act={register}
      onDone={show}
      onClose={onClose}
    >
      {(error) => (
        <>
          <Field label={words.name} hint={words.nameHint} fault={fieldFault(error, 'name')}>
            {(ids) => (
              <Input
                {...ids}
                autoFocus
                maxLength={100}
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          <Field
            label={words.redirects}
            hint={words.redirectsHint}
            fault={fieldFault(error, 'redirect_uris')}
          >
            {(ids) => (
              <TextArea
                {...ids}
                className="font-mono text-xs"
                placeholder="https://app.example.com/callback"
                value={redirects}
                onChange={({ target }) => setRedirects(target.value)}
              />
            )}
          </Field>
          <Choice
            legend={words.kind}
            value={method}
            options={METHODS.map((value) => ({ value, label: words[value] }))}
            onChange={setMethod}
          />
          {isSigned && (
            <Field label={words.jwks} fault={fieldFault(error, 'jwks')}>
              {(ids) => (
                <TextArea
                  {...ids}
                  className="font-mono text-xs"
                  placeholder='{"keys": [{"kty": "EC", …}]}'
                  value={keys}
                  onChange={({ target }) => setKeys(target.value)}
                />
              )}
            </Field>
          )}
          <Choice
            legend={words.limit}
            value={limit}
            options={[
              { value: 'all', label: words.all },
              { value: 'some', label: words.some },
            ]}
            onChange={setLimit}
          />
          {limit === 'some' && <ScopeChoice chosen={scopes} hint={words.scopesHint} onChange={setScopes} />}
        </>
      )}
    </FormDialog>
  );
}
