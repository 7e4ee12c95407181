import { Aws, Stack, Token } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { isToken } from '../../lib/config-fields.ts';
import { loadSettings, tokenSettings } from '../../lib/settings.ts';

/** What a configuration says of tokens in the profile. */
async function tokensOf(profile: string, tokens: object) {
  const settings = await loadSettings({ profile, config: JSON.stringify({ tokens }) });
  return tokenSettings(settings.config, settings.profile);
}

test.each([
  ['memgraph', {}, 'HS256', true],
  ['memgraph', { algorithm: 'ES256' }, 'ES256', true],
  ['memgraph', { algorithm: 'ES256', acceptsHs256: false }, 'ES256', false],
  ['memgraph', { acceptsHs256: false }, 'HS256', true],
  ['default', {}, 'ES256', false],
  ['default', { acceptsHs256: true }, 'ES256', true],
  ['default', { algorithm: 'HS256' }, 'HS256', true],
])(
  '%s with %o signs with %s; tokens of HS256 keys are accepted: %s',
  async (profile, tokens, algorithm, accepts) => {
    expect(await tokensOf(profile, tokens)).toMatchObject({ algorithm, acceptsHs256: accepts });
  },
);

test('what only CloudFormation knows is told from a text, as CDK tells it', () => {
  const { stackName, urlSuffix } = new Stack();
  for (const text of [
    Aws.REGION,
    `https://${Aws.STACK_NAME}/x`,
    urlSuffix,
    stackName,
    '',
    '${Token',
    '$Token[a.1]',
  ])
    expect(isToken(text), text).toBe(Token.isUnresolved(text));
});
