import { expect, test } from 'vitest';
import { loadSettings } from '../../lib/settings.ts';
import { propertiesOf, templateOf } from './synth.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const provider = {
  issuer: 'https://acme.okta.com',
  tenantId: '01a1fcf7-ccba-71e8-9c63-05ffff8b8ba5',
  role: 'viewer',
  linkByEmail: true,
};
const signIn = { id: 'acme-okta', label: 'Okta', clientId: 'latchkey' };
const config = {
  identityProviders: [
    { ...provider, signIn },
    {
      ...provider,
      issuer: 'https://public.example.com',
      signIn: { ...signIn, id: 'public', authentication: 'none' },
    },
  ],
};

test('a provider with a client secret has a place for it, which one function reads, and nothing else does', async () => {
  const template = await templateOf({ profile: 'default', config });
  const resources = template.findResources('AWS::SecretsManager::Secret');
  const [id, ...more] = Object.keys(resources).filter((each) => each.startsWith('ProviderSecrets'));
  expect(more).toEqual([]);
  const reading = propertiesOf(template, 'AWS::IAM::Policy').flatMap(({ PolicyDocument, Roles }) =>
    PolicyDocument.Statement.filter(({ Resource }: Statement) =>
      JSON.stringify(Resource).includes(id ?? ''),
    ).map(({ Action }: Statement) => [Roles[0].Ref, Action]),
  );
  expect(reading).toEqual([[expect.stringContaining('Functionstokens'), 'secretsmanager:GetSecretValue']]);
  template.hasOutput('ProviderSecretAcmeOkta', { Value: { Ref: id } });
  // Of the value there is nothing in the template.
  expect(resources[id ?? '']?.Properties.SecretString).toBe('{}');
});

test('without a provider, nothing is there for one', async () => {
  const template = await templateOf({ profile: 'default' });
  expect(JSON.stringify(template.toJSON())).not.toMatch(/ProviderSecret|PROVIDER_SECRET|SIGNINFLOW/);
});

test('a provider on this machine is for a stack on this machine', async () => {
  const local = { identityProviders: [{ ...provider, issuer: 'http://127.0.0.1:9000', signIn }] };
  await expect(loadSettings({ profile: 'default', config: local })).rejects.toThrow(
    'identityProviders.0.issuer: people sign in with a provider on this machine only where the stack runs there too',
  );
  await expect(loadSettings({ profile: 'default', config: local, isLocal: true })).resolves.toBeDefined();
});
