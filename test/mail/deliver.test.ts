import { beforeEach, describe, expect, test } from 'vitest';
import { type Delivery, type DeliveryContext, deliver, sweep } from '../../lambdas/mail/deliver.ts';
import { hashLinkSecret, newLink, presentedLink } from '../../lambdas/mail/link.ts';
import { MAIL_SECONDS, type MailRequest, newMail } from '../../lambdas/mail/mail.ts';
import { type ReadyMail, Undeliverable } from '../../lambdas/mail/sender.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { NOW } from '../support/tenants.ts';

const BRANDING = { name: 'Example', logo: null, color: '#1f4b99', darkColor: '#9db9ef' };

let stores: ReturnType<typeof memoryStores>;
let now: number;
let sent: ReadyMail[];
let fault: Error | undefined;
let reports: { readonly delivery: Delivery; readonly cause: unknown }[];
let context: DeliveryContext;

beforeEach(() => {
  stores = memoryStores();
  now = NOW;
  sent = [];
  fault = undefined;
  reports = [];
  context = {
    ...stores,
    branding: BRANDING,
    url: 'https://api.example.com',
    sender: {
      async send(mail) {
        if (fault !== undefined) throw fault;
        sent.push(mail);
      },
    },
    resolve: async () => undefined,
    clock: () => now,
    report: (_mail, delivery, cause) => void reports.push({ delivery, cause }),
  };
});

const request: MailRequest = { to: 'ada@example.com', template: 'reset', facts: {}, language: 'en' };

async function queued(changes: Partial<MailRequest> = {}) {
  const mail = newMail({ ...request, ...changes } as MailRequest, now);
  await stores.outbox.add(mail);
  return mail;
}

async function queuedWithLink(expiresIn = 60) {
  const link = newLink({ kind: 'reset', subject: 'user:u', expiresIn }, now);
  await stores.links.add(link);
  return { link, mail: await queued({ linkId: link.id }) };
}

/** The link of a mail that was sent, as it would be presented. */
function linkOf(mail: ReadyMail | undefined) {
  const presented = presentedLink(new URL(mail?.link ?? '').searchParams.get('link') ?? '');
  if (presented === undefined) throw new Error('the mail has no link');
  return presented;
}

test('a mail is sent once and leaves the outbox', async () => {
  const mail = await queued();
  const deliveries = await Promise.all([1, 2, 3].map(() => deliver(mail, context)));
  expect(deliveries.toSorted()).toEqual(['sent', 'taken', 'taken']);
  expect(sent).toHaveLength(1);
  expect(stores.state.outbox.size).toBe(0);
});

test('a provider that is down loses no mail: it is tried later and later, and sent when the provider is back', async () => {
  const mail = await queued();
  fault = new Error('SES answered 503');
  expect(await deliver(mail, context)).toBe('waits');
  const pauses: number[] = [];
  for (let day = now + 86_400; now < day; ) {
    const [waiting] = stores.state.outbox.values();
    if (waiting === undefined) throw new Error('the mail is lost');
    pauses.push(waiting.dueAt - now);
    now = waiting.dueAt;
    await sweep(context, () => true);
  }
  expect(pauses.slice(0, 8)).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600]);
  fault = undefined;
  now += 3600;
  expect(await sweep(context, () => true)).toEqual({ oldestSeconds: 0, waiting: 0 });
  expect(sent).toHaveLength(1);
});

test('a link is good for its time from when its mail was sent, however long that took', async () => {
  await queuedWithLink(60);
  fault = new Error('down');
  await sweep(context, () => true);
  fault = undefined;
  now += 2 * 86_400;
  await sweep(context, () => true);
  const presented = linkOf(sent[0]);
  expect(await stores.links.read(presented, now + 59)).toBeDefined();
  expect(await stores.links.read(presented, now + 60)).toBeUndefined();
});

test('a mail that is sent twice, as its provider did not answer, has two links that share one use', async () => {
  const { mail } = await queuedWithLink();
  const { sender } = context;
  await deliver(mail, {
    ...context,
    sender: {
      async send(ready) {
        await sender.send(ready);
        throw new Error('no answer');
      },
    },
  });
  now += 60;
  await sweep(context, () => true);
  const [first, second] = sent.map(linkOf);
  if (first === undefined || second === undefined) throw new Error('two mails');
  expect(first.hash).not.toBe(second.hash);
  await stores.links.use(first, now);
  await expect(stores.links.use(second, now)).rejects.toMatchObject({ code: 'invalid_link' });
});

test('the secret of a link is in the mail and nowhere else', async () => {
  const { link } = await queuedWithLink();
  await sweep(context, () => true);
  const secret = sent[0]?.link?.split('.').at(-1) ?? '';
  const kept = JSON.stringify([...stores.state.outbox.values(), ...stores.state.links.values(), reports]);
  expect(secret).toHaveLength(43);
  expect(kept).not.toContain(secret);
  expect(stores.state.links.get(link.id)?.hashes).toEqual([hashLinkSecret(secret)]);
});

test('a mail whose link has been taken back is not sent', async () => {
  const { link, mail } = await queuedWithLink();
  stores.state.links.delete(link.id);
  expect(await deliver(mail, context)).toBe('nobody');
  expect(sent).toEqual([]);
  expect(stores.state.outbox.size).toBe(0);
});

describe('a mail that cannot be delivered', () => {
  test('is given up at once where the mail itself is wrong', async () => {
    const mail = await queued();
    fault = new Undeliverable('SES answered 400 BadRequestException');
    expect(await deliver(mail, context)).toBe('given up');
    expect(stores.state.outbox.size).toBe(0);
  });

  test('is given up and told when its time is over', async () => {
    const mail = await queued();
    now += MAIL_SECONDS;
    expect(await deliver(mail, context)).toBe('given up');
    expect(sent).toEqual([]);
    expect(reports).toHaveLength(1);
  });

  test('holds up no other', async () => {
    for (let count = 0; count < 25; count += 1) await queued({ to: 'poison@example.com' });
    await queued();
    const { sender } = context;
    const picky = {
      async send(ready: ReadyMail) {
        if (ready.to === 'poison@example.com') throw new Error('no');
        return sender.send(ready);
      },
    };
    now += 5;
    const seen = await sweep({ ...context, sender: picky }, () => true);
    expect(sent.map(({ to }) => to)).toEqual(['ada@example.com']);
    expect(seen).toEqual({ waiting: 25, oldestSeconds: 5 });
  });
});

test('a run ends when its time is over, and tells of what is left', async () => {
  for (let count = 0; count < 3; count += 1) await queued();
  now += 7;
  expect(await sweep(context, () => false)).toEqual({ waiting: 3, oldestSeconds: 7 });
  expect(sent).toEqual([]);
});

test('whom a mail is for that somebody asked for is looked up when it is sent', async () => {
  const askedBy = { requestId: 'r', address: '192.0.2.7' };
  const [nobody, somebody] = [await queued({ askedBy }), await queued({ askedBy, to: 'eve@example.com' })];
  const resolving = {
    ...context,
    resolve: async (mail: typeof nobody) => (mail.to === somebody.to ? mail : undefined),
  };
  expect(await deliver(nobody, resolving)).toBe('nobody');
  expect(await deliver(somebody, resolving)).toBe('sent');
  expect(sent.map(({ to }) => to)).toEqual(['eve@example.com']);
});
