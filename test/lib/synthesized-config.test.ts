import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { expect, test } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { Latchkey } from '../../lib/latchkey.ts';
import type { LatchkeyProps } from '../../lib/latchkey-props.ts';
import { settingsFor } from '../../lib/latchkey-settings.ts';
import { loadOwnProfile } from '../../lib/profiles.ts';
import { synthesizedConfig } from '../../lib/synthesized-config.ts';
import { profile as ownProfile } from './own-profile.ts';

/** A folder in which an app was synthesized, with a Latchkey for each props. */
function appWith(all: Readonly<Record<string, (stack: Stack) => LatchkeyProps>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-synthesized-'));
  // Two are more than CloudFormation takes in a stack; here only what is written of them counts.
  const context = { '@aws-cdk/core:stackResourceLimit': 0 };
  const app = new App({ outdir: join(folder, 'cdk.out'), context });
  const stack = new Stack(app, 'orders');
  for (const [id, props] of Object.entries(all)) new Latchkey(stack, id, props(stack));
  app.synth();
  return folder;
}

const observeUntil = `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 16)}Z`;
const PROPS: LatchkeyProps = {
  tiers: {
    only: {
      rate: 50,
      burst: 500,
      monthlyQuota: null,
      keyRequestsPerMinute: 5,
      sessionRequestsPerMinute: 9,
      keys: 3,
    },
  },
  upstream: {
    url: 'https://origin.example.com',
    scopes: [{ path: '/v1/search', scope: 'read', observeUntil }],
  },
};

test('the configuration of an app is found in what was synthesized of it', () => {
  const found = parseConfig(synthesizedConfig(appWith({ Latchkey: () => PROPS })).config);
  const { config } = settingsFor(new Stack(), PROPS, undefined);
  expect(found).toEqual(config);
});

test('references to resources of the app do not stand in the way', () => {
  const folder = appWith({
    Latchkey: (stack) => ({
      vpc: new Vpc(stack, 'Vpc') as IVpc,
      upstream: { privateUrl: 'http://billing.internal' },
    }),
  });
  expect(parseConfig(synthesizedConfig(folder).config).upstream?.privateUrl).toBe('http://billing.internal');
});

test('of several, the variable LATCHKEY names one', () => {
  const folder = appWith({ First: () => PROPS, Second: () => ({}) });
  expect(() => synthesizedConfig(folder)).toThrow(
    /several Latchkeys in cdk\.out: name one by the variable LATCHKEY, of orders\/First, orders\/Second$/,
  );
  expect(Object.keys(synthesizedConfig(folder, 'orders/First').config.tiers)).toEqual(['only']);
  expect(() => synthesizedConfig(folder, 'orders/Third')).toThrow(/no Latchkey orders\/Third in cdk\.out/);
});

test('without anything synthesized, it says what to run', () => {
  expect(() => synthesizedConfig(tmpdir())).toThrow(/^there is no Latchkey in cdk\.out: run "npx cdk synth"/);
});

/** The repository's folder is that of an app here: paths are from it. */
const OWN = 'test/lib/own-profile.ts';

test('a profile of the team’s own is found by its module, and one that cannot be is told with the fix', async () => {
  const folder = appWith({ Latchkey: () => ({ profile: { ...ownProfile, module: OWN } }) });
  expect(synthesizedConfig(folder)).toMatchObject({ config: { profile: 'own' }, profileModule: OWN });
  expect(await loadOwnProfile('own', OWN)).toBe(ownProfile);
  await expect(loadOwnProfile('own', 'profiles/gone.js')).rejects.toThrow(
    /^profile: "own" is the module profiles\/gone\.js of your app, and there is no .+; run the command in the folder/,
  );
  await expect(loadOwnProfile('another', OWN)).rejects.toThrow('it exports no profile of that name');
  await expect(loadOwnProfile('own', 'README.md')).rejects.toThrow('it cannot be loaded');
});

test('of our profiles no module is noted', () => {
  expect(synthesizedConfig(appWith({ Latchkey: () => PROPS })).profileModule).toBeUndefined();
});
