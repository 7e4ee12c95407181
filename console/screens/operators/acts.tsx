import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import {
  changeTenant,
  resetTenantUser,
  resetTenantUserFactors,
  revokeTenantKey,
} from '../../api/generated/sdk.gen.ts';
import type { UsedCustomer } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { settings } from '../../app/settings.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Field, Select } from '../../ui/field.tsx';
import { Mono } from '../../ui/parts.tsx';
import { ActDialog } from './act-dialog.tsx';
import { OPERATOR_TEXTS } from './texts.ts';

/** Each act: what is asked, and what is said when it is done. */
const TEXTS = inLanguages(
  {
    tier: ['Change the tier', 'Its limits hold two seconds later.', 'The tier is changed'],
    suspend: [
      'Suspend the tenant',
      'Every request of its keys and people is refused, two seconds later. It can be resumed at any time.',
      'The tenant is suspended',
    ],
    resume: ['Resume the tenant', 'Its keys and people are let in again.', 'The tenant is let in again'],
    reset: [
      'Reset the password',
      'The password and all sessions of this person end, and they are mailed a link to choose another.',
      'The link is on its way',
    ],
    factors: [
      'Remove the second factors',
      'Only for somebody who has proven to you that they have lost them. They are told by mail.',
      'The second factors are removed',
    ],
    revoke: [
      'Revoke the key',
      'Every request with it is refused from now on. This cannot be taken back.',
      'The key is revoked',
    ],
  },
  {
    tier: ['Tarif ändern', 'Seine Grenzen gelten zwei Sekunden später.', 'Der Tarif ist geändert'],
    suspend: [
      'Mandant sperren',
      'Jede Anfrage seiner Schlüssel und Personen wird abgelehnt, zwei Sekunden später. Er lässt sich jederzeit entsperren.',
      'Der Mandant ist gesperrt',
    ],
    resume: [
      'Mandant entsperren',
      'Seine Schlüssel und Personen werden wieder eingelassen.',
      'Der Mandant ist entsperrt',
    ],
    reset: [
      'Passwort zurücksetzen',
      'Das Passwort und alle Sitzungen dieser Person enden, und sie bekommt einen Link für ein neues.',
      'Der Link ist unterwegs',
    ],
    factors: [
      'Zweite Faktoren entfernen',
      'Nur für jemanden, der Ihnen gezeigt hat, dass sie verloren sind. Die Person erfährt es per Mail.',
      'Die zweiten Faktoren sind entfernt',
    ],
    revoke: [
      'Schlüssel widerrufen',
      'Jede Anfrage mit ihm wird ab sofort abgelehnt. Das lässt sich nicht zurücknehmen.',
      'Der Schlüssel ist widerrufen',
    ],
  },
);

type ActName = keyof (typeof TEXTS)['en'];

/** The question of the act that stands in the URL. */
export function Acts({
  tenant: { id, tier: present },
  onClose,
}: {
  readonly tenant: UsedCustomer;
  readonly onClose: () => void;
}) {
  const texts = useTexts(TEXTS);
  const { tier: label } = useTexts(OPERATOR_TEXTS);
  const { parameters } = useUrlParameters();
  const [tier, setTier] = useState(present);
  const [name, of] = [parameters.get('do') ?? '', parameters.get('of') ?? ''];
  if (!Object.hasOwn(texts, name)) return null;
  const act = name as ActName;
  const [title = '', lead = '', done = ''] = texts[act];
  const call = { throwOnError: true } as const;
  const user = { ...call, path: { id, user: of } };
  const run: Readonly<Record<ActName, () => Promise<unknown>>> = {
    tier: () => dataOf(changeTenant({ ...call, path: { id }, body: { tier } })),
    suspend: () => dataOf(changeTenant({ ...call, path: { id }, body: { status: 'suspended' } })),
    resume: () => dataOf(changeTenant({ ...call, path: { id }, body: { status: 'active' } })),
    reset: () => dataOf(resetTenantUser(user)),
    factors: () => dataOf(resetTenantUserFactors(user)),
    revoke: () => dataOf(revokeTenantKey({ ...call, path: { id, key: of } })),
  };
  const tiers = Object.keys(settings.tiers);
  return (
    <ActDialog
      key={name}
      title={title}
      lead={lead}
      done={done}
      isDangerous={act !== 'tier' && act !== 'resume'}
      run={run[act]}
      onClose={onClose}
    >
      {of && <Mono>{of}</Mono>}
      {act === 'tier' && (
        <Field label={label}>
          {(ids) => (
            <Select {...ids} value={tier} onChange={({ target }) => setTier(target.value)}>
              {[...new Set([present, ...tiers])].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </ActDialog>
  );
}
