import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { ApiError } from '../../api/errors.ts';
import { createClient } from '../../api/generated/sdk.gen.ts';
import type { CreateClientRequest, CreateClientResponse, Scope } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { ScopeChoice } from '../../keys/scope-choice.tsx';
import { Choice, Field, Input, TextArea } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { fieldFault } from '../../ui/refusal.tsx';
import { toast } from '../../ui/toasts.tsx';
import { ClientSecret } from './secret.tsx';
import { CLIENT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    title: 'Register a client',
    lead: 'None of it can be changed later: register another one, and delete this.',
    name: 'Name',
    nameHint: 'Your people read it when they are asked. You vouch for it.',
    redirects: 'Redirect URIs',
    redirectsHint:
      'One on each line: https, http for localhost, or a scheme of your app. They must match to the letter.',
    kind: 'How it proves itself',
    noneHint: 'An app on a device or in a browser, which can keep no secret.',
    client_secret_basicHint: 'A program on a server. The secret is shown once.',
    private_key_jwtHint: 'A program on a server that signs what it asks (RFC 7523). Nothing secret is sent.',
    jwks: 'Its public keys (JWKS)',
    notJson: 'must be JSON: {"keys": […]}',
    limit: 'What it may ask for',
    all: 'Whatever its person may',
    some: 'At most these',
    scopesHint: 'It never gets more than the person who agrees has.',
    submit: 'Register',
    done: (name: string) => `“${name}” is registered`,
    repeated: 'It was registered before, and its secret cannot be shown again: rotate it.',
  },
  {
    title: 'Client registrieren',
    lead: 'Nichts davon lässt sich später ändern: Registrieren Sie dann einen anderen, und löschen Sie diesen.',
    name: 'Name',
    nameHint: 'Ihre Leute lesen ihn, wenn sie gefragt werden. Sie bürgen dafür.',
    redirects: 'Redirect-URIs',
    redirectsHint:
      'Eine je Zeile: https, http für localhost, oder ein Schema Ihrer App. Sie müssen aufs Zeichen stimmen.',
    kind: 'Wie er sich ausweist',
    noneHint: 'Eine App auf einem Gerät oder im Browser, die kein Geheimnis wahren kann.',
    client_secret_basicHint: 'Ein Programm auf einem Server. Das Secret wird einmal gezeigt.',
    private_key_jwtHint:
      'Ein Programm auf einem Server, das unterschreibt, was es fragt (RFC 7523). Nichts Geheimes wird gesendet.',
    jwks: 'Seine öffentlichen Schlüssel (JWKS)',
    notJson: 'muss JSON sein: {"keys": […]}',
    limit: 'Worum er bitten darf',
    all: 'Um alles, was seine Person darf',
    some: 'Höchstens um dies',
    scopesHint: 'Er bekommt nie mehr, als die Person hat, die zustimmt.',
    submit: 'Registrieren',
    done: (name: string) => `„${name}“ ist registriert`,
    repeated:
      'Er war schon registriert, und sein Secret lässt sich nicht noch einmal zeigen: Erneuern Sie es.',
  },
);

const METHODS = ['none', 'client_secret_basic', 'private_key_jwt'] as const;

/** The JWKS of a text; undefined for what is no JSON. The API says what is wrong with any other. */
function jwksOf(text: string): CreateClientRequest['jwks'] {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
  const [secret, setSecret] = useState<{ readonly id: string; readonly secret: string }>();
  // A repetition after a lost answer registers no second client.
  const [attempt, setAttempt] = useState(() => crypto.randomUUID());
  if (secret !== undefined) return <ClientSecret {...secret} onClose={onClose} />;
  const isSigned = method === 'private_key_jwt';
  const jwks = isSigned ? jwksOf(keys) : undefined;
  const isNoJson = isSigned && keys.trim() !== '' && jwks === undefined;
  const uris = redirects.split(/\s+/).filter((uri) => uri !== '');
  const register = async () => {
    try {
      return await dataOf(
        createClient({
          headers: { 'Idempotency-Key': attempt },
          body: {
            name: name.trim(),
            redirect_uris: uris,
            token_endpoint_auth_method: method,
            ...(jwks && { jwks }),
            ...(limit === 'some' && { scopes: scopes as Scope[] }),
          },
          throwOnError: true,
        }),
      );
    } catch (error) {
      // What was answered is over; what was not may have been done.
      if (error instanceof ApiError) setAttempt(crypto.randomUUID());
      throw error;
    }
  };
  const show = ({ id, client_secret }: CreateClientResponse) => {
    onChanged();
    if (client_secret) return setSecret({ id, secret: client_secret });
    toast(method === 'client_secret_basic' ? words.repeated : words.done(name.trim()));
    onClose();
  };
  return (
    <FormDialog
      wide
      title={words.title}
      lead={words.lead}
      submit={words.submit}
      disabled={
        name.trim() === '' ||
        uris.length === 0 ||
        (isSigned && jwks === undefined) ||
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
          <div className="flex flex-col gap-2">
            <Choice
              legend={words.kind}
              value={method}
              options={METHODS.map((value) => ({ value, label: words[value] }))}
              onChange={setMethod}
            />
            <p className="text-muted text-xs">{words[`${method}Hint`]}</p>
          </div>
          {isSigned && (
            <Field label={words.jwks} fault={isNoJson ? words.notJson : fieldFault(error, 'jwks')}>
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
