import { readdirSync } from 'node:fs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Surroundings } from '../../ops/surroundings.ts';
import { type Answer, elements, listAll, query, rest, textOf } from '../aws.ts';
import { ok, type Probe, type Result, wrong } from '../finding.ts';

/** Quotas of an account in a Region (docs/aws-facts.md, 5), and the share of one at which to act. */
const QUOTAS = { '/apikeys': 10_000, '/usageplans': 300 } as const;
const NEAR = 0.8;

/** What CloudFormation says of a stack. */
interface StackFacts {
  readonly outputs: Readonly<Record<string, string>>;
  readonly hasTerminationProtection: boolean;
}

/** Throws when there is no stack of that name, or it is not whole. */
async function stackFacts(StackName: string): Promise<StackFacts> {
  const xml = await query('cloudformation', '2010-05-15', 'DescribeStacks', { StackName });
  const [keys, values] = ['OutputKey', 'OutputValue'].map((name) => elements(xml, name));
  return {
    outputs: Object.fromEntries((keys ?? []).map((key, index) => [key, textOf(values?.[index] ?? '')])),
    hasTerminationProtection: elements(xml, 'EnableTerminationProtection')[0] === 'true',
  };
}

/** The outputs of a stack. Throws when there is none of that name, or it is not whole. */
export async function stackOutputs(stack: string): Promise<StackFacts['outputs']> {
  return (await stackFacts(stack)).outputs;
}

async function isProtected(TableName: string): Promise<boolean> {
  const { Table } = await new DynamoDBClient({}).send(new DescribeTableCommand({ TableName }));
  return Table?.DeletionProtectionEnabled === true;
}

/** Probes of a stack in its account, with the credentials that the AWS SDK finds. */
export function stackProbes(stack: string, { ops }: Surroundings): readonly Probe[] {
  const facts = stackFacts(stack);
  facts.catch(() => undefined);
  const outputs = facts.then((each) => each.outputs);
  outputs.catch(() => undefined);
  const apiId = async () => (await outputs).ApiId ?? '';
  return [
    {
      id: 'api-key-source',
      subject: 'The API key source',
      async run() {
        const { apiKeySource } = await rest('apigateway', `/restapis/${await apiId()}`);
        return apiKeySource === 'AUTHORIZER'
          ? ok('Usage keys come from the authorizer.')
          : wrong(
              `The API takes usage keys from ${apiKeySource}: callers choose their own limits.`,
              'Deploy the template again: apiKeySourceType in lib/front-door.ts is AUTHORIZER.',
            );
      },
    },
    {
      id: 'authorizer-cache',
      subject: "The authorizer's cache",
      async run() {
        const { item = [] } = await rest('apigateway', `/restapis/${await apiId()}/authorizers`);
        const cached = item.filter(
          ({ authorizerResultTtlInSeconds, identitySource }: Answer) =>
            authorizerResultTtlInSeconds > 0 || identitySource,
        );
        return cached.length === 0
          ? ok('No authorizer has a cache or an identity source.')
          : wrong(
              'An authorizer has a cache or an identity source.',
              'Deploy the template again (lib/front-door.ts).',
            );
      },
    },
    {
      id: 'observed',
      subject: 'Path rules that are observed',
      run: async () => observedRules((await outputs).Observed),
    },
    {
      id: 'rotation',
      subject: 'The rotation',
      async run() {
        const { KeysetSecretArn, AssertionSecretArn } = await outputs;
        const days: string[] = [];
        for (const SecretId of [KeysetSecretArn, AssertionSecretArn]) {
          const { RotationEnabled, LastRotatedDate, NextRotationDate } = await new SecretsManagerClient(
            {},
          ).send(new DescribeSecretCommand({ SecretId }));
          if (RotationEnabled !== true) {
            return wrong(
              'The signing keys are not rotated.',
              'Deploy the template again (lib/keyset-secret.ts).',
            );
          }
          if (NextRotationDate !== undefined && NextRotationDate.getTime() < Date.now() - 86_400_000) {
            return wrong(
              `A rotation was due on ${NextRotationDate.toISOString()} and has not succeeded.`,
              'docs/runbook/signing-keys.md says what to do.',
            );
          }
          days.push(LastRotatedDate?.toISOString() ?? 'no day that is known');
        }
        return ok(`The signing keys are rotated; of tokens last on ${days[0]}, of assertions on ${days[1]}.`);
      },
    },
    {
      id: 'protection',
      subject: 'Protection from deletion',
      settles: [17],
      async run() {
        const { hasTerminationProtection } = await facts;
        const { TableName = '', LedgerTableName } = await outputs;
        const names = LedgerTableName === undefined ? [TableName] : [TableName, LedgerTableName];
        const tables = await Promise.all(names.map(isProtected));
        const hasDeletionProtection = tables.every((each) => each);
        if (tables.every((each) => each === hasTerminationProtection)) {
          return ok(
            hasDeletionProtection
              ? 'Stack and table are protected from deletion.'
              : 'Stack and table are not protected from deletion, as it is in development.',
          );
        }
        return hasTerminationProtection
          ? wrong(
              'The stack is protected from deletion, and its table is not, or its ledger: a careless hand can delete every tenant and key.',
              `Run "${ops} protect" (docs/adr/0080-deletion-protection-after-the-deployment.md).`,
            )
          : wrong(
              'The table is protected from deletion, and its stack is not.',
              `Deploy again (environment: production), or run "${ops} protect --off" where the table may go.`,
            );
      },
    },
    {
      id: 'quotas',
      subject: 'Quotas',
      async run() {
        const near: string[] = [];
        for (const [path, quota] of Object.entries(QUOTAS)) {
          const { length: count } = await listAll(path);
          if (count >= NEAR * quota) near.push(`${count} of ${quota} in ${path}`);
        }
        return near.length === 0
          ? ok('API keys and usage plans are far below their quotas.')
          : wrong(
              `Near a quota of the account: ${near.join(', ')}.`,
              'docs/runbook/quotas.md says what to do.',
            );
      },
    },
    {
      id: 'alarms',
      subject: 'The alarms',
      async run() {
        const xml = await query('monitoring', '2010-08-01', 'DescribeAlarms', alarmNames(stack));
        const alarms = elements(elements(xml, 'MetricAlarms')[0] ?? '', 'AlarmName');
        const states = elements(xml, 'StateValue');
        const ringing = alarms.filter((_, index) => states[index] === 'ALARM');
        const actions = elements(xml, 'AlarmActions').filter((each) => each.includes('arn:'));
        if (alarms.length === 0)
          return wrong('There are no alarms.', 'Deploy the template again (lib/monitoring.ts).');
        if (ringing.length > 0)
          return wrong(`In alarm: ${ringing.join(', ')}.`, 'Each has a page of its name in docs/runbook/.');
        if (actions.length < alarms.length) {
          return wrong(
            `${alarms.length - actions.length} of ${alarms.length} alarms tell nobody.`,
            'Set alarmTopicArn in latchkey.config.ts to an SNS topic that somebody reads.',
          );
        }
        return ok(`${alarms.length} alarms are quiet, and each tells somebody.`);
      },
    },
  ];
}

/** Each alarm is named after its page. By a prefix, those of the stack `Latchkey-beta` would pass for `Latchkey`'s. */
function alarmNames(stack: string): Record<string, string> {
  const pages = readdirSync(new URL('../../docs/runbook/', import.meta.url));
  return Object.fromEntries(
    pages.map((page, index) => [`AlarmNames.member.${index + 1}`, `${stack}-${page.replace(/\.md$/, '')}`]),
  );
}

/** Rules as the stack's output names them: `/v1/things/* until 2027-01-31T09:00:00Z`, separated by commas. */
function observedRules(output: string | undefined): Result {
  if (output === undefined) return ok('No path is observed: what is refused stays out.');
  const rules = output.split(', ');
  const ended = rules.filter((rule) => Date.parse(rule.split(' until ')[1] ?? '') <= Date.now());
  const open = rules.filter((rule) => !ended.includes(rule));
  return ok(
    [
      ...(open.length === 0
        ? []
        : [`OBSERVED, so that anybody passes to the upstream, unidentified: ${open.join(', ')}.`]),
      ...(ended.length === 0
        ? []
        : [`Enforced again, so that observeUntil can be taken out: ${ended.join(', ')}.`]),
    ].join(' '),
  );
}
