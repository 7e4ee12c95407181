import { Link } from 'wouter';
import { dataOf } from '../../api/client.ts';
import { listTenants } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Item } from '../../ui/items.tsx';
import { PageHead } from '../../ui/parts.tsx';
import { SettledInput } from '../../ui/settled-input.tsx';
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

/** All tenants, or those that are searched for. */
export default function Tenants() {
  const words = { ...useTexts(OPERATOR_TEXTS), ...useTexts(TEXTS) };
  const format = useFormats();
  const { parameters, change } = useUrlParameters<'search'>();
  const value = parameters.get('search') ?? '';
  const search = value.trim();
  return (
    <>
      <PageHead title={words.tenants} lead={words.lead} />
      <search>
        <SettledInput
          type="search"
          icon="search"
          maxLength={254}
          label={words.search}
          value={value}
          onSettled={(text) => change({ search: text })}
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
