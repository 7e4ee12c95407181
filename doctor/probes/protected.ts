import { type Answer, listAll, rest } from '../aws.ts';
import { notChecked, ok, type Probe, type Result, wrong } from '../finding.ts';
import { stackOutputs } from './stack.ts';

/** How the names of the outputs begin by which `protect` tells of an API (lib/protect/protected-api.ts). */
const OUTPUT = 'LatchkeyProtected';

/** What stands in the place of a parameter of a path: nothing has that id. */
const NOBODY = 'latchkey-doctor';

const TIMEOUT_MILLISECONDS = 30_000;

/** An API of the team's that stands behind Latchkey, as its output tells. */
interface ProtectedApi {
  readonly kind: 'rest' | 'http';
  /** Its id. */
  readonly api: string;
  /** The URLs of its stages. */
  readonly urls: readonly string[];
  /** Methods that are open, such as `GET /health`. */
  readonly public: readonly string[];
  /** What a call without a credential is answered. */
  readonly refused: number;
}

/** The probe of whether the deployed stages of protected APIs refuse every method without a credential. */
export function protectedProbe(stacks: readonly string[]): Probe {
  return {
    id: 'protected-methods',
    subject: 'The methods of protected APIs',
    async run() {
      const apis = (await Promise.all(stacks.map(protectedApis))).flat();
      if (apis.length === 0) return notChecked('No API of yours is protected in these stacks.');
      const looks = await Promise.all(apis.map(look));
      const faults = looks.flatMap(({ answered }) => answered);
      const called = looks.reduce((sum, each) => sum + each.called, 0);
      return faults.length === 0 ? allRefused(called, looks) : openOnes(faults);
    },
  };
}

interface Look {
  readonly called: number;
  /** Calls that were not refused, with their answers. */
  readonly answered: readonly string[];
  /** Why it could not be looked at. */
  readonly unseen?: string;
}

function allRefused(called: number, looks: readonly Look[]): Result {
  const unseen = looks.flatMap((each) => each.unseen ?? []);
  if (unseen.length > 0) return notChecked(unseen.join(' '));
  return ok(`All ${called} protected methods of ${looks.length} APIs refuse a call without a credential.`);
}

function openOnes(faults: readonly string[]): Result {
  return wrong(
    `Without a credential these are not refused as they should be: ${faults.join(', ')}.`,
    'Look which deployment the stage serves: one that was made before protect has no authorizer. Deploy the stack again; docs/protect.md, "When a method is open", says what else it may be.',
  );
}

async function protectedApis(stack: string): Promise<ProtectedApi[]> {
  return Object.entries(await stackOutputs(stack))
    .filter(([name]) => name.startsWith(OUTPUT))
    .map(([, value]) => JSON.parse(value));
}

/** Calls every method; those that write only when the stage refuses all that read. */
async function look(api: ProtectedApi): Promise<Look> {
  const { disableExecuteApiEndpoint } = await rest('apigateway', apiPath(api));
  if (disableExecuteApiEndpoint === true)
    return {
      called: 0,
      answered: [],
      unseen: `The URL of ${api.api} is switched off, and its domain is not known here.`,
    };
  const names = (await methodsOf(api)).filter(
    (name) => !name.startsWith('OPTIONS ') && !api.public.includes(name),
  );
  const reads = names.filter((name) => /^(GET|HEAD|ANY) |^\$default$/.test(name));
  const answered = await notRefused(api, reads);
  const writes = answered.length > 0 ? [] : names.filter((name) => !reads.includes(name));
  return {
    called: (reads.length + writes.length) * api.urls.length,
    answered: [...answered, ...(await notRefused(api, writes))],
  };
}

function apiPath({ kind, api }: ProtectedApi): string {
  return kind === 'rest' ? `/restapis/${api}` : `/v2/apis/${api}`;
}

/** The methods that the API has by now, such as `GET /items/{id}`. */
async function methodsOf(api: ProtectedApi): Promise<string[]> {
  if (api.kind === 'http') return routesOf(api);
  const resources = await listAll(`${apiPath(api)}/resources?embed=methods`);
  return resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.keys(resourceMethods).map((method) => `${method} ${path}`),
  );
}

async function routesOf(api: ProtectedApi): Promise<string[]> {
  const found: string[] = [];
  for (let token = ''; ; ) {
    const next = token === '' ? '' : `&nextToken=${encodeURIComponent(token)}`;
    const page = await rest('apigateway', `${apiPath(api)}/routes?maxResults=500${next}`);
    found.push(...page.items.map(({ routeKey }: Answer) => routeKey));
    if (typeof page.nextToken !== 'string') return found;
    token = page.nextToken;
  }
}

async function notRefused({ urls, refused }: ProtectedApi, names: readonly string[]): Promise<string[]> {
  const answered: string[] = [];
  for (const url of urls)
    for (const name of names) {
      const status = await statusOf(url, name);
      if (status !== refused) answered.push(`${name} at ${url} (${status})`);
    }
  return answered;
}

async function statusOf(url: string, name: string): Promise<number> {
  const [method = '', path = `/${NOBODY}`] = name.split(' ');
  const { status } = await fetch(url + path.replaceAll(/\{[^}]+\}/g, NOBODY), {
    method: /^(ANY|\$default)$/.test(method) ? 'GET' : method,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  });
  return status;
}
