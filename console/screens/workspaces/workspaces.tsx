import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { dataOf } from '../../api/client.ts';
import { createWorkspace, deleteWorkspace, updateWorkspace } from '../../api/generated/sdk.gen.ts';
import type { Workspace } from '../../api/generated/types.gen.ts';
import { useAttempt } from '../../app/attempt.ts';
import { inLanguages, useFormats, useTexts } from '../../app/language.ts';
import { useMay, useWorkspaces } from '../../app/me.ts';
import { useDoing } from '../../app/url-parameters.ts';
import { refreshKeys } from '../../keys/loaded-keys.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Badge, Card, Empty, PageHead } from '../../ui/parts.tsx';
import { useRefusal } from '../../ui/refusal.tsx';
import { TextDialog } from '../../ui/text-dialog.tsx';
import { Time } from '../../ui/time.tsx';
import { toast } from '../../ui/toasts.tsx';

const TEXTS = inLanguages(
  {
    title: 'Workspaces',
    lead: 'A workspace keeps things apart: a key works in its one workspace and sees nothing of the others.',
    create: 'Create workspace',
    createText: 'This takes a few seconds, until every server knows it.',
    rename: 'Rename',
    renameOf: (name: string) => `Rename ${name}`,
    remove: 'Delete',
    removeOf: (name: string) => `Delete ${name}`,
    finish: 'Finish deleting',
    name: 'Name',
    save: 'Save',
    isDefault: 'default',
    closing: 'being deleted',
    keys: (count: string) => `${count} keys`,
    key: '1 key',
    created: 'created',
    isCreated: (name: string) => `“${name}” is there`,
    isRenamed: (name: string) => `It is called “${name}” now`,
    isRemoved: (name: string) => `“${name}” is deleted`,
    removeTitle: (name: string) => `Delete “${name}”?`,
    removeText: 'This cannot be taken back. What your services keep of it stays with them.',
    removeKeys: (count: string) =>
      `Its keys (${count}) are refused within two seconds and revoked. This cannot be taken back.`,
    alone: 'One workspace is enough for many',
    aloneText: 'Make another for a customer, a product or a team whose keys must not see the rest.',
  },
  {
    title: 'Arbeitsbereiche',
    lead: 'Ein Arbeitsbereich hält Dinge getrennt: Ein Schlüssel gilt in seinem einen und sieht von den anderen nichts.',
    create: 'Arbeitsbereich erstellen',
    createText: 'Das dauert einige Sekunden, bis jeder Server ihn kennt.',
    rename: 'Umbenennen',
    renameOf: (name: string) => `${name} umbenennen`,
    remove: 'Löschen',
    removeOf: (name: string) => `${name} löschen`,
    finish: 'Fertig löschen',
    name: 'Name',
    save: 'Speichern',
    isDefault: 'Standard',
    closing: 'wird gelöscht',
    keys: (count: string) => `${count} Schlüssel`,
    key: '1 Schlüssel',
    created: 'erstellt',
    isCreated: (name: string) => `„${name}“ ist da`,
    isRenamed: (name: string) => `Er heißt jetzt „${name}“`,
    isRemoved: (name: string) => `„${name}“ ist gelöscht`,
    removeTitle: (name: string) => `„${name}“ löschen?`,
    removeText: 'Das lässt sich nicht zurücknehmen. Was Ihre Dienste davon haben, bleibt dort.',
    removeKeys: (count: string) =>
      `Seine Schlüssel (${count}) werden binnen zwei Sekunden abgelehnt und widerrufen. Das lässt sich nicht zurücknehmen.`,
    alone: 'Für viele reicht ein Arbeitsbereich',
    aloneText:
      'Ein weiterer lohnt sich für Kunden, Produkte oder Teams, deren Schlüssel den Rest nicht sehen sollen.',
  },
);

/** The workspaces with how many keys each has. Who may change settings makes, renames and deletes them. */
export default function Workspaces() {
  const words = useTexts(TEXTS);
  const mayChange = useMay('settings');
  const workspaces = useWorkspaces();
  const { doing, id: chosenId, begin, end } = useDoing<'create' | 'rename' | 'delete'>();
  const chosen = workspaces.data?.find(({ id }) => id === chosenId);
  const isAlone = workspaces.data?.length === 1;
  return (
    <>
      <PageHead title={words.title} lead={words.lead}>
        {mayChange && (
          <Button look="primary" icon="plus" onClick={() => begin('create')}>
            {words.create}
          </Button>
        )}
      </PageHead>
      <Card flush>
        <Loaded query={workspaces}>
          {(all) => (
            <Items>
              {all.map((workspace) => (
                <Row key={workspace.id} workspace={workspace}>
                  {mayChange && (
                    <>
                      <Button
                        aria-label={words.renameOf(workspace.name)}
                        onClick={() => begin('rename', workspace.id)}
                      >
                        {words.rename}
                      </Button>
                      {!workspace.is_default && (
                        <Button
                          aria-label={words.removeOf(workspace.name)}
                          onClick={() => begin('delete', workspace.id)}
                        >
                          {workspace.status === 'closing' ? words.finish : words.remove}…
                        </Button>
                      )}
                    </>
                  )}
                </Row>
              ))}
            </Items>
          )}
        </Loaded>
        {isAlone && (
          <div className="border-line border-t">
            <Empty icon="workspaces" title={words.alone}>
              {words.aloneText}
            </Empty>
          </div>
        )}
      </Card>
      {mayChange && doing === 'create' && <NameDialog onClose={end} />}
      {mayChange && doing === 'rename' && chosen && <NameDialog workspace={chosen} onClose={end} />}
      {mayChange && doing === 'delete' && chosen && !chosen.is_default && (
        <DeleteDialog workspace={chosen} onClose={end} />
      )}
    </>
  );
}

function Row({
  workspace: { id, name, status, is_default, key_count, created_at },
  children,
}: {
  readonly workspace: Workspace;
  readonly children: ReactNode;
}) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const mayKeys = useMay('keys');
  const keys = key_count === 1 ? words.key : words.keys(format.number(key_count));
  return (
    <Item
      title={
        <>
          <span className="break-all">{name}</span>
          {is_default && <Badge>{words.isDefault}</Badge>}
          {status === 'closing' && <Badge tone="warn">{words.closing}</Badge>}
        </>
      }
      actions={children}
    >
      <p>
        {mayKeys ? (
          <Link to={`/keys?workspace=${id}`} className="underline hover:text-ink">
            {keys}
          </Link>
        ) : (
          keys
        )}{' '}
        · {words.created} <Time at={created_at} />
      </p>
    </Item>
  );
}

/** Names a new workspace, or an old one anew. */
function NameDialog({
  workspace,
  onClose,
}: {
  readonly workspace?: Workspace;
  readonly onClose: () => void;
}) {
  const words = useTexts(TEXTS);
  const explain = useRefusal();
  const before = workspace?.name ?? '';
  const attempt = useAttempt();
  const rename = (id: string, name: string) =>
    dataOf(updateWorkspace({ path: { id }, body: { name }, throwOnError: true })).finally(refreshKeys);
  const create = async (name: string) => {
    await attempt((headers) => createWorkspace({ headers, body: { name }, throwOnError: true })).finally(
      refreshKeys,
    );
    toast(words.isCreated(name));
  };
  const change = async ({ id }: Workspace, name: string) => {
    await rename(id, name);
    const undo = () =>
      void rename(id, before).then(
        () => toast(words.isRenamed(before)),
        (error) => toast(explain(error), { tone: 'danger' }),
      );
    toast(words.isRenamed(name), { undo });
  };
  return (
    <TextDialog
      title={workspace === undefined ? words.create : words.renameOf(before)}
      lead={workspace === undefined && words.createText}
      submit={workspace === undefined ? words.create : words.save}
      label={words.name}
      field="name"
      first={before}
      maxLength={100}
      act={(name) => (workspace === undefined ? create(name) : change(workspace, name))}
      onDone={onClose}
      onClose={onClose}
    />
  );
}

/** Asks for the name where keys go with it. */
function DeleteDialog({
  workspace: { id, name, key_count, status },
  onClose,
}: {
  readonly workspace: Workspace;
  readonly onClose: () => void;
}) {
  const words = useTexts(TEXTS);
  const format = useFormats();
  const force = key_count > 0 || status === 'closing';
  const run = async () => {
    try {
      // What takes longer than an answer may is said to be closing: another call goes on with it.
      while (
        (
          await dataOf(
            deleteWorkspace({ path: { id }, query: { force: force ? 'true' : 'false' }, throwOnError: true }),
          )
        ).status === 'closing'
      );
    } finally {
      refreshKeys();
    }
    toast(words.isRemoved(name));
  };
  return (
    <ConfirmDialog
      title={words.removeTitle(name)}
      lead={key_count > 0 ? words.removeKeys(format.number(key_count)) : words.removeText}
      action={words.remove}
      name={force ? name : undefined}
      run={run}
      onClose={onClose}
    />
  );
}
