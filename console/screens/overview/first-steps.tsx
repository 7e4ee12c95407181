import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { dataOf } from '../../api/client.ts';
import { listKeys } from '../../api/generated/sdk.gen.ts';
import { inLanguages, useTexts } from '../../app/language.ts';
import { useMe } from '../../app/me.ts';
import { Snippets } from '../../keys/shown-once.tsx';
import { VARIABLE } from '../../keys/snippets.ts';
import { Button, LinkButton, Spinner } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card } from '../../ui/parts.tsx';

const TEXTS = inLanguages(
  {
    title: 'First steps',
    lead: 'Two minutes to the first call',
    create: 'Create a key',
    createText: 'It is shown once: put it where you keep secrets.',
    createAction: 'Create key',
    call: 'Make the first call',
    callText: `With your key in place of $${VARIABLE}. This turns green by itself.`,
    waiting: 'Waiting for the first call…',
    ways: 'Ways to call',
    done: 'The first call has arrived',
    doneText: 'Your key works. From here on it is your program that calls.',
    close: 'Close',
  },
  {
    title: 'Erste Schritte',
    lead: 'Zwei Minuten bis zum ersten Aufruf',
    create: 'Einen Schlüssel erstellen',
    createText: 'Er wird einmal gezeigt: Legen Sie ihn zu Ihren Geheimnissen.',
    createAction: 'Schlüssel erstellen',
    call: 'Den ersten Aufruf machen',
    callText: `Mit Ihrem Schlüssel statt $${VARIABLE}. Dies wird von selbst grün.`,
    waiting: 'Wartet auf den ersten Aufruf…',
    ways: 'Wege zum Aufruf',
    done: 'Der erste Aufruf ist da',
    doneText: 'Ihr Schlüssel gilt. Von hier an ruft Ihr Programm auf.',
    close: 'Schließen',
  },
);

const POLL_MS = 3000;

/** Whether a tenant is past its first steps, as this browser remembers: a used key may be gone one day. */
const storedName = (tenantId: string) => `latchkey-console-first-steps-${tenantId}`;

/** For a new tenant: what to do until the first call is there. It looks for that by itself. */
export function FirstSteps() {
  const words = useTexts(TEXTS);
  const { tenant_id: tenantId } = useMe();
  const [isOver, setOver] = useState(() => localStorage.getItem(storedName(tenantId)) !== null);
  const [wasNew, setWasNew] = useState(false);
  const query = useQuery({
    queryKey: ['keys', 'first call'],
    queryFn: () => dataOf(listKeys({ query: { limit: 100 }, throwOnError: true })),
    enabled: !isOver,
    refetchInterval: ({ state }) => (state.data?.data.some(isUsed) ? false : POLL_MS),
  });
  const keys = query.data?.data;
  if (isOver || keys === undefined) return null;
  const hasCalled = keys.some(isUsed);
  if (!hasCalled && !wasNew) setWasNew(true);
  if (hasCalled && !wasNew) return null;
  const hasKey = keys.some(({ status }) => status === 'active');
  const close = () => {
    localStorage.setItem(storedName(tenantId), 'done');
    setOver(true);
  };
  return (
    <Card
      title={words.title}
      lead={words.lead}
      actions={
        hasCalled && (
          <Button size="small" onClick={close}>
            {words.close}
          </Button>
        )
      }
    >
      <ol className="flex flex-col gap-5">
        <Step isDone={hasKey} title={words.create} text={words.createText}>
          {!hasKey && (
            <LinkButton to="/keys/new" look="primary" size="small">
              {words.createAction}
            </LinkButton>
          )}
        </Step>
        <Step
          isDone={hasCalled}
          title={hasCalled ? words.done : words.call}
          text={hasCalled ? words.doneText : words.callText}
        >
          {hasKey && !hasCalled && (
            <div className="flex min-w-0 flex-col gap-3">
              <Snippets apiKey={`$${VARIABLE}`} label={words.ways} first="curl" />
              <p role="status" className="flex items-center gap-2 text-muted text-xs">
                <Spinner />
                {words.waiting}
              </p>
            </div>
          )}
        </Step>
      </ol>
    </Card>
  );
}

function isUsed({ last_used_at }: { readonly last_used_at: string | null }): boolean {
  return last_used_at !== null;
}

function Step({
  isDone,
  title,
  text,
  children,
}: {
  readonly isDone: boolean;
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <li className="flex gap-3.5">
      <span
        className={classNames(
          'grid size-6 shrink-0 place-items-center rounded-full border',
          isDone ? 'border-transparent bg-ok-soft text-ok' : 'border-line-strong text-faint',
        )}
      >
        {isDone && <Icon name="check" size={14} />}
      </span>
      <div className="flex min-w-0 flex-1 flex-col items-start gap-2">
        <div>
          <p className="font-medium text-[13px]">{title}</p>
          <p className="text-muted text-xs">{text}</p>
        </div>
        <div className="w-full min-w-0">{children}</div>
      </div>
    </li>
  );
}
