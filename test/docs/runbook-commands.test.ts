import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as dynamodbSdk from '@aws-sdk/client-dynamodb';
import * as secretsSdk from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadSettings } from '../../lib/settings.ts';
import { OperatorShell } from '../ops/shell.ts';
import {
  type Account,
  apiKey,
  expectStatus,
  ROOMY_TIER,
  startTestStack,
  type TestStack,
} from '../support/stack.ts';

/** The commands of the runbook's pages, as an operator would type them, on a stack that serves. */

const RUNBOOK = join(import.meta.dirname, '../../docs/runbook');
const KEEP_OF_A_NAME = /<([A-Z_]+)>/g;

/** Of a page, every command in its order. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(RUNBOOK, `${page}.md`), 'utf8');
  return Array.from(text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm), ([, block = '']) => block)
    .flatMap((block) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** What a page takes an account for, or a tool that is not ours: the test looks at the words only. */
const ELSEWHERE = [
  /^aws (apigateway|cloudtrail|iam|lambda|service-quotas|wafv2) [a-z-]+( |$)/,
  /^npm run doctor -- (--account|--stack <STACK>)$/,
  /^openssl (ecparam|pkcs8|pkey) /,
];

/** Operations of AWS that the local stack does not have; each is one of the SDK's. */
const ONLY_ON_AWS = [
  'dynamodb list-backups',
  'dynamodb restore-table-from-backup',
  'dynamodb update-table',
  'secretsmanager list-secret-version-ids',
  'secretsmanager replicate-secret-to-regions',
  'secretsmanager restore-secret',
  'secretsmanager stop-replication-to-replica',
  'secretsmanager update-secret-version-stage',
];

const SDKS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  dynamodb: dynamodbSdk,
  secretsmanager: secretsSdk,
};
const pascal = (words: string) =>
  words.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());

let stack: TestStack;
let shell: OperatorShell;
let ada: Account;
let values: Record<string, string>;
let clients: Readonly<Record<string, { send: (command: never) => Promise<unknown> }>>;

beforeAll(async () => {
  stack = await startTestStack({ profile: 'default', config: { tiers: { free: ROOMY_TIER } } });
  shell = new OperatorShell(stack.local);
  ada = await stack.onboard('ada@example.com');
  const { outputs, region, credentials, dynamodbEndpoint, secretsEndpoint } = stack.local;
  clients = {
    dynamodb: new dynamodbSdk.DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials }),
    secretsmanager: new secretsSdk.SecretsManagerClient({ endpoint: secretsEndpoint, region, credentials }),
  };
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const keyFiles = { PUBLIC: join(shell.folder, 'public.pem'), PRIVATE: join(shell.folder, 'private.pem') };
  writeFileSync(keyFiles.PUBLIC, publicKey);
  writeFileSync(keyFiles.PRIVATE, privateKey);
  values = {
    ...keyFiles,
    FOLDER: join(shell.folder, 'backup'),
    TENANT: ada.tenantId,
    TABLE: outputs.TableName ?? '',
    SECRET: outputs.KeysetSecretArn ?? '',
    ASSERTIONS: outputs.AssertionSecretArn ?? '',
  };
  await sleep(1_100);
  values.TIME = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  await sleep(1_100);
});
afterAll(async () => {
  await stack?.stop();
  shell?.remove();
  rmSync(values?.FOLDER ?? '', { recursive: true, force: true });
});

const filled = (command: string, own: Readonly<Record<string, string>> = {}) =>
  command.replace(KEEP_OF_A_NAME, (whole, name: string) => own[name] ?? values[name] ?? whole);

/** Runs what can be run here, and holds the rest to what it must look like. */
async function run(command: string, own: Readonly<Record<string, string>>): Promise<void> {
  const [ops] = command.split('npm run ops -- ').slice(1);
  if (ops !== undefined) {
    const text = filled(ops, own);
    expect(text, 'a value is missing').not.toMatch(KEEP_OF_A_NAME);
    await shell.said(...text.split(' '));
    return;
  }
  const deployment = /^(npm run deploy|npx cdk diff)( -- | )?(.*)$/.exec(command)?.[3];
  if (deployment !== undefined) return requireConfiguration(deployment);
  const [, service = '', operation = '', options = ''] = /^aws (\S+) (\S+) ?(.*)$/.exec(command) ?? [];
  const sdk = SDKS[service];
  if (sdk === undefined) {
    expect(
      ELSEWHERE.some((form) => form.test(command)),
      command,
    ).toBe(true);
    return;
  }
  const Command = sdk[`${pascal(operation)}Command`] as (new (input: object) => never) | undefined;
  expect(Command, command).toBeDefined();
  if (Command === undefined || ONLY_ON_AWS.includes(`${service} ${operation}`)) return;
  const given = Array.from(filled(options, own).matchAll(/--([a-z-]+) (\S+)/g));
  const input = Object.fromEntries(given.map(([, name = '', value = '']) => [pascal(name), value]));
  const { Query: _, ...parameters } = input;
  await clients[service]?.send(new Command(parameters));
}

/** The options of a deployment must be ones that the synth takes. */
async function requireConfiguration(options: string): Promise<void> {
  const left = options
    .replaceAll(/-c config=@\w+\.json/g, '')
    .replaceAll(/-c region-role=(active|standby)/g, '')
    .replaceAll('--force', '')
    .trim();
  if (left === '') return;
  const [, config] = /^-c config='(.*)'$/.exec(left) ?? [];
  expect(config, `the options of a deployment: ${left}`).toBeDefined();
  await loadSettings({ config });
}

const runAll = async (page: string, own: Readonly<Record<string, string>> = {}) => {
  for (const command of commandsOf(page)) await run(command, own);
};
const firstSigner = async () =>
  (await shell.json('signing-keys')).keys.find(
    ({ use, state }: { use: string; state: string }) => use === 'token' && state === 'signs',
  ).kid;
const statusFor = async (headers: Readonly<Record<string, string>>) =>
  (await stack.send('GET /v1/stats', { headers })).status;
/** Instances of the authorizer hold the signing keys for two seconds: what has changed holds by then. */
const comes = (expected: () => Promise<void>) => vi.waitFor(expected, { timeout: 30_000, interval: 500 });
const works = () =>
  comes(async () => {
    const token = await stack.logIn(ada);
    expect(await statusFor({ authorization: `Bearer ${token}` })).toBe(200);
    expect(await statusFor(apiKey(ada.apiKey))).toBe(200);
  });
const isRefused = (token: string) =>
  comes(async () => expect(await statusFor({ authorization: `Bearer ${token}` })).toBe(401));

describe('the commands of', () => {
  test.each(['account-throttled', 'waf-blocks'])('%s run, and the tenant is served again', async (page) => {
    expect(commandsOf(page).length).toBeGreaterThan(2);
    await runAll(page);
    await works();
  });

  test.each(['leaked-operator-credentials', 'compromised-account'])(
    '%s run, and nothing that the leaked key signed is accepted',
    async (page) => {
      const old = await stack.logIn(ada);
      await runAll(page, { KID: await firstSigner() });
      await isRefused(old);
      await works();
    },
  );

  test('promotion run, and nobody is logged out', async () => {
    const token = await stack.logIn(ada);
    await runAll('promotion', { REGION: 'eu-west-1' });
    expect(await statusFor({ authorization: `Bearer ${token}` })).toBe(200);
    await works();
  });

  test('restore run, twice as well, and name the table that takes the place', async () => {
    const { into } = await shell.json('recover', '--to', values.TIME ?? '', '--dry-run');
    await runAll('restore', { RESTORED: String(into).replace(' (to be restored)', '') });
  });

  test('deleted-table run, where only the ledger is left', async () => {
    const restored = {
      SourceTableName: values.TABLE,
      TargetTableName: 'from-system-backup',
      RestoreDateTime: new Date(values.TIME ?? ''),
    };
    await clients.dynamodb?.send(new dynamodbSdk.RestoreTableToPointInTimeCommand(restored) as never);
    await runAll('deleted-table', { TABLE: 'deleted', RESTORED: 'from-system-backup' });
  });

  test('restore-backup run, and make a backup that can be restored', async () => {
    await runAll('restore-backup', { RESTORED: 'from-backup' });
    expectStatus(await stack.send('GET /v1/stats', { headers: apiKey(ada.apiKey) }), 200);
  });

  test('lost-secret run, and people can log in again', async () => {
    const old = await stack.logIn(ada);
    await runAll('lost-secret');
    await isRefused(old);
    await works();
  });
});

test('every place that a page leaves open is one that the tests fill', () => {
  const known = [
    ...Object.keys(values),
    ...[
      'KID',
      'REGION',
      'RESTORED',
      'STACK',
      'BACKUP',
      'VERSION',
      'PRESENT',
      'NAME',
      'ID',
      'ACCESS_KEY',
      'USER',
    ],
  ];
  for (const page of [
    'account-throttled',
    'compromised-account',
    'deleted-table',
    'leaked-operator-credentials',
    'lost-secret',
    'promotion',
    'restore',
    'restore-backup',
    'waf-blocks',
  ])
    for (const [, name] of commandsOf(page).join('\n').matchAll(KEEP_OF_A_NAME))
      expect(known).toContain(name);
});
