import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { fieldFault } from '../../api/errors.ts';
import { updateKey } from '../../api/generated/sdk.gen.ts';
import type { ApiKey, Scope } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import {
  AddressField,
  type Expiry,
  ExpiryChoice,
  expiryBody,
  FormFault,
  MetadataField,
  NameField,
} from '../../keys/key-form.tsx';
import { addressesOf, metadataOf, metadataText } from '../../keys/lines.ts';
import { refreshKeys, showKey } from '../../keys/loaded-keys.ts';
import { ScopeChoice } from '../../keys/scope-choice.tsx';
import { KEY_TEXTS } from '../../keys/texts.ts';
import { Button } from '../../ui/button.tsx';
import { Actions, Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toasts.tsx';

const TEXTS = inLanguages(
  { title: 'Edit the key', save: 'Save', saved: 'Saved' },
  { title: 'Schlüssel bearbeiten', save: 'Speichern', saved: 'Gespeichert' },
);

/** Changes what a key is called and may do. Only what differs is sent. */
export function EditDialog({ apiKey, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) {
  const words = { ...useTexts(KEY_TEXTS), ...useTexts(TEXTS) };
  const first = {
    name: apiKey.name,
    scopes: apiKey.scopes as readonly string[],
    expiry: (apiKey.expires_at?.slice(0, 10) ?? 'never') as Expiry,
    addresses: apiKey.allowed_ips.join('\n'),
    metadata: metadataText(apiKey.metadata),
  };
  const [form, setForm] = useState(first);
  const change = (changed: Partial<typeof first>) => setForm({ ...form, ...changed });
  const isChanged = (field: keyof typeof first) => String(form[field]) !== String(first[field]);
  const body = {
    ...(isChanged('name') && { name: form.name.trim() }),
    ...(isChanged('scopes') && { scopes: form.scopes as Scope[] }),
    ...(isChanged('expiry') && expiryBody(form.expiry)),
    ...(isChanged('addresses') && { allowed_ips: addressesOf(form.addresses) }),
    ...(isChanged('metadata') && { metadata: metadataOf(form.metadata) }),
  };
  const saving = useMutation({
    mutationFn: () => dataOf(updateKey({ path: { id: apiKey.id }, body, throwOnError: true })),
    onSuccess: (changed) => {
      showKey(changed);
      refreshKeys();
      toast(words.saved);
      onClose();
    },
    onError: refreshKeys,
  });
  const { error } = saving;
  return (
    <Dialog wide title={words.title} onClose={onClose}>
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <NameField text={form.name} onChange={(name) => change({ name })} fault={fieldFault(error, 'name')} />
        <ScopeChoice chosen={form.scopes} onChange={(scopes) => change({ scopes })} />
        <ExpiryChoice
          expiry={form.expiry}
          onChange={(expiry) => change({ expiry })}
          fault={fieldFault(error, 'expires_at')}
        />
        <AddressField
          text={form.addresses}
          onChange={(addresses) => change({ addresses })}
          fault={fieldFault(error, 'allowed_ips')}
        />
        <MetadataField
          text={form.metadata}
          onChange={(metadata) => change({ metadata })}
          fault={fieldFault(error, 'metadata')}
        />
        <FormFault error={error} />
        <Actions>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            type="submit"
            look="primary"
            busy={saving.isPending}
            disabled={Object.keys(body).length === 0 || form.scopes.length === 0}
          >
            {words.save}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}
