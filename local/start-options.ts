import { parseArgs } from 'node:util';
import { LocalStackError } from './failure.ts';

const USAGE = 'usage: npm start -- [--profile NAME] [--port 8787] [--data DIR] [--no-anonymous] [--help]';

/** The text of `npm start -- --help`. */
export const HELP = `${USAGE}

Synthesizes the CDK app and serves its template on this machine.

  --profile NAME   the contract to serve: a file of profiles/; without it, that of latchkey.config.ts
  --port N         the port on localhost, 8787 if there is none; 0 takes any free one
  --data DIR       keeps table, secrets and stream positions there; without it they go when it stops
  --no-anonymous   refuses calls without a credential also where the profile lets them in in development
  --help           prints this

DYNAMODB_ENDPOINT in the environment names a DynamoDB engine to use instead of the bundled one.`;

export interface StartOptions {
  readonly profile?: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly anonymous: boolean;
  readonly help: boolean;
}

/** Reads the arguments of `npm start`. Throws a `LocalStackError` of one line. */
export function readOptions(args: readonly string[]): StartOptions {
  const {
    profile,
    port = '8787',
    data,
    help = false,
    'no-anonymous': refusesAnonymous = false,
  } = parse(args);
  if (!/^\d+$/.test(port) || Number(port) > 65_535) {
    throw new LocalStackError(`--port must be a number from 0 to 65535, not "${port}"; ${USAGE}`);
  }
  if (data === '' || profile === '') throw new LocalStackError(`an option is empty; ${USAGE}`);
  return {
    port: Number(port),
    anonymous: !refusesAnonymous,
    help,
    ...(profile === undefined ? {} : { profile }),
    ...(data === undefined ? {} : { dataDir: data }),
  };
}

function parse(args: readonly string[]) {
  const options = {
    profile: { type: 'string' },
    port: { type: 'string' },
    data: { type: 'string' },
    'no-anonymous': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new LocalStackError(`${(error as Error).message.split('. ')[0]}; ${USAGE}`);
  }
}
