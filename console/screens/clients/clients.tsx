import { useQuery, useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../api/client.ts';
import { deleteClient, listClients } from '../../api/generated/sdk.gen.ts';
import type { Client } from '../../api/generated/types.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { Scopes } from '../../keys/key-parts.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Identifier } from '../../ui/copy.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Badge, Card, Empty, Mono, PageHead } from '../../ui/parts.tsx';
import { Time } from '../../ui/time.tsx';
import { RegisterDialog } from './register-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { CLIENT_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    title: 'OAuth clients',
    lead: 'Your own apps, which your people may let act for them',
    empty: 'No clients yet',
    others:
      'Apps that register themselves belong to nobody and are not listed. One that nobody agrees to ends after 24 hours; each person sees theirs under “Connected apps”.',
    all: 'Whatever its person may',
    old: 'The former secret works until',
    created: 'Registered',
    delete: 'Delete',
    deleteTitle: (name: string) => `Delete “${name}”?`,
    deleteLead: 'It gets no token any more, and those that it has end within minutes. There is no way back.',
  },
  {
    title: 'OAuth-Clients',
    lead: 'Eigene Apps, die Ihre Leute für sich handeln lassen können',
    empty: 'Noch keine Clients',
    others:
      'Apps, die sich selbst registrieren, gehören niemandem und stehen nicht hier. Eine, der niemand zustimmt, endet nach 24 Stunden; jeder sieht seine unter „Verbundene Apps“.',
    all: 'Was ihre Person darf',
    old: 'Das frühere Secret gilt bis',
    created: 'Registriert',
    delete: 'Löschen',
    deleteTitle: (name: string) => `„${name}“ löschen?`,
    deleteLead:
      'Er bekommt kein Token mehr, und die er hat, enden in wenigen Minuten. Es gibt keinen Weg zurück.',
  },
);

const QUERY = { queryKey: ['clients'], queryFn: () => dataOf(listClients({ throwOnError: true })) };

const nameOf = ({ name, id }: Client) => name ?? id;

/** The OAuth clients that the tenant has registered. What is being done stands in the URL. */
export default function Clients() {
  const words = { ...useTexts(CLIENT_TEXTS), ...useTexts(TEXTS) };
  const client = useQueryClient();
  const query = useQuery(QUERY);
  const { doing, id, begin, end } = useDoing<'register' | 'rotate' | 'delete'>();
  const chosen = query.data?.data.find((each) => each.id === id);
  const refresh = () => void client.invalidateQueries(QUERY);
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        <Button look="primary" icon="plus" onClick={() => begin('register')}>
          {words.register}
        </Button>
      </PageHead>
      <Card flush>
        <Loaded query={query}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty icon="code" title={words.empty} />
            ) : (
              <Items>
                {data.map((each) => (
                  <ClientItem
                    key={each.id}
                    client={each}
                    onRotate={() => begin('rotate', each.id)}
                    onDelete={() => begin('delete', each.id)}
                  />
                ))}
              </Items>
            )
          }
        </Loaded>
      </Card>
      <p className="max-w-prose text-muted text-xs">{words.others}</p>
      {doing === 'register' && <RegisterDialog onChanged={refresh} onClose={end} />}
      {doing === 'rotate' && chosen && <RotateDialog client={chosen} onChanged={refresh} onClose={end} />}
      {doing === 'delete' && chosen && (
        <ConfirmDialog
          title={words.deleteTitle(nameOf(chosen))}
          lead={words.deleteLead}
          name={nameOf(chosen)}
          action={words.delete}
          run={() => deleteClient({ path: { id: chosen.id }, throwOnError: true }).finally(refresh)}
          onClose={end}
        />
      )}
    </>
  );
}

function ClientItem({
  client,
  onRotate,
  onDelete,
}: {
  readonly client: Client;
  readonly onRotate: () => void;
  readonly onDelete: () => void;
}) {
  const words = { ...useTexts(CLIENT_TEXTS), ...useTexts(TEXTS) };
  const { id, token_endpoint_auth_method: method, previous_secret_expires_at: until } = client;
  const shownName = nameOf(client);
  return (
    <Item
      title={
        <>
          {shownName}
          <Badge>{words[method]}</Badge>
        </>
      }
      actions={
        <>
          {method === 'client_secret_basic' && (
            <Button aria-label={`${words.rotate}: ${shownName}`} onClick={onRotate}>
              {words.rotate}…
            </Button>
          )}
          <Button aria-label={words.deleteTitle(shownName)} onClick={onDelete}>
            {words.delete}…
          </Button>
        </>
      }
    >
      <Identifier id={id} />
      {client.redirect_uris.map((uri) => (
        <Mono key={uri}>{uri}</Mono>
      ))}
      {client.scopes === null ? <p>{words.all}</p> : <Scopes scopes={client.scopes} all />}
      {until && Date.parse(until) > Date.now() && (
        <p className="text-warn">
          {words.old} <Time at={until} exact />
        </p>
      )}
      <p>
        {words.created} <Time at={client.created_at} exact />
      </p>
    </Item>
  );
}
