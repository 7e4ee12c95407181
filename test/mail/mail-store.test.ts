import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkKey, outboxKey } from '../../lambdas/kernel/item-keys.ts';
import { hashLinkSecret, newLink, newLinkSecret } from '../../lambdas/mail/link.ts';
import { linkWrite, revokeLink, useLink } from '../../lambdas/mail/link-store.ts';
import { MAIL_SECONDS, newMail } from '../../lambdas/mail/mail.ts';
import { mailWrite } from '../../lambdas/mail/outbox-store.ts';
import { NOW, startStore, type TestStore } from '../support/table.ts';
import { mailStoresContract } from './mail-stores-contract.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

mailStoresContract(() => store);

const link = () => newLink({ kind: 'reset', subject: 'user:u', expiresIn: 60 }, NOW);

test('a mail and its link are there if and only if the change is that they stand in the transaction of', async () => {
  const [made, failed] = [link(), link()];
  const mails = [made, failed].map(({ id: linkId }) =>
    newMail({ to: 'ada@example.com', template: 'reset', facts: {}, language: 'en', linkId }, NOW),
  );
  const impossible = {
    ConditionCheck: { Key: linkKey('none'), ConditionExpression: 'attribute_exists(PK)' },
  };
  const [first, second] = mails;
  if (first === undefined || second === undefined) throw new Error('two mails');
  await store.table.transact([linkWrite(made), mailWrite(first)]);
  await expect(store.table.transact([impossible, linkWrite(failed), mailWrite(second)])).rejects.toThrow();
  expect(await store.item(outboxKey(first.id))).toBeDefined();
  expect(await store.item(outboxKey(second.id))).toBeUndefined();
  expect(await store.item(linkKey(failed.id))).toBeUndefined();
});

test('no secret of a link is in the table, and the link goes with TTL once no mail can bring it any more', async () => {
  const made = link();
  const secret = newLinkSecret();
  await store.links.add(made);
  await store.links.arm(made.id, hashLinkSecret(secret), NOW);
  const item = await store.item(linkKey(made.id));
  expect(JSON.stringify(item)).not.toContain(secret);
  expect(item?.ttl).toEqual({ N: String(made.forgottenAt) });
  expect(made.forgottenAt).toBeGreaterThan(NOW + MAIL_SECONDS + 60);
});

test('a link is used with what follows from it, or not at all', async () => {
  const made = link();
  const presented = { id: made.id, hash: hashLinkSecret(newLinkSecret()) };
  await store.links.add(made);
  await store.links.arm(made.id, presented.hash, NOW);
  const impossible = {
    ConditionCheck: { Key: linkKey('none'), ConditionExpression: 'attribute_exists(PK)' },
  };
  await expect(store.table.transact([useLink(presented, NOW), impossible])).rejects.toThrow();
  expect(await store.links.read(presented, NOW)).toBeDefined();
});

test('a link that was taken back opens nothing, and taking it back again is no failure', async () => {
  const made = link();
  const presented = { id: made.id, hash: hashLinkSecret(newLinkSecret()) };
  await store.links.add(made);
  await store.links.arm(made.id, presented.hash, NOW);
  for (const _ of [1, 2]) await store.table.transact([revokeLink(made.id)]);
  expect(await store.links.read(presented, NOW)).toBeUndefined();
});
