import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { fieldFault } from '../../api/errors.ts';
import { closeTenant, updateTenant } from '../../api/generated/sdk.gen.ts';
import type { Tenant, UpdateTenantRequest } from '../../api/generated/types.gen.ts';
import { useFormats, useTexts } from '../../app/language.ts';
import { useMay, useTenant } from '../../app/me.ts';
import { queryClient } from '../../app/queries.ts';
import { basePath, settings } from '../../app/settings.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { AddressField, LinesField } from '../../keys/key-form.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { Checkbox, Field, Input } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Fact, Facts, Mono, PageHead } from '../../ui/parts.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import { Time } from '../../ui/time.tsx';
import { toast } from '../../ui/toasts.tsx';
import { defaultsBody, defaultsForm } from './defaults.ts';
import { SETTINGS_TEXTS } from './texts.ts';

/** What holds for the whole tenant, each part with what it does. */
export default function Settings() {
  const words = useTexts(SETTINGS_TEXTS);
  const tenant = useTenant();
  if (tenant.data === undefined)
    return (
      <>
        <PageHead title={words.title} />
        <Card flush>
          <Loaded query={tenant}>{() => null}</Loaded>
        </Card>
      </>
    );
  return (
    <>
      <PageHead title={words.title} lead={words.lead} />
      <General tenant={tenant.data} />
      <Plan tenant={tenant.data} />
      <KeyDefaults tenant={tenant.data} />
      <Origins tenant={tenant.data} />
      <SecondFactor tenant={tenant.data} />
      <Closing tenant={tenant.data} />
    </>
  );
}

interface PartProps {
  readonly tenant: Tenant;
}

/** A part that is saved by itself: `body` is what differs. */
function Part({
  title,
  lead,
  body,
  fields,
  onSaved,
  children,
}: {
  readonly title: string;
  readonly lead?: string;
  readonly body: UpdateTenantRequest;
  /** The fields of the API that say their faults themselves. */
  readonly fields: readonly string[];
  readonly onSaved?: () => void;
  readonly children: (error: unknown) => ReactNode;
}) {
  const words = useTexts(SETTINGS_TEXTS);
  const saving = useMutation({
    mutationFn: () => dataOf(updateTenant({ body, throwOnError: true })),
    onSuccess: (changed) => {
      queryClient.setQueryData(['tenant'], changed);
      void queryClient.invalidateQueries({ queryKey: ['audit'] });
      toast(words.saved);
      onSaved?.();
    },
    onError: () => void queryClient.invalidateQueries({ queryKey: ['tenant'] }),
  });
  return (
    <Card title={title} lead={lead}>
      <form
        aria-label={title}
        className="flex max-w-xl flex-col items-start gap-5 [&>*]:w-full"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        {children(saving.error)}
        <Refusal error={saving.error} fields={fields} />
        <div>
          <Button
            type="submit"
            look="primary"
            busy={saving.isPending}
            disabled={Object.keys(body).length === 0}
          >
            {words.save}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function General({ tenant: { id, name, sector, created_at } }: PartProps) {
  const words = useTexts(SETTINGS_TEXTS);
  const [form, setForm] = useState({ name, sector: sector ?? '' });
  const nextSector = form.sector.trim() || null;
  const body = {
    ...(form.name.trim() !== name && { name: form.name.trim() }),
    ...(nextSector !== sector && { sector: nextSector }),
  };
  return (
    <Part title={words.general} body={body} fields={['name', 'sector']}>
      {(error) => (
        <>
          <Field label={words.name} hint={words.nameHint} fault={fieldFault(error, 'name')}>
            {(ids) => (
              <Input
                {...ids}
                required
                maxLength={100}
                value={form.name}
                onChange={({ target }) => setForm({ ...form, name: target.value })}
              />
            )}
          </Field>
          <Field
            label={words.sector}
            optional={words.optional}
            hint={words.sectorHint}
            fault={fieldFault(error, 'sector')}
          >
            {(ids) => (
              <Input
                {...ids}
                maxLength={100}
                value={form.sector}
                onChange={({ target }) => setForm({ ...form, sector: target.value })}
              />
            )}
          </Field>
          <Facts>
            <Fact name="ID">
              <Identifier id={id} />
            </Fact>
            <Fact name={words.created}>
              <Time at={created_at} exact />
            </Fact>
          </Facts>
        </>
      )}
    </Part>
  );
}

function Plan({ tenant: { tier } }: PartProps) {
  const words = useTexts(SETTINGS_TEXTS);
  const format = useFormats();
  const limits = settings.tiers[tier];
  return (
    <Card title={words.plan} lead={words.planLead}>
      <Facts>
        <Fact name={words.tier}>{tier}</Fact>
        {limits && (
          <>
            <Fact name={words.perMinute}>{format.number(limits.key_requests_per_minute)}</Fact>
            <Fact name={words.month}>
              {limits.monthly_quota === null ? words.unlimited : format.number(limits.monthly_quota)}
            </Fact>
            <Fact name={words.keys}>{format.number(limits.keys)}</Fact>
          </>
        )}
      </Facts>
    </Card>
  );
}

function KeyDefaults({ tenant: { key_defaults } }: PartProps) {
  const words = useTexts(SETTINGS_TEXTS);
  const first = defaultsForm(key_defaults);
  const [form, setForm] = useState(first);
  const change = (changed: Partial<typeof form>) => setForm({ ...form, ...changed });
  const next = defaultsBody(form);
  const isChanged = JSON.stringify(next) !== JSON.stringify(defaultsBody(first));
  const { default_expiry_days, max_expiry_days } = settings.keys;
  return (
    <Part
      title={words.defaults}
      lead={words.defaultsLead}
      body={isChanged ? { key_defaults: next } : {}}
      fields={['key_defaults.expires_in_days', 'key_defaults.scopes', 'key_defaults.allowed_ips']}
    >
      {(error) => (
        <>
          <Field
            label={words.days}
            optional={words.optional}
            hint={words.daysHint(default_expiry_days)}
            fault={fieldFault(error, 'key_defaults.expires_in_days')}
          >
            {(ids) => (
              <Input
                {...ids}
                type="number"
                min={1}
                max={max_expiry_days}
                value={form.days}
                onChange={({ target }) => change({ days: target.value })}
              />
            )}
          </Field>
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-1.5 font-medium text-[13px]">{words.scopes}</legend>
            {settings.scopes
              .filter(({ is_managing }) => !is_managing)
              .map(({ name, description }) => (
                <label key={name} htmlFor={`scope-${name}`} className="flex items-center gap-2.5">
                  <Checkbox
                    id={`scope-${name}`}
                    checked={form.scopes.includes(name)}
                    onChange={({ target }) =>
                      change({
                        scopes: target.checked
                          ? [...form.scopes, name]
                          : form.scopes.filter((each) => each !== name),
                      })
                    }
                  />
                  <Mono>{name}</Mono>
                  <span className="text-muted text-xs">{description}</span>
                </label>
              ))}
            <p className="text-muted text-xs">
              {fieldFault(error, 'key_defaults.scopes') ?? words.scopesHint}
            </p>
          </fieldset>
          <AddressField
            text={form.addresses}
            onChange={(addresses) => change({ addresses })}
            fault={fieldFault(error, 'key_defaults.allowed_ips')}
          />
        </>
      )}
    </Part>
  );
}

function Origins({ tenant: { embed_origins } }: PartProps) {
  const words = useTexts(SETTINGS_TEXTS);
  const [text, setText] = useState(embed_origins.join('\n'));
  const next = text.split(/[\s,]+/).filter(Boolean);
  const body = next.join() === embed_origins.join() ? {} : { embed_origins: next };
  return (
    <Part title={words.origins} lead={words.originsLead} body={body} fields={['embed_origins']}>
      {(error) => (
        <LinesField
          label={words.originsLabel}
          hint={words.originsHint}
          text={text}
          onChange={setText}
          fault={fieldFault(error, 'embed_origins')}
        />
      )}
    </Part>
  );
}

/** What is chosen stands in the URL, as saving it may lead to the sign-in and back. */
function SecondFactor({ tenant: { require_factor } }: PartProps) {
  const words = useTexts(SETTINGS_TEXTS);
  const { parameters, change } = useUrlParameters<'factor'>();
  const chosen = parameters.get('factor');
  const isRequired = chosen === null ? require_factor : chosen === 'required';
  const body = isRequired === require_factor ? {} : { require_factor: isRequired };
  return (
    <Part
      title={words.factor}
      lead={words.factorLead}
      body={body}
      fields={[]}
      onSaved={() => change({ factor: '' })}
    >
      {() => (
        <label htmlFor="require-factor" className="flex items-start gap-2.5 text-[13px]">
          <span className="mt-0.5 flex">
            <Checkbox
              id="require-factor"
              checked={isRequired}
              onChange={({ target }) => change({ factor: target.checked ? 'required' : 'optional' })}
            />
          </span>
          <span className="flex flex-col">
            <span className="font-medium">{words.require}</span>
            <span className="text-muted text-xs">{words.requireHint}</span>
          </span>
        </label>
      )}
    </Part>
  );
}

function Closing({ tenant: { name } }: PartProps) {
  const words = useTexts(SETTINGS_TEXTS);
  const mayClose = useMay('people');
  const { parameters, change } = useUrlParameters<'do'>();
  if (!mayClose) return null;
  return (
    <Card title={words.close} lead={words.closeLead}>
      <div className="flex flex-col items-start gap-4">
        <p className="max-w-prose text-[13px]">{words.closeText}</p>
        <Button look="danger" onClick={() => change({ do: 'close' })}>
          {words.closeButton}…
        </Button>
      </div>
      {parameters.get('do') === 'close' && (
        <ConfirmDialog
          title={words.closeTitle(name)}
          lead={words.closeText}
          action={words.closeButton}
          name={name}
          run={async () => {
            await closeTenant({ query: { name }, throwOnError: true });
            // Says until when it can be reopened, and does so: nothing here is answered any more.
            location.assign(`${basePath}/account`);
          }}
          onClose={() => change({ do: '' })}
        />
      )}
    </Card>
  );
}
