/** The command line on contracts that have their rows elsewhere, in envelopes, or no refresh tokens. */
import { describe, expect, test } from 'vitest';
import { ROOMY_TIER, startTestStack } from '../support/stack.ts';
import { logIn } from './sign-in.ts';
import { Terminal } from './terminal.ts';

describe.each(['memgraph', 'memory-api'])('the profile %s', (profile) => {
  test('a person signs in, and manages keys', async () => {
    const stack = await startTestStack({ profile, config: { tiers: { free: ROOMY_TIER } } });
    try {
      const terminal = new Terminal();
      const account = await stack.onboard();
      const { code, stdout } = await logIn(terminal, stack.url, account);
      expect(code).toBe(0);
      expect(stdout.includes('renews no sign-in')).toBe(stack.profile.tokens.refresh === false);

      const created = await terminal.run(['keys', 'create', 'ci', '--scope', 'read', '--json']);
      const { id, key } = created.json;
      const inList = async () =>
        (await terminal.run(['keys', 'list', '--json'])).json.find((each: { id: string }) => each.id === id);
      expect(await inList()).toMatchObject({ name: 'ci', scopes: ['read'], status: 'active' });
      expect(
        (await terminal.run(['whoami', '--json'], { env: { LATCHKEY_API_KEY: key } })).json,
      ).toMatchObject({
        kind: 'key',
        key_id: id,
        tenant_id: account.tenantId,
      });
      // Refused at the gateway, in the contract's own words.
      expect(await terminal.run(['keys', 'list'], { env: { LATCHKEY_API_KEY: key } })).toMatchObject({
        code: 4,
      });
      expect(await terminal.run(['keys', 'list'], { env: { LATCHKEY_API_KEY: `${key}x` } })).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('latchkey login'),
      });
      const rotated = await terminal.run(['keys', 'rotate', id, '--grace-seconds', '60', '--json']);
      expect(rotated.json).toMatchObject({ id, key: expect.any(String) });
      expect((await terminal.run(['keys', 'revoke', id, '--yes'])).code).toBe(0);
      expect((await inList())?.status ?? 'revoked').toBe('revoked');
      expect((await terminal.run(['usage'])).stdout).toContain('This month');
      expect((await terminal.run(['audit', '--json'])).json[0]).toMatchObject({ seq: 1 });
      expect((await terminal.run(['logout'])).code).toBe(0);
    } finally {
      await stack.stop();
    }
  });
});
