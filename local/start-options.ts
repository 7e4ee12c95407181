import { type ParseArgsConfig, parseArgs } from 'node:util';
import { LocalStackError } from './failure.ts';

const USAGE =
  'usage: npm start -- [--upstream URL] [--profile NAME] [--config FILE] [--port 8787] [--data DIR] [--no-anonymous] [--help]';

/** The text of `npm start -- --help`. */
export const HELP = `${USAGE}

Synthesizes the CDK app and serves its template on this machine.

  --upstream URL   the API to put behind the door, such as http://127.0.0.1:3000; without it, that of latchkey.config.ts
  --profile NAME   the contract to serve: a file of profiles/; without it, that of latchkey.config.ts
  --config FILE    JSON whose fields replace those of latchkey.config.ts
  --port N         the port on localhost, 8787 if there is none; 0 takes any free one
  --data DIR       keeps table, secrets and stream positions there; without it they go when it stops
  --no-anonymous   refuses calls without a credential also where the profile lets them in in development
  --client-metadata-host NAME=127.0.0.1:PORT, --client-metadata-ca FILE
                   finds the metadata documents of OAuth clients on NAME at a server of this machine whose certificate
                   is of the authority in FILE (PEM)
  --help           prints this

DYNAMODB_ENDPOINT in the environment names a DynamoDB engine to use instead of the bundled one, LAMBDA_ENDPOINT where
functions of an upstream are invoked, such as http://127.0.0.1:3001 of sam local start-lambda.`;

/** What `npm start` and `latchkey dev` both take. */
export const COMMON_OPTIONS = {
  port: { type: 'string' },
  data: { type: 'string' },
  'no-anonymous': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The values of the options that are given. Throws a `LocalStackError` of one line, which ends with `usage`. */
export function valuesOf<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new LocalStackError(`${(error as Error).message.split('. ')[0]}; ${usage}`);
  }
}

/** The number of a port. Throws as {@link valuesOf}. */
export function portOf(port: string, usage: string): number {
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw new LocalStackError(`--port must be a number from 0 to 65535, not "${port}"; ${usage}`);
  return Number(port);
}

export interface StartOptions {
  readonly profile?: string;
  readonly upstream?: string;
  /** A file of JSON. */
  readonly config?: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly anonymous: boolean;
  readonly help: boolean;
  readonly clientMetadataHost?: { readonly name: string; readonly port: number; readonly caFile: string };
}

const OPTIONS = {
  ...COMMON_OPTIONS,
  profile: { type: 'string' },
  upstream: { type: 'string' },
  config: { type: 'string' },
  'client-metadata-host': { type: 'string' },
  'client-metadata-ca': { type: 'string' },
} as const;

/** Reads the arguments of `npm start`. Throws a `LocalStackError` of one line. */
export function readOptions(args: readonly string[]): StartOptions {
  const {
    profile,
    upstream,
    config,
    port = '8787',
    data,
    help = false,
    'no-anonymous': refusesAnonymous = false,
    'client-metadata-host': host,
    'client-metadata-ca': caFile,
  } = valuesOf(args, OPTIONS, USAGE);
  const portNumber = portOf(port, USAGE);
  if ([data, profile, upstream, config].includes(''))
    throw new LocalStackError(`an option is empty; ${USAGE}`);
  if (upstream !== undefined && isOwn(upstream, port)) {
    throw new LocalStackError(
      `--upstream names the port of this stack itself; name that of your API, or choose another --port`,
    );
  }
  return {
    port: portNumber,
    anonymous: !refusesAnonymous,
    help,
    ...(profile === undefined ? {} : { profile }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(config === undefined ? {} : { config }),
    ...(data === undefined ? {} : { dataDir: data }),
    ...clientMetadataHost(host, caFile),
  };
}

function clientMetadataHost(
  host: string | undefined,
  caFile: string | undefined,
): Pick<StartOptions, 'clientMetadataHost'> {
  if (host === undefined && caFile === undefined) return {};
  const [, name, port] = /^([a-z\d.-]+)=127\.0\.0\.1:(\d{1,5})$/.exec(host ?? '') ?? [];
  if (name === undefined || caFile === undefined || caFile === '') {
    throw new LocalStackError(
      `--client-metadata-host must be NAME=127.0.0.1:PORT, and takes --client-metadata-ca FILE; ${USAGE}`,
    );
  }
  return { clientMetadataHost: { name, port: Number(port), caFile } };
}

/** Whether calls of the upstream would come back here. What is no URL, the configuration's own check tells. */
function isOwn(upstream: string, port: string): boolean {
  const url = URL.parse(upstream);
  return url !== null && ['localhost', '127.0.0.1'].includes(url.hostname) && url.port === port;
}
