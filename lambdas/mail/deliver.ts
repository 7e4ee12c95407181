import type { Clock } from '../kernel/clock.ts';
import { hashLinkSecret, type LinkStore, linkToken, linkUrl, newLinkSecret } from './link.ts';
import type { Mail, OutboxStore } from './mail.ts';
import { type Rendering, render } from './render.ts';
import { type MailSender, Undeliverable } from './sender.ts';

/** Seconds from the first try to the second; each further pause is twice as long, up to an hour. */
const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3600;

/** Mails that a run tries at a time: those of a provider that answers late do not hold up all others. */
const AT_ONCE = 10;

/** What has become of a mail: sent, waiting for its next try, given up, or meant for nobody. */
export type Delivery = 'sent' | 'waits' | 'given up' | 'nobody' | 'taken';

export interface DeliveryContext extends Rendering {
  readonly outbox: OutboxStore;
  readonly links: LinkStore;
  readonly sender: MailSender;
  /**
   * Finds whom a mail is for that somebody asked for who is not known, and writes its link. Undefined when it is for
   * nobody.
   */
  readonly resolve: (mail: Mail) => Promise<Mail | undefined>;
  readonly clock: Clock;
  /** Is told of each try; never of an address. */
  readonly report: (mail: Mail, delivery: Delivery, cause?: unknown) => void;
}

/**
 * Tries a mail once. Whoever else has taken it meanwhile goes on with it. A mail that cannot be sent now waits for its
 * next try, longer each time, until it expires. Throws when the table cannot be asked.
 */
export async function deliver(seen: Mail, context: DeliveryContext): Promise<Delivery> {
  const { outbox, clock, report } = context;
  const told = (mail: Mail, delivery: Delivery, cause?: unknown) => {
    report(mail, delivery, cause);
    return delivery;
  };
  const now = clock();
  const mail = await outbox.take(seen, now + pauseSeconds(seen.attempts));
  if (mail === undefined) return 'taken';
  if (mail.expiresAt <= now) {
    await outbox.remove(mail.id);
    return told(mail, 'given up', 'it has expired');
  }
  try {
    const addressed = mail.askedBy === null || mail.linkId !== null ? mail : await context.resolve(mail);
    const sent = addressed !== undefined && (await send(addressed, context));
    await outbox.remove(mail.id);
    return told(mail, sent ? 'sent' : 'nobody');
  } catch (error) {
    if (!(error instanceof Undeliverable)) return told(mail, 'waits', error);
    await outbox.remove(mail.id);
    return told(mail, 'given up', error);
  }
}

/** Sends a mail with a new secret of its link. False for a link that is used or taken back: the mail is in vain. */
async function send(mail: Mail, { links, sender, clock, ...rendering }: DeliveryContext): Promise<boolean> {
  if (mail.linkId === null) {
    await sender.send(render(mail, null, rendering));
    return true;
  }
  const secret = newLinkSecret();
  const link = await links.arm(mail.linkId, hashLinkSecret(secret), clock());
  if (link === undefined) return false;
  const url = linkUrl(rendering.url, link.kind, linkToken(link.id, secret));
  await sender.send(render(mail, url, rendering));
  return true;
}

/** What a run has seen of the outbox. */
export interface Sweep {
  /** Seconds for which the oldest mail that is left has waited; 0 where none is. */
  readonly oldestSeconds: number;
  readonly waiting: number;
}

/** Tries every mail that is due, oldest first, while there is time. */
export async function sweep(context: DeliveryContext, hasTimeLeft: () => boolean): Promise<Sweep> {
  const { outbox, clock } = context;
  const left: Mail[] = [];
  let batch: Mail[] = [];
  const deliverBatch = async () => {
    const tried = batch;
    batch = [];
    const deliveries = await Promise.all(tried.map((mail) => deliver(mail, context)));
    left.push(...tried.filter((_, index) => deliveries[index] === 'waits'));
  };
  for await (const mail of outbox.waiting()) {
    if (mail.dueAt > clock() || !hasTimeLeft()) left.push(mail);
    else if (batch.push(mail) === AT_ONCE) await deliverBatch();
  }
  await deliverBatch();
  const oldest = Math.min(...left.map(({ queuedAt }) => queuedAt));
  return { waiting: left.length, oldestSeconds: left.length === 0 ? 0 : Math.max(0, clock() - oldest) };
}

function pauseSeconds(attempts: number): number {
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** attempts);
}
