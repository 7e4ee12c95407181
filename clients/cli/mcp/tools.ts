import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import { connect, getKey, getUsage, listAudit, listKeys, revokeKey } from '../../typescript/src/api.ts';
import { paginate } from '../../typescript/src/index.ts';
import { firstOf } from '../commands/keys.ts';
import { identityOf } from '../commands/whoami.ts';
import { type EnvFile, openEnvFile } from '../env-file.ts';
import type { Io } from '../io.ts';
import { type Issued, issueKey, issueKeyInto, reissueKey, reissueKeyInto } from '../issue-keys.ts';
import { absent } from '../private-file.ts';
import type { Session } from '../session.ts';
import { ArgumentError, type Arguments, type Fields } from './arguments.ts';

/** What a tool is run with. */
export interface Context {
  readonly session: Session;
  readonly io: Io;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly fields: Fields;
  readonly required: readonly string[];
  readonly effect: 'reads' | 'adds' | 'destroys';
  /** What a person has to agree to first; undefined where nothing is destroyed or shown. */
  readonly question?: (args: Arguments, context: Context) => Promise<string | undefined>;
  readonly run: (args: Arguments, context: Context) => Promise<object>;
}

const LIMIT = { type: 'integer', minimum: 1, maximum: 1000, description: 'At most so many.' } as const;
const ID = { type: 'string', description: 'The id of the API key, as list_keys gives it.' } as const;
const CONFIRM = {
  type: 'string',
  description: 'The token of the answer that asked for confirmation. Only after your person has agreed.',
} as const;

/** Where a new key goes: of `create_key` and `rotate_key`. */
const DELIVERY: Fields = {
  env_file: {
    type: 'string',
    description: 'The file below the working directory to write it to. By default .env.',
  },
  variable: { type: 'string', description: 'The name of its variable. By default LATCHKEY_API_KEY.' },
  overwrite: { type: 'boolean', description: 'Replaces a value that the file has.' },
  reveal: {
    type: 'boolean',
    description:
      'Gives the key itself in the answer, where it stays in the conversation and its logs, and writes no file. Only if your person has asked to see it.',
  },
};

export const TOOLS: readonly Tool[] = [
  {
    name: 'whoami',
    title: 'Who is signed in',
    description: 'The deployment, and whose credential is used with which scopes.',
    fields: {},
    required: [],
    effect: 'reads',
    run: (_args, { session }) => identityOf(session),
  },
  {
    name: 'list_keys',
    title: 'List API keys',
    description: 'API keys, oldest first: names, scopes, state and last use. Never the keys themselves.',
    fields: { workspace_id: { type: 'string', description: 'Only of this workspace.' }, limit: LIMIT },
    required: [],
    effect: 'reads',
    run: async ({ workspace_id, limit = 100 }, { session }) => {
      const client = connect(session.latchkey);
      const query = workspace_id === undefined ? {} : { workspace_id: String(workspace_id) };
      const list = paginate((cursor) =>
        listKeys({ client, throwOnError: true, query: { ...query, cursor } }),
      );
      return { keys: await firstOf(list, Number(limit)) };
    },
  },
  {
    name: 'create_key',
    title: 'Create an API key',
    description: 'Makes an API key and writes it into an .env file: you are told where, and not the key.',
    fields: {
      name: { type: 'string', description: 'What people recognise it by.' },
      scopes: { type: 'array', items: { type: 'string' }, description: 'As few as will do.' },
      workspace_id: { type: 'string', description: 'The workspace whose data it reaches.' },
      environment: { type: 'string', description: 'live or test.' },
      expires_in_days: { type: 'integer', minimum: 1, maximum: 3650, description: 'When it ends.' },
      allowed_ips: { type: 'array', items: { type: 'string' }, description: 'Addresses or CIDR blocks.' },
      ...DELIVERY,
      confirm: CONFIRM,
    },
    required: ['name'],
    effect: 'adds',
    question: async (args) => exposing(args, `the new key ${args.name}`),
    run: async (args, context) => {
      const { env_file, variable, overwrite, reveal, confirm, ...fields } = args;
      const body = { ...fields, name: String(fields.name) };
      const { latchkey } = context.session;
      if (reveal === true) return revealed(await issueKey(latchkey, body));
      const file = await fileOf(args, context.io);
      return written(await issueKeyInto(file, latchkey, body), file);
    },
  },
  {
    name: 'rotate_key',
    title: 'Rotate an API key',
    description:
      'Replaces the key of an API key and writes the new one into an .env file. The present one ends after the grace, or at once.',
    fields: {
      id: ID,
      grace_seconds: {
        type: 'integer',
        minimum: 0,
        maximum: 2_592_000,
        description: 'For how long the present key goes on working. 0 ends it at once.',
      },
      ...DELIVERY,
      confirm: CONFIRM,
    },
    required: ['id'],
    effect: 'destroys',
    question: async (args, context) => {
      const key = await shortly(args, context);
      if (Number(args.grace_seconds ?? 0) > 0) return exposing(args, `the new key of ${key}`);
      const also = exposing(args, 'the new one');
      return `Rotate ${key}, and end its present key at once?${also === undefined ? '' : ` ${also}`}`;
    },
    run: async (args, { session, io }) => {
      const body = { grace_seconds: Number(args.grace_seconds ?? 0) };
      const id = String(args.id);
      if (args.reveal === true) return revealed(await reissueKey(session.latchkey, id, body));
      const file = await fileOf(args, io);
      return written(await reissueKeyInto(file, session.latchkey, id, body), file);
    },
  },
  {
    name: 'revoke_key',
    title: 'Revoke an API key',
    description: 'Ends an API key at once and for ever.',
    fields: { id: ID, confirm: CONFIRM },
    required: ['id'],
    effect: 'destroys',
    question: async (args, context) => `Revoke ${await shortly(args, context)}, at once and for ever?`,
    run: async ({ id }, { session }) => {
      const path = { id: String(id) };
      await revokeKey({ client: connect(session.latchkey), throwOnError: true, path });
      return { id, status: 'revoked' };
    },
  },
  {
    name: 'usage',
    title: 'Usage',
    description: 'How many requests were made with API keys, by day, and how many were refused and why.',
    fields: {
      key_id: { type: 'string', description: 'Only of this key.' },
      days: { type: 'integer', minimum: 1, maximum: 90, description: 'How many days. By default 7.' },
    },
    required: [],
    effect: 'reads',
    run: async ({ key_id, days = 7 }, { session }) => {
      const query = { ...(key_id === undefined ? {} : { key_id: String(key_id) }), days: Number(days) };
      return (await getUsage({ client: connect(session.latchkey), throwOnError: true, query })).data;
    },
  },
  {
    name: 'audit',
    title: 'Audit trail',
    description: 'Who did what: changes of keys, people and settings, in the order of their numbers.',
    fields: {
      action: { type: 'string', description: 'Such as key.revoke, or key for all of a kind.' },
      target: { type: 'string', description: 'Such as key:ID.' },
      from: { type: 'string', description: 'RFC 3339. Without it, from the beginning.' },
      until: { type: 'string', description: 'RFC 3339.' },
      limit: LIMIT,
    },
    required: [],
    effect: 'reads',
    run: async ({ limit = 100, ...query }, { session }) => {
      const client = connect(session.latchkey);
      const list = paginate((cursor) =>
        listAudit({ client, throwOnError: true, query: { ...query, cursor } }),
      );
      return { entries: await firstOf(list, Number(limit)) };
    },
  },
];

/** The question that shows a key or replaces a value; undefined where neither happens. */
function exposing(
  { reveal, overwrite, env_file: file = '.env' }: Arguments,
  what: string,
): string | undefined {
  if (reveal === true) return `Show ${what} in this conversation, where it stays?`;
  return overwrite === true ? `Write ${what} into ${file}, in place of the value that it has?` : undefined;
}

/** How a person recognises a key. */
async function shortly({ id }: Arguments, { session }: Context): Promise<string> {
  const path = { id: String(id) };
  const { data: key } = await getKey({ client: connect(session.latchkey), throwOnError: true, path });
  return `the key "${key.name}" (${key.key_prefix}…)`;
}

const revealed = ({ view, key }: Issued) => ({ ...view, key });
const written = (view: object, { name, variable, warning }: EnvFile) => ({
  ...view,
  written_to: name,
  variable,
  ...(warning === null ? {} : { warning }),
});

/** The file of a call: an `.env` of the working directory or below it, so that an agent writes into no other. */
async function fileOf({ env_file, variable, overwrite }: Arguments, io: Io): Promise<EnvFile> {
  const name = String(env_file ?? '.env');
  const path = resolve(io.cwd, name);
  const folder = await realpath(dirname(path)).catch(absent);
  const below = folder === undefined ? '..' : relative(await realpath(io.cwd), folder);
  const isElsewhere = below.split(/[\\/]/)[0] === '..' || isAbsolute(below);
  const isLink = (await lstat(path).catch(absent))?.isSymbolicLink() === true;
  if (isElsewhere || isLink || !/^\.env(\.[\w.-]+)?$/.test(basename(path)))
    throw new ArgumentError('env_file must be .env or .env.NAME in a folder below the working directory.');
  const options = {
    variable: variable === undefined ? undefined : String(variable),
    isForced: overwrite === true,
    force: 'overwrite: true',
  };
  return openEnvFile(name, options, io);
}
