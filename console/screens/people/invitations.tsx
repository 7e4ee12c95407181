import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { fieldFault } from '../../api/errors.ts';
import { createInvitation, resendInvitation, revokeInvitation } from '../../api/generated/sdk.gen.ts';
import type { Invitation, Role } from '../../api/generated/types.gen.ts';
import { useAttempt } from '../../app/attempt.ts';
import { inLanguages, LANGUAGES, type Language, useLanguage, useTexts } from '../../app/language.ts';
import { useUrlParameters } from '../../app/url-parameters.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Choice, Field, Input, Select } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Item, Items } from '../../ui/items.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Badge, Card } from '../../ui/parts.tsx';
import { useRefusal } from '../../ui/refusal.tsx';
import { Time } from '../../ui/time.tsx';
import { toast } from '../../ui/toasts.tsx';
import { refreshPeople, useInvitations } from './loaded-people.ts';
import { RoleChoice, useRoles } from './role-choice.tsx';
import { PEOPLE_TEXTS } from './texts.ts';

const TEXTS = inLanguages(
  {
    title: 'Open invitations',
    open: 'Nobody is invited. Who has accepted is among the people.',
    expires: 'ends',
    expired: 'ended',
    resend: 'Send again',
    resendOf: (email: string) => `Send again to ${email}`,
    revoke: 'Take back',
    revokeOf: (email: string) => `Take back the invitation of ${email}`,
    revokeTitle: 'Take the invitation back?',
    revokeText: (email: string) => `The link that ${email} has is dead from now on.`,
    sent: (email: string) => `A mail is on its way to ${email}`,
    revoked: 'The invitation is taken back',
    invite: 'Invite somebody',
    inviteText:
      'They get a mail with a link, by which they choose a name and a password. They see every workspace.',
    days: 'The link works for',
    day: '1 day',
    someDays: (days: string) => `${days} days`,
    language: 'Language of the mail',
    send: 'Invite',
  },
  {
    title: 'Offene Einladungen',
    open: 'Niemand ist eingeladen. Wer angenommen hat, steht bei den Personen.',
    expires: 'endet',
    expired: 'endete',
    resend: 'Noch einmal senden',
    resendOf: (email: string) => `Noch einmal an ${email} senden`,
    revoke: 'Zurücknehmen',
    revokeOf: (email: string) => `Einladung von ${email} zurücknehmen`,
    revokeTitle: 'Einladung zurücknehmen?',
    revokeText: (email: string) => `Der Link, den ${email} hat, gilt ab sofort nicht mehr.`,
    sent: (email: string) => `Eine E-Mail ist unterwegs an ${email}`,
    revoked: 'Die Einladung ist zurückgenommen',
    invite: 'Jemanden einladen',
    inviteText:
      'Eine E-Mail mit einem Link geht hinaus; darüber werden Name und Passwort gewählt. Alle Arbeitsbereiche sind zu sehen.',
    days: 'Der Link gilt',
    day: '1 Tag',
    someDays: (days: string) => `${days} Tage`,
    language: 'Sprache der E-Mail',
    send: 'Einladen',
  },
);

/** Who was invited and has not answered: until when they can. */
export function Invitations() {
  const words = useTexts(TEXTS);
  const { parameters, change } = useUrlParameters<'revoke'>();
  const invitations = useInvitations();
  const revoked = invitations.data?.find(({ id }) => id === parameters.get('revoke'));
  return (
    <Card title={words.title} flush>
      <Loaded query={invitations}>
        {(open) =>
          open.length === 0 ? (
            <p className="px-5 py-4 text-[13px] text-muted max-sm:px-4">{words.open}</p>
          ) : (
            <Items>
              {open.map((each) => (
                <Row key={each.id} invitation={each} onRevoke={() => change({ revoke: each.id })} />
              ))}
            </Items>
          )
        }
      </Loaded>
      {revoked && (
        <ConfirmDialog
          title={words.revokeTitle}
          lead={words.revokeText(revoked.email)}
          action={words.revoke}
          run={async () => {
            await revokeInvitation({ path: { id: revoked.id }, throwOnError: true }).finally(refreshPeople);
            toast(words.revoked);
          }}
          onClose={() => change({ revoke: '' })}
        />
      )}
    </Card>
  );
}

function Row({
  invitation: { id, email, role, status, expires_at },
  onRevoke,
}: {
  readonly invitation: Invitation;
  readonly onRevoke: () => void;
}) {
  const words = useTexts(TEXTS);
  const explain = useRefusal();
  const resending = useMutation({
    mutationFn: () => dataOf(resendInvitation({ path: { id }, throwOnError: true })),
    onSuccess: () => toast(words.sent(email)),
    onError: (error) => toast(explain(error), { tone: 'danger' }),
    onSettled: refreshPeople,
  });
  const isOver = status === 'expired';
  return (
    <Item
      title={email}
      actions={
        <>
          <Button
            busy={resending.isPending}
            aria-label={words.resendOf(email)}
            onClick={() => resending.mutate()}
          >
            {words.resend}
          </Button>
          <Button aria-label={words.revokeOf(email)} onClick={onRevoke}>
            {words.revoke}…
          </Button>
        </>
      }
    >
      <p className="flex flex-wrap items-center gap-2">
        {role}
        <Badge tone={isOver ? 'warn' : 'neutral'}>
          <span>
            {isOver ? words.expired : words.expires} <Time at={expires_at} />
          </span>
        </Badge>
      </p>
    </Item>
  );
}

const DAYS = ['1', '7', '30'] as const;

interface Draft {
  readonly email: string;
  readonly full_name: string;
  readonly role: string;
  readonly days: (typeof DAYS)[number];
  readonly language: Language;
}

/** Where what is written waits while somebody signs in again: not in the URL, as it is somebody's address. */
const KEPT = 'latchkey-console-invitation';

function keptDraft(): Partial<Draft> {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');
}

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const close = () => {
    sessionStorage.removeItem(KEPT);
    onClose();
  };
  const words = { ...useTexts(PEOPLE_TEXTS), ...useTexts(TEXTS) };
  const language = useLanguage();
  const [smallest] = useRoles();
  const [draft, setDraft] = useState<Draft>(() => ({
    email: '',
    full_name: '',
    role: smallest?.name ?? '',
    days: '7',
    language,
    ...keptDraft(),
  }));
  const change = (changed: Partial<Draft>) => setDraft({ ...draft, ...changed });
  const attempt = useAttempt();
  const invite = () => {
    const { email, full_name, role, days, language } = draft;
    return attempt((headers) =>
      createInvitation({
        headers,
        body: {
          email: email.trim(),
          ...(full_name.trim() && { full_name: full_name.trim() }),
          role: role as Role,
          expires_in_days: Number(days),
          language,
        },
        throwOnError: true,
      }),
    );
  };
  return (
    <FormDialog
      title={words.invite}
      lead={words.inviteText}
      submit={words.send}
      told={['email', 'full_name']}
      act={invite}
      onDone={() => {
        toast(words.sent(draft.email));
        refreshPeople();
        close();
      }}
      onSignIn={() => sessionStorage.setItem(KEPT, JSON.stringify(draft))}
      onClose={close}
    >
      {(error) => (
        <>
          <Field label={words.email} fault={fieldFault(error, 'email')}>
            {(ids) => (
              <Input
                {...ids}
                type="email"
                required
                autoFocus
                maxLength={254}
                value={draft.email}
                onChange={({ target }) => change({ email: target.value })}
              />
            )}
          </Field>
          <Field label={words.name} optional={words.optional} fault={fieldFault(error, 'full_name')}>
            {(ids) => (
              <Input
                {...ids}
                maxLength={100}
                value={draft.full_name}
                onChange={({ target }) => change({ full_name: target.value })}
              />
            )}
          </Field>
          <RoleChoice role={draft.role} onChange={(role) => change({ role })} />
          <Choice
            legend={words.days}
            value={draft.days}
            options={DAYS.map((value) => ({
              value,
              label: value === '1' ? words.day : words.someDays(value),
            }))}
            onChange={(days) => change({ days })}
          />
          <Field label={words.language}>
            {(ids) => (
              <Select
                {...ids}
                value={draft.language}
                onChange={({ target }) => change({ language: target.value as Language })}
              >
                {Object.entries(LANGUAGES).map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
