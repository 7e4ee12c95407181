import { useState } from 'react';
import { Link } from 'wouter';
import type { User } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useMe, useTenant } from '../../app/me.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Button } from '../../ui/button.tsx';
import { Input } from '../../ui/field.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Badge, Card, Empty, PageHead } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import { Factors } from './factors.tsx';
import { matchingPeople, nameOf } from './filter.ts';
import { Invitations, InviteDialog } from './invitations.tsx';
import { usePeople } from './loaded-people.ts';
import { Person } from './person.tsx';
import { PEOPLE_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    lead: 'Who may sign in here, and what their role lets them do.',
    invite: 'Invite',
    search: 'Search by name, address or role',
    noMatch: 'Nobody matches',
  },
  {
    lead: 'Wer sich hier anmelden darf, und was die Rolle erlaubt.',
    invite: 'Einladen',
    search: 'Nach Name, Adresse oder Rolle suchen',
    noMatch: 'Niemand passt',
  },
);

/** Everybody of the tenant and who is invited; with an id in the path, one person. */
export default function People({ params: { id } }: { readonly params: Readonly<Record<string, string>> }) {
  return id === undefined ? <Everybody /> : <Person key={id} id={id} />;
}

function Everybody() {
  const words = { ...useTexts(PEOPLE_TEXTS), ...useTexts(TEXTS) };
  const { parameters, change } = useUrlParameters<'do' | 'text'>();
  const [text, setText] = useState(parameters.get('text') ?? '');
  const people = usePeople();
  return (
    <>
      <PageHead title={words.people} lead={words.lead}>
        <Button look="primary" icon="plus" onClick={() => change({ do: 'invite' })}>
          {words.invite}
        </Button>
      </PageHead>
      <Input
        type="search"
        icon="search"
        aria-label={words.search}
        placeholder={words.search}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          change({ text: target.value });
        }}
      />
      <Card flush>
        <Loaded query={people}>
          {(all) => {
            const shown = matchingPeople(all, text);
            return shown.length === 0 ? (
              <Empty icon="search" title={words.noMatch} />
            ) : (
              <PeopleTable people={shown} />
            );
          }}
        </Loaded>
      </Card>
      <Invitations />
      {parameters.get('do') === 'invite' && <InviteDialog onClose={() => change({ do: '' })} />}
    </>
  );
}

const CELL = 'px-5 py-2.5 max-sm:px-4';
const WIDE_CELL = `${CELL} max-sm:hidden`;

function PeopleTable({ people }: { readonly people: readonly User[] }) {
  const words = useTexts(PEOPLE_TEXTS);
  const { user_id } = useMe();
  const isRequired = useTenant().data?.require_factor;
  return (
    <table className="w-full text-left text-[13px]">
      <thead className="text-muted text-xs">
        <tr className="whitespace-nowrap border-line border-b">
          <th scope="col" className={`${CELL} font-medium`}>
            {words.name}
          </th>
          <th scope="col" className={`${CELL} font-medium`}>
            {words.role}
          </th>
          <th scope="col" className={`${WIDE_CELL} font-medium`}>
            {words.factors}
          </th>
          <th scope="col" className={`${WIDE_CELL} font-medium`}>
            {words.since}
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {people.map((person) => (
          <tr key={person.id} className="relative hover:bg-hover">
            <td className={`${CELL} w-full max-w-0`}>
              <Link
                to={`/people/${person.id}`}
                className="block truncate font-medium -outline-offset-2 after:absolute after:inset-0"
              >
                {nameOf(person)} {person.id === user_id && <Badge>{words.you}</Badge>}
              </Link>
              <span className="flex min-w-0 items-center gap-2 text-muted text-xs">
                {person.full_name !== null && <span className="truncate">{person.email}</span>}
                {!person.email_verified && <Badge tone="warn">{words.unconfirmed}</Badge>}
              </span>
            </td>
            <td className={CELL}>{person.role}</td>
            <td className={`${WIDE_CELL} whitespace-nowrap`}>
              <Factors person={person} isRequired={isRequired} />
            </td>
            <td className={`${WIDE_CELL} text-muted`}>
              <Time at={person.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
