import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadSettings } from '../lib/settings.ts';
import type { Surroundings } from '../ops/surroundings.ts';
import { Api } from './api.ts';
import { region } from './aws.ts';
import { withRecordings } from './facts-report.ts';
import { examine, type Finding, notChecked, ok, type Probe } from './finding.ts';
import { accountProbes } from './probes/account.ts';
import { deploymentProbes } from './probes/deployment.ts';
import { Flow } from './probes/flow.ts';
import { stackOutputs } from './probes/stack.ts';
import { removeTenant } from './remove-tenant.ts';

const usage = ({ doctor }: Surroundings) =>
  `usage: ${doctor} [--url URL] [--stack NAME] [--table NAME] [--stream PATH] [--mirror PATH] [--protected STACK]... [--slow] [--report FILE] [--json], or before the first deployment: --account [--config JSON] [--json]`;
const SIGNS = { ok: 'ok     ', wrong: 'WRONG  ', 'not checked': '-      ' } as const;

/** Tries a deployment, and prints what is wrong. Sets `process.exitCode`: 1 when something is, 2 when it could not begin. */
export async function doctor(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  try {
    process.exitCode = await run(argv, surroundings);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
}

/** Gives the exit code. */
async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { account, config, json = false, help = false, ...where } = readArguments(argv, surroundings);
  if (help) {
    console.log(usage(surroundings));
    return 0;
  }
  if (account === true) {
    const probes = accountProbes(await loadSettings({ config }));
    return report({ region: await region() }, await examine(probes, (each) => json || print(each)), json);
  }
  return examineDeployment(where, json, surroundings);
}

async function examineDeployment(
  {
    url: given,
    stack,
    table: givenTable,
    slow = false,
    stream: streamPath,
    mirror,
    protected: protectedStacks = [],
    report: page,
  }: Omit<ReturnType<typeof readArguments>, 'json'>,
  json: boolean,
  surroundings: Surroundings,
): Promise<number> {
  const outputs = stack === undefined ? {} : await stackOutputs(stack);
  const url = given ?? outputs.ApiUrl;
  if (url === undefined || !URL.canParse(url))
    throw new Error(`There is no URL to look at; ${usage(surroundings)}`);
  if (streamPath !== undefined && !streamPath.startsWith('/'))
    throw new Error('--stream is a path of the API, such as /v1/events.');
  if (page !== undefined && !url.startsWith('https:'))
    throw new Error('--report is for a live account: what this machine does is no fact about AWS.');
  const api = new Api(url);
  const table = givenTable ?? outputs.TableName;
  const flow = new Flow(api, { say: console.error });
  const findings = await examine(
    [
      ...deploymentProbes({
        api,
        flow,
        table,
        stack,
        slow,
        streamPath,
        mirror,
        protectedStacks,
        surroundings,
      }),
      cleanUp(flow, table),
    ],
    (finding) => json || print(finding),
  );
  if (page !== undefined) {
    const where = { date: new Date().toISOString().slice(0, 10), region: await region() };
    writeFileSync(page, withRecordings(readFileSync(page, 'utf8'), findings, where));
  }
  return report({ url }, findings, json);
}

function report(subject: object, findings: readonly Finding[], json: boolean): number {
  const faults = findings.filter(({ status }) => status === 'wrong').length;
  if (json) console.log(JSON.stringify({ ...subject, ok: faults === 0, findings }, undefined, 2));
  else console.log(faults === 0 ? '\nAll is well.' : `\n${faults} wrong.`);
  return faults === 0 ? 0 : 1;
}

/** The last probe: what the others made goes. */
function cleanUp(flow: Flow, table: string | undefined): Probe {
  return {
    id: 'clean-up',
    subject: "Removing the doctor's tenant",
    async run() {
      const { email, tenantId } = flow.trace;
      if (tenantId === undefined) return notChecked('There is nothing to remove.');
      if (table === undefined) {
        return notChecked(
          `The tenant ${tenantId} (${email}) stays: with --stack or --table, and rights on the table, it is removed.`,
        );
      }
      return ok(`The doctor's tenant is removed: ${await removeTenant(table, flow.trace)} items.`);
    },
  };
}

function print({ id, status, found, fix, settles = [] }: Finding): void {
  const facts = settles.length === 0 ? '' : ` (settles docs/aws-facts.md, ${settles.join(', ')})`;
  console.log(`${SIGNS[status]}${id.padEnd(18)}${found}${facts}`);
  if (fix !== undefined) console.log(`${' '.repeat(25)}${fix}`);
}

function readArguments(argv: readonly string[], surroundings: Surroundings) {
  const options = {
    url: { type: 'string' },
    stack: { type: 'string' },
    table: { type: 'string' },
    json: { type: 'boolean' },
    slow: { type: 'boolean' },
    stream: { type: 'string' },
    mirror: { type: 'string' },
    protected: { type: 'string', multiple: true },
    report: { type: 'string' },
    account: { type: 'boolean' },
    config: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}; ${usage(surroundings)}`);
  }
}
