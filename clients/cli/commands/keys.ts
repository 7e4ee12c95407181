import { type ApiKey, connect, getKey, listKeys, revokeKey } from '../../typescript/src/api.ts';
import { paginate } from '../../typescript/src/index.ts';
import type { Call, Command } from '../command.ts';
import { type EnvFile, openEnvFile } from '../env-file.ts';
import { usageError } from '../exit-codes.ts';
import { type Issued, issueKey, issueKeyInto, reissueKey, reissueKeyInto } from '../issue-keys.ts';
import { type Columns, Output, printable } from '../output.ts';
import { openSession } from '../session.ts';
import { text, texts, type Values, wholeNumber } from '../syntax.ts';
import { requireConfirmation } from '../terminal.ts';

const COLUMNS: Columns<ApiKey> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  key: ({ key_prefix: prefix }) => `${prefix}…`,
  scopes: ({ scopes }) => scopes,
  status: ({ status }) => status,
  expires: ({ expires_at: at }) => at,
  'last used': ({ last_used_at: at }) => at,
};

export const keyCommands: readonly Command[] = [
  {
    usage: 'keys list [--workspace ID] [--limit N]',
    summary: 'List API keys, oldest first',
    run: async ({ values, io }) => {
      const workspace = text(values, 'workspace');
      const limit = wholeNumber(values, 'limit');
      const { latchkey } = await openSession(values, io);
      const client = connect(latchkey);
      const list = paginate((cursor) =>
        listKeys({
          client,
          throwOnError: true,
          query: { ...(workspace === undefined ? {} : { workspace_id: workspace }), cursor },
        }),
      );
      new Output(io, values).rows(await firstOf(list, limit), COLUMNS);
    },
  },
  {
    usage:
      'keys create NAME [--scope SCOPE]... [--workspace ID] [--environment ENV] [--expires-in-days N] [--allow ADDRESS]... [--env FILE] [--variable NAME] [--force]',
    summary: 'Create an API key and print it once, or write it into an .env file',
    run: async (call) => {
      const { args, values, io } = call;
      const body = { name: args[0] ?? '', ...keyFields(values) };
      const file = await envFileOf(call);
      const { latchkey } = await openSession(values, io);
      if (file === undefined) return show(await issueKey(latchkey, body), call);
      showWritten(await issueKeyInto(file, latchkey, body), file, call);
    },
  },
  {
    usage:
      'keys rotate ID [--grace-seconds N] [--keep-previous] [--env FILE] [--variable NAME] [--force] [--yes]',
    summary: 'Replace the key of an API key, and print it once or write it into an .env file',
    run: async (call) => {
      const { args, values, io } = call;
      const [id = ''] = args;
      const grace = wholeNumber(values, 'grace-seconds', 0) ?? 0;
      const file = await envFileOf(call);
      const { latchkey } = await openSession(values, io);
      if (grace === 0 && values['keep-previous'] !== true)
        await requireConfirmation(
          `The present key of ${printable(id)} ends at once. Rotate it?`,
          values.yes === true,
          io,
        );
      const body = {
        grace_seconds: grace,
        ...(values['keep-previous'] === true ? { keep_previous: true } : {}),
      };
      if (file === undefined) return show(await reissueKey(latchkey, id, body), call);
      showWritten(await reissueKeyInto(file, latchkey, id, body), file, call);
    },
  },
  {
    usage: 'keys revoke ID [--yes]',
    summary: 'End an API key at once and for ever',
    run: async ({ args, values, io }) => {
      const [id = ''] = args;
      const { latchkey } = await openSession(values, io);
      const client = connect(latchkey);
      const path = { id };
      const { data: key } = await getKey({ client, throwOnError: true, path });
      const question = `Revoke ${printable(key.name)} (${printable(key.key_prefix)}…) at once and for ever?`;
      await requireConfirmation(question, values.yes === true, io);
      await revokeKey({ client, throwOnError: true, path });
      const out = new Output(io, values);
      if (out.isJson) out.json({ id: key.id, status: 'revoked' });
      else out.line(`Revoked ${printable(key.name)} (${printable(key.id)}).`);
    },
  },
];

/** Fields of a new key that options have. */
export function keyFields(values: Values) {
  const scopes = texts(values, 'scope');
  const addresses = texts(values, 'allow');
  const workspace = text(values, 'workspace');
  const environment = text(values, 'environment');
  const days = wholeNumber(values, 'expires-in-days');
  return {
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
    ...(addresses === undefined ? {} : { allowed_ips: [...addresses] }),
    ...(workspace === undefined ? {} : { workspace_id: workspace }),
    ...(environment === undefined ? {} : { environment }),
    ...(days === undefined ? {} : { expires_in_days: days }),
  };
}

/** The file of `--env`; undefined where the key is printed. */
async function envFileOf({ values, io }: Call): Promise<EnvFile | undefined> {
  const name = text(values, 'env');
  const variable = text(values, 'variable');
  if (name !== undefined) return openEnvFile(name, { variable, isForced: values.force === true }, io);
  if (variable !== undefined || values.force === true)
    throw usageError('--variable and --force are of --env FILE.');
  return undefined;
}

/** The one place where a key is printed: by itself on stdout, so that a program can read it. */
function show({ view, key }: Issued, { values, io }: Call): void {
  const out = new Output(io, values);
  const about = `${printable(view.name)} (${printable(view.id)}). Keep the key: it is shown once.\n`;
  if (out.isJson) out.json({ ...view, key });
  else {
    io.stderr.write(about);
    out.line(printable(key));
  }
}

/** Says where a key is that was not shown. */
export function showWritten(view: ApiKey, file: EnvFile, { values, io }: Pick<Call, 'values' | 'io'>): void {
  const out = new Output(io, values);
  if (file.warning !== null) io.stderr.write(`latchkey: ${file.warning}\n`);
  if (out.isJson) out.json({ ...view, written_to: file.name, variable: file.variable });
  else
    out.line(`Wrote ${printable(view.name)} (${printable(view.id)}) into ${file.name} as ${file.variable}.`);
}

/** The first items of a list; all without a limit. */
export async function firstOf<Item>(
  list: AsyncIterable<Item>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) {
    items.push(item);
    if (items.length >= limit) break;
  }
  return items;
}
