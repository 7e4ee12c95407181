import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Token } from 'aws-cdk-lib';
import { ConfigError, type ConfigInput } from './config.ts';
import { NULL } from './description.ts';

/** Where the CDK's command line writes what it has synthesized. */
const ASSEMBLY = 'cdk.out';

export interface SynthesizedConfig {
  readonly config: ConfigInput;
  /** The module of a profile of the team's own, as a path from the folder of the app. */
  readonly profileModule?: string | undefined;
}

/**
 * The configuration of the Latchkey that the app in this folder has, as the templates say that were synthesized last: the
 * package has it in place of `latchkey.config.ts`. Where there are several, the variable LATCHKEY names the construct, such
 * as `orders/Latchkey`. Throws a `ConfigError` where none can be found.
 */
export function synthesizedConfig(folder: string, path = process.env.LATCHKEY): SynthesizedConfig {
  const found = latchkeysIn(join(folder, ASSEMBLY)).filter(
    (each) => path === undefined || each.path === path,
  );
  const [first, ...others] = found;
  if (first === undefined)
    throw new ConfigError(
      `there is no Latchkey${path === undefined ? '' : ` ${path}`} in ${ASSEMBLY}: run "npx cdk synth" in the folder of your app first`,
    );
  if (others.length > 0)
    throw new ConfigError(
      `there are several Latchkeys in ${ASSEMBLY}: name one by the variable LATCHKEY, of ${found.map((each) => each.path).join(', ')}`,
    );
  const { config, profileModule } = first;
  return { config, profileModule };
}

function latchkeysIn(assembly: string) {
  if (!existsSync(assembly)) return [];
  return readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((file) => {
      const { Metadata = {} } = JSON.parse(readFileSync(join(assembly, file), 'utf8'), asWritten);
      return Object.entries<Partial<SynthesizedConfig>>(Metadata)
        .filter(([name]) => /^Latchkey(\/|$)/.test(name))
        .flatMap(([name, { config, profileModule }]) => {
          const construct = name.split('/').slice(1).join('/');
          return config === undefined
            ? []
            : [{ path: join(file.replace('.template.json', ''), construct), config, profileModule }];
        });
    });
}

/** Values as a configuration is written: null, the end of an observed rule as a time, references to resources as tokens. */
function asWritten(key: string, value: unknown): unknown {
  if (key === 'observeUntil' && typeof value === 'number')
    return new Date(value * 1000).toISOString().replace('.000', '');
  if (typeof value !== 'object' || value === null) return value;
  if (NULL in value) return null;
  return 'Ref' in value || 'Fn::GetAtt' in value ? Token.asString(value) : value;
}
