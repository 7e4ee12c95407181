import { expect, test } from 'vitest';
import { type DeletionContext, deleteAccount } from '../../lambdas/account/deletion.ts';
import { deletionSection } from '../../lambdas/account/end-sections.ts';
import { pageContext } from '../../lambdas/pages/page.ts';
import { memoryStores } from '../support/memory/stores.ts';
import { ADDRESS, NOW, newAccount } from '../support/tenants.ts';

const FROM = { actor: 'user:u', requestId: 'r', address: ADDRESS };

test('an operator does not delete their own account: the trail would forget from where they acted', async () => {
  const stores = memoryStores();
  const account = newAccount({ tenantId: 'operators' });
  const user = { ...account.user, role: 'operator' };
  await stores.accounts.createAccount({ ...account, user });
  const clock = () => NOW;
  const context: DeletionContext = { ...stores, clock, ownSessions: { ...stores, clock } };
  await expect(deleteAccount(user, FROM, context)).rejects.toMatchObject({
    code: 'conflicting_state',
    message: expect.stringContaining('operator remove'),
  });
  expect(await stores.people.find('operators', user.userId)).toMatchObject({ role: 'operator' });
});

test('the page of the own account leads no operator to the question', async () => {
  const context = pageContext(
    { branding: { name: 'Latchkey' } as never, url: 'https://api.example.com' },
    { acceptLanguage: 'en' },
  );
  const signedIn = { tenantId: 't1' } as never;
  expect(await deletionSection({ context, signedIn }, {})).toMatchObject({ id: 'deletion' });
  const operator = { tenantId: 'operators' } as never;
  expect(await deletionSection({ context, signedIn: operator }, {})).toBeNull();
});
