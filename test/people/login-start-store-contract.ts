import { describe, expect, test } from 'vitest';
import { loginSubjects, takeAttempt } from '../../lambdas/attempts/backoff.ts';
import { placeOf } from '../../lambdas/attempts/source.ts';
import { NOW, newAccount, type Stores } from '../support/tenants.ts';

/** What every `LoginStartStore` does, together with the stores of what it reads. */
export function loginStartStoreContract(
  stores: () => Pick<Stores, 'accounts' | 'starts' | 'backoff' | 'sources'>,
): void {
  const address = '192.0.2.1';
  const start = (email: string, now = NOW) =>
    stores().starts.read(
      email,
      placeOf(email, address),
      loginSubjects(email, address).map(({ id }) => id),
      now,
    );
  const NONE = { failures: 0, blockedUntil: 0 };

  describe('what a login begins with', () => {
    test('of an address that nobody has, there is no login, no known place and no attempt', async () => {
      const nobody = `${crypto.randomUUID()}@example.com`;
      expect(await start(nobody)).toEqual({ login: undefined, isKnown: false, attempts: [NONE, NONE] });
    });

    test('of an account it is the login, and the attempts of each subject by itself', async () => {
      const account = newAccount();
      await stores().accounts.createAccount(account);
      const { email } = account.user;
      const [here, anywhere] = loginSubjects(email, address);
      if (here === undefined || anywhere === undefined) throw new Error('a login has two subjects');
      await takeAttempt(stores().backoff, here, NOW);
      await takeAttempt(stores().backoff, here, NOW);
      await takeAttempt(stores().backoff, anywhere, NOW);
      expect(await start(email)).toMatchObject({
        login: await stores().accounts.findLogin(email),
        attempts: [{ failures: 2 }, { failures: 1 }],
      });
      // TTL deletes late.
      expect((await start(email, NOW + 7200)).attempts).toEqual([NONE, NONE]);
    });

    test('a place is known until its time is over, also when it has not been deleted yet', async () => {
      const email = `${crypto.randomUUID()}@example.com`;
      await stores().sources.remember(placeOf(email, address), NOW + 10);
      expect([(await start(email, NOW + 9)).isKnown, (await start(email, NOW + 10)).isKnown]).toEqual([
        true,
        false,
      ]);
    });
  });
}
