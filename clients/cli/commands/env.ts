import type { Command } from '../command.ts';
import { openEnvFile } from '../env-file.ts';
import { issueKeyInto } from '../issue-keys.ts';
import { openSession } from '../session.ts';
import { text } from '../syntax.ts';
import { keyFields, showWritten } from './keys.ts';

export const envCommands: readonly Command[] = [
  {
    usage:
      'env [FILE] [--name NAME] [--variable NAME] [--scope SCOPE]... [--workspace ID] [--environment ENV] [--expires-in-days N] [--force]',
    summary: 'Create an API key and write it into an .env file, without showing it',
    run: async (call) => {
      const { args, values, io } = call;
      const [name = '.env'] = args;
      const options = { variable: text(values, 'variable'), isForced: values.force === true };
      const file = await openEnvFile(name, options, io);
      const { latchkey } = await openSession(values, io);
      const body = {
        name: text(values, 'name') ?? `${name} of ${io.env.USER ?? 'latchkey env'}`,
        ...keyFields(values),
      };
      showWritten(await issueKeyInto(file, latchkey, body), file, call);
    },
  },
];
