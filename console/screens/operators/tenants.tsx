import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { dataOf } from '../../api/client.ts';
import { listTenants } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Input } from '../../ui/field.tsx';
import { Item } from '../../ui/items.tsx';
import { PageHead } from '../../ui/parts.tsx';
import { Paged, TenantStatus } from './paged.tsx';
import { OPERATOR_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    lead: 'Everybody whom this deployment serves.',
    search: 'An id, the address of a person, or a part of the name',
    counts: (people: string, keys: string) => `${people} people · ${keys} keys`,
  },
  {
    lead: 'Alle, für die diese Installation da ist.',
    search: 'Eine Id, die Adresse einer Person oder ein Teil des Namens',
    counts: (people: string, keys: string) => `${people} Personen · ${keys} Schlüssel`,
  },
);

const SETTLED_MS = 400;

/** All tenants, or those that are searched for. */
export default function Tenants() {
  const words = { ...useTexts(OPERATOR_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const { parameters, change } = useUrlParameters<'search'>();
  const search = parameters.get('search')?.trim() ?? '';
  const [text, setText] = useState(search);
  useEffect(() => {
    if (text.trim() === search) return;
    const timer = setTimeout(() => change({ search: text.trim() }), SETTLED_MS);
    return () => clearTimeout(timer);
  });
  return (
    <>
      <PageHead title={words.tenants} lead={words.lead} />
      <search>
        <Input
          type="search"
          icon="search"
          aria-label={words.search}
          placeholder={words.search}
          value={text}
          maxLength={254}
          onChange={({ target }) => setText(target.value)}
        />
      </search>
      <Paged
        name={['tenants', search]}
        icon="search"
        load={(cursor) =>
          dataOf(
            listTenants({
              query: { ...(search && { search }), ...(cursor && { cursor }) },
              throwOnError: true,
            }),
          )
        }
      >
        {(tenants) =>
          tenants.map(({ id, name, status, tier, user_count, key_count }) => (
            <Item
              key={id}
              title={
                <>
                  <Link to={`/operators/${id}`} className="hover:underline">
                    {name}
                  </Link>
                  <TenantStatus status={status} />
                </>
              }
            >
              {`${tier} · ${words.counts(format.number(user_count), format.number(key_count))}`}
            </Item>
          ))
        }
      </Paged>
    </>
  );
}
