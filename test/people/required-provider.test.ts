import { expect, test } from 'vitest';
import { enterWithPassword, onboard, signUp } from '../../lambdas/people/accounts.ts';
import { requiredProvider } from '../../lambdas/people/required-provider.ts';
import { profile } from '../../profiles/default.ts';
import { SIGN_IN } from '../providers/provider.ts';
import { DEPLOYMENT } from '../support/deployment.ts';
import { PROVIDER } from '../support/identity-provider.ts';
import { ADDRESS, NOW } from '../support/tenants.ts';

const provider = { ...PROVIDER, signIn: { ...SIGN_IN, domains: ['acme.example'] } };
const deployment = { ...DEPLOYMENT, identityProviders: [PROVIDER, provider] };
const FROM = { requestId: 'r', address: ADDRESS };

test.each([
  ['ada@acme.example', 'okta'],
  ['"a@b"@acme.example', 'okta'],
  ['ada@sub.acme.example', undefined],
  ['ada@acme.example.com', undefined],
  ['acme.example@example.com', undefined],
])('%s comes in by %s', (email, id) => {
  expect(requiredProvider(email, deployment)?.id).toBe(id);
});

test('a password of the domain is refused before anything is looked up or counted, and opens no account', async () => {
  // There is nothing to look into.
  const context = {
    deployment,
    clock: () => NOW,
    profile,
    accounts: undefined,
    backoff: undefined,
    sources: undefined,
  } as never;
  const refused = { code: 'provider_required' };
  const credentials = { email: 'ada@acme.example', password: 'x' };
  await expect(enterWithPassword(credentials, FROM, context, async () => 0)).rejects.toMatchObject(refused);
  const account = {
    ...credentials,
    name: 'A',
    tier: undefined,
    fullName: null,
    workspaceName: 'W',
    sector: null,
  };
  for (const open of [onboard, signUp])
    await expect(open({ ...account, language: 'en' }, context, FROM)).rejects.toMatchObject(refused);
});
