import { RATE_LIMIT_HEADERS } from '../../lambdas/contract/rate-limit-headers.ts';
import type { Api } from '../api.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';
import type { Flow } from './flow.ts';
import { said } from './gateway.ts';

const HEADERS_FIX =
  'Set gatewayContextHeaders: false in latchkey.config.ts and deploy (docs/adr/0083-headers-without-the-context.md).';

/** Probes of what answers to proven callers look like. They stand on the main flow. */
export function answerProbes(api: Api, flow: Flow): readonly Probe[] {
  return [
    {
      id: 'rate-headers',
      subject: 'Headers of the allowance',
      settles: [1],
      run: flow.after(() => rateHeaders(flow)),
    },
    {
      id: 'context-values',
      subject: 'Absent values of the context',
      settles: [13],
      async run() {
        const odd = api.oddHeaders.slice(0, 5);
        return odd.length === 0
          ? ok('No answer had an empty header, or the name of a value in its place.')
          : wrong(`A value that the context lacks is no absent header: ${odd.join(', ')}.`, HEADERS_FIX);
      },
    },
    { id: 'head', subject: 'HEAD', settles: [11], run: flow.after(() => head(flow)) },
    { id: 'sandbox', subject: 'A test key', run: flow.after(() => sandbox(flow)) },
  ];
}

async function rateHeaders({ refusals }: Flow): Promise<Result> {
  const names = Object.keys(RATE_LIMIT_HEADERS);
  const statuses = refusals.map(({ status }) => status);
  if (![403, 429].every((status) => statuses.includes(status)))
    return notChecked('There was no 403 and 429 to look at.');
  const missing = refusals.flatMap(({ status, headers }) =>
    names.filter((name) => !headers.has(name)).map((name) => `${name} on ${status}`),
  );
  if (missing.length === 0) return ok(`API Gateway's own 403 and 429 have ${names.join(', ')}.`);
  return missing.length === refusals.length * names.length
    ? ok('API Gateway maps no header from the context, as it is with gatewayContextHeaders: false.')
    : wrong(`Headers of the allowance are missing: ${missing.join(', ')}.`, HEADERS_FIX);
}

async function head(flow: Flow): Promise<Result> {
  const response = await flow.call('getMe', flow.administrator, undefined, 'HEAD');
  if (response.status !== 200 || response.text !== '')
    return wrong(
      `HEAD of a row answers ${said(response)}.`,
      'Deploy the template again (lib/front-door.ts).',
    );
  const length = response.headers.get('content-length');
  return ok(`HEAD of a row has no content, and its Content-Length is ${length ?? 'absent'}.`);
}

async function sandbox(flow: Flow): Promise<Result> {
  const created = await flow.create({ name: 'doctor: a test key', environment: 'test' });
  if (typeof created !== 'string')
    return flow.lastStatus === 400 ? notChecked('The profile has no test keys.') : created;
  const response = await flow.call('getMe', { authorization: `Bearer ${created}` });
  return response.status === 200
    ? ok('A test key works, by the usage key of the sandbox.')
    : wrong(
        `A test key answers ${said(response)}: the usage key "sandbox" is missing, disabled or in no plan.`,
        'Deploy the template again (lib/usage-plans.ts); the reconciler makes a key that somebody deleted within a minute.',
      );
}
