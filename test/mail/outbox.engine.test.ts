import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mail, newMail } from '../../lambdas/mail/mail.ts';
import { DynamoOutboxStore } from '../../lambdas/mail/outbox-store.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const MAIL = { to: 'ada@example.com', template: 'reset', facts: {}, language: 'en' } as const;

describe.each([
  ['SES', { identity: 'example.com', from: 'Example <accounts@example.com>' }],
  ['an address of SES', { identity: 'accounts@example.com', from: 'accounts@example.com' }],
  ['EventBridge', {}],
])('mails by %s', (_by, mail) => {
  let stack: TestStack;
  let outbox: DynamoOutboxStore;
  beforeAll(async () => {
    stack = await startTestStack({ profile: 'default', config: { mail } });
    outbox = new DynamoOutboxStore(stack.table);
  });
  afterAll(() => stack.stop());

  test('a mail that is queued is sent at once', async () => {
    await outbox.add(newMail(MAIL, seconds()));
    await stack.local.idle();
    expect(stack.local.mails()).toMatchObject([
      { to: 'ada@example.com', subject: expect.stringContaining('password') },
    ]);
    expect(await waiting(outbox)).toEqual([]);
  });

  test('what sends them may do no more', () => {
    expect(stack.local.rights().refused).toEqual([]);
  });
});

describe('a provider that is down', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ profile: 'default' });
  });
  afterAll(() => stack.stop());

  test('loses no mail, and the schedule sends it when the provider is back', async () => {
    const outbox = new DynamoOutboxStore(stack.table);
    stack.local.pauseMail();
    await outbox.add(newMail(MAIL, seconds()));
    await stack.local.idle();
    expect(stack.local.mails()).toEqual([]);
    const [mail] = await waiting(outbox);
    expect(mail).toMatchObject({ attempts: 1 });
    stack.local.resumeMail();
    // The pause is over: nothing is tried before.
    await outbox.take({ id: mail?.id ?? '', attempts: 1 }, seconds());
    await stack.local.invoke('Functionsmailer', {});
    expect(stack.local.mails()).toHaveLength(1);
    expect(await waiting(outbox)).toEqual([]);
  });
});

const seconds = () => Math.floor(Date.now() / 1000);

async function waiting(outbox: DynamoOutboxStore): Promise<readonly Mail[]> {
  const mails: Mail[] = [];
  for await (const mail of outbox.waiting()) mails.push(mail);
  return mails;
}
