import { LocalStackError } from './failure.ts';
import { COMMON_OPTIONS, portOf, valuesOf } from './start-options.ts';

const USAGE =
  'usage: latchkey dev [--app "COMMAND" | --assembly DIR] [--stack NAME]... [--port 8787] [--data DIR] [--no-anonymous] [--help]';

/** The text of `latchkey dev --help`. */
export const DEV_HELP = `${USAGE}

Runs a CDK app of yours on this machine: its APIs with their functions, behind the authorizer of its Latchkey.

  --app "COMMAND"  makes the app's cloud assembly; without it, "app" of cdk.json
  --assembly DIR   takes one that is there, such as cdk.out
  --stack NAME     the stack to serve, with those that it depends on; may come again; without it, the one that no other depends on
  --port N         the port on localhost of the first API, 8787 if there is none; 0 takes any free one
  --data DIR       keeps tables, secrets and stream positions there; without it they go when it stops
  --no-anonymous   refuses calls without a credential, also where the app lets them in
  --help           prints this

DYNAMODB_ENDPOINT in the environment names a DynamoDB engine to use instead of the bundled one.`;

export interface DevOptions {
  /** A command of the shell. */
  readonly app?: string;
  readonly assemblyDir?: string;
  readonly stacks: readonly string[];
  readonly port: number;
  readonly dataDir?: string;
  readonly anonymous: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  ...COMMON_OPTIONS,
  app: { type: 'string', short: 'a' },
  assembly: { type: 'string' },
  stack: { type: 'string', multiple: true },
} as const;

/** Reads the arguments of `latchkey dev`. Throws a `LocalStackError` of one line. */
export function readDevOptions(args: readonly string[]): DevOptions {
  const {
    app,
    assembly,
    stack = [],
    port = '8787',
    data,
    help = false,
    'no-anonymous': refuses = false,
  } = valuesOf(args, OPTIONS, USAGE);
  const portNumber = portOf(port, USAGE);
  if ([app, assembly, data, ...stack].includes('')) throw new LocalStackError(`an option is empty; ${USAGE}`);
  if (app !== undefined && assembly !== undefined)
    throw new LocalStackError(`--app makes an assembly, --assembly names one: take one of the two; ${USAGE}`);
  if (assembly !== undefined && refuses)
    throw new LocalStackError(
      `--no-anonymous changes how the app is synthesized, which --assembly has been; ${USAGE}`,
    );
  return {
    stacks: stack,
    port: portNumber,
    anonymous: !refuses,
    help,
    ...(app === undefined ? {} : { app }),
    ...(assembly === undefined ? {} : { assemblyDir: assembly }),
    ...(data === undefined ? {} : { dataDir: data }),
  };
}
