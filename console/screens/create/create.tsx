import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { dataOf } from '../../api/client.ts';
import { fieldFault } from '../../api/errors.ts';
import { createKey } from '../../api/generated/sdk.gen.ts';
import type { CreatedApiKey, Scope } from '../../api/generated/types.gen.ts';
import { useAttempt } from '../../app/attempt.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useKeyLimit, useMe, useWorkspaces } from '../../app/me.ts';
import { covers, settings } from '../../app/settings.ts';
import {
  AddressField,
  type Expiry,
  ExpiryChoice,
  expiryBody,
  FIRST_EXPIRY,
  FormFault,
  isAtField,
  MetadataField,
  NameField,
} from '../../keys/key-form.tsx';
import { BackToKeys, hasEnvironments } from '../../keys/key-parts.tsx';
import { addressesOf, metadataOf } from '../../keys/lines.ts';
import { refreshKeys } from '../../keys/loaded-keys.ts';
import { ScopeChoice } from '../../keys/scope-choice.tsx';
import { ShownOnce } from '../../keys/shown-once.tsx';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Actions } from '../../ui/dialog.tsx';
import { Choice, Field, Select } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Card, Notice, PageHead } from '../../ui/parts.tsx';

const TEXTS = inLanguages(
  {
    title: 'Create a key',
    nameHint: 'What uses it, and where: you will look for it by this.',
    namePlaceholder: 'Nightly import, production',
    workspace: 'Workspace',
    environment: 'Environment',
    liveHint: 'for real',
    testHint: 'to try out, within limits of its own',
    more: 'Addresses and metadata',
    limits: (perMinute: string) =>
      `It may make ${perMinute} requests a minute, as your plan has it: no key has a limit of its own.`,
    create: 'Create key',
    known: 'A key was made already',
    knownText:
      'This was sent before, and the key cannot be shown a second time. Rotate it to get another one.',
  },
  {
    title: 'Schlüssel erstellen',
    nameHint: 'Was ihn benutzt, und wo: Danach werden Sie ihn suchen.',
    namePlaceholder: 'Nächtlicher Import, Produktion',
    workspace: 'Arbeitsbereich',
    environment: 'Umgebung',
    liveHint: 'für den Ernst',
    testHint: 'zum Ausprobieren, mit eigenen Grenzen',
    more: 'Adressen und Metadaten',
    limits: (perMinute: string) =>
      `Er darf ${perMinute} Anfragen in der Minute stellen, wie Ihr Tarif es vorsieht: Eigene Grenzen hat kein Schlüssel.`,
    create: 'Schlüssel erstellen',
    known: 'Ein Schlüssel ist schon da',
    knownText:
      'Dies wurde schon einmal gesendet, und der Schlüssel lässt sich nicht noch einmal zeigen. Erneuern Sie ihn, um einen anderen zu bekommen.',
  },
);

/** The least that is of any use: the smallest scope that the contract gives keys by default. */
function firstScopes(held: readonly string[]): readonly string[] {
  const offered = (settings.keys.default_scopes ?? held).filter(
    (name) => covers(held, name) && !settings.scopes.find((each) => each.name === name)?.is_managing,
  );
  const least = [...offered].sort((left, right) => sizeOf(left) - sizeOf(right));
  return least.slice(0, 1);
}

function sizeOf(scope: string): number {
  return settings.scopes.find(({ name }) => name === scope)?.includes.length ?? 1;
}

export default function Create() {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const me = useMe();
  const [, go] = useLocation();
  const [parameters] = useSearchParams();
  const workspaces = useWorkspaces();
  const [name, setName] = useState(parameters.get('name') ?? '');
  const [workspaceId, setWorkspaceId] = useState(parameters.get('workspace') ?? me.workspace_id);
  const [environment, setEnvironment] = useState<'live' | 'test'>(
    parameters.get('environment') === 'test' ? 'test' : 'live',
  );
  const [scopes, setScopes] = useState(() => firstScopes(me.scopes));
  const [expiry, setExpiry] = useState<Expiry>(FIRST_EXPIRY);
  const [addresses, setAddresses] = useState('');
  const [metadata, setMetadata] = useState('');
  const attempt = useAttempt();
  const creation = useMutation({
    gcTime: 0,
    mutationFn: () =>
      attempt((headers) =>
        dataOf(
          createKey({
            headers,
            body: {
              name: name.trim(),
              workspace_id: workspaceId,
              ...(hasEnvironments && { environment }),
              scopes: scopes as Scope[],
              ...expiryBody(expiry),
              ...(addressesOf(addresses).length > 0 && { allowed_ips: addressesOf(addresses) }),
              ...(metadata.trim() !== '' && { metadata: metadataOf(metadata) }),
            },
            throwOnError: true,
          }),
        ),
      ),
    onSuccess: refreshKeys,
  });
  const { data: created, error } = creation;
  // Nothing of the key outlives this screen.
  const { reset } = creation;
  useEffect(() => reset, [reset]);
  const close = ({ id }: CreatedApiKey) => {
    creation.reset();
    go(`/keys/${id}`, { replace: true });
  };
  const limit = useKeyLimit(environment);
  return (
    <>
      <PageHead title={words.title} above={<BackToKeys />} />
      <form
        className="max-w-2xl"
        onSubmit={(event) => {
          event.preventDefault();
          if (scopes.length > 0) creation.mutate();
        }}
      >
        <Card>
          <div className="flex flex-col gap-6">
            <NameField
              autoFocus
              hint={words.nameHint}
              placeholder={words.namePlaceholder}
              text={name}
              onChange={setName}
              fault={fieldFault(error, 'name')}
            />
            {(workspaces.data?.length ?? 0) > 1 && (
              <Field label={words.workspace}>
                {(ids) => (
                  <Select
                    {...ids}
                    value={workspaceId}
                    onChange={({ target }) => setWorkspaceId(target.value)}
                  >
                    {workspaces.data?.map((workspace) => (
                      <option key={workspace.id} value={workspace.id}>
                        {workspace.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            {hasEnvironments && (
              <Choice
                legend={words.environment}
                value={environment}
                options={[
                  { value: 'live', label: words.live, hint: words.liveHint },
                  { value: 'test', label: words.test, hint: words.testHint },
                ]}
                onChange={setEnvironment}
              />
            )}
            <ScopeChoice chosen={scopes} onChange={setScopes} />
            <ExpiryChoice expiry={expiry} onChange={setExpiry} fault={fieldFault(error, 'expires_at')} />
            <details className="group rounded-lg border border-line" open={isAtField(error) || undefined}>
              <summary className="flex cursor-pointer items-center gap-2 rounded-lg px-3.5 py-2.5 font-medium text-[13px] hover:bg-hover">
                <span className="transition-transform group-open:rotate-180">
                  <Icon name="chevron" />
                </span>
                {words.more}
              </summary>
              <div className="flex flex-col gap-5 border-line border-t p-3.5">
                <AddressField
                  text={addresses}
                  onChange={setAddresses}
                  fault={fieldFault(error, 'allowed_ips')}
                />
                <MetadataField text={metadata} onChange={setMetadata} fault={fieldFault(error, 'metadata')} />
              </div>
            </details>
            {limit && <p className="text-muted text-xs">{words.limits(format.number(limit))}</p>}
            <FormFault error={error} />
            <Actions>
              <LinkButton to="/keys">{words.cancel}</LinkButton>
              <Button
                type="submit"
                look="primary"
                busy={creation.isPending}
                disabled={name.trim() === '' || scopes.length === 0}
              >
                {words.create}
              </Button>
            </Actions>
          </div>
        </Card>
      </form>
      {created?.key && <ShownOnce name={created.name} apiKey={created.key} onClose={() => close(created)} />}
      {created && created.key === undefined && (
        <Notice tone="warn" title={words.known}>
          <p>{words.knownText}</p>
        </Notice>
      )}
    </>
  );
}
