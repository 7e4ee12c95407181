import { randomInt, randomUUID } from 'node:crypto';
import { AwsError } from '../aws-endpoint.ts';
import type { DeployedResource, StackTemplate } from '../cloudformation/stack-template.ts';
import type { StoredValue } from '../data-directory.ts';
import { CURRENT, putValue, type Secret } from './secret.ts';

interface SecretProperties {
  readonly Name?: string;
  readonly Description?: string;
  readonly SecretString?: string;
  readonly GenerateSecretString?: GenerateSecretString;
}

interface GenerateSecretString {
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeLowercase?: boolean;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly IncludeSpace?: boolean;
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

/** The stack's secrets, kept in one file that only its owner reads. */
export class SecretStore {
  readonly #secrets: StoredValue<Readonly<Record<string, Secret>>>;
  readonly now: () => number;

  constructor(secrets: StoredValue<Readonly<Record<string, Secret>>>, now: () => number) {
    this.#secrets = secrets;
    this.now = now;
  }

  /** Creates the secrets of the template that are not there yet. */
  deploy(template: StackTemplate): void {
    for (const resource of template.ofType<SecretProperties>('AWS::SecretsManager::Secret')) {
      if (this.#secrets.get()[resource.ref] === undefined) this.save(this.#create(resource));
    }
  }

  all(): readonly Secret[] {
    return Object.values(this.#secrets.get());
  }

  /** The secret of a name or an ARN. Throws `ResourceNotFoundException` as the service does. */
  get(id: string): Secret {
    // An ARN may leave out the six random characters at its end (API reference, `SecretId`).
    const found = this.all().find(({ arn, name }) => arn === id || name === id || arn.slice(0, -7) === id);
    if (found !== undefined) return found;
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  save(secret: Secret): Secret {
    this.#secrets.set({ ...this.#secrets.get(), [secret.arn]: secret });
    return secret;
  }

  #create({ ref, properties }: DeployedResource<SecretProperties>): Secret {
    const empty: Secret = {
      arn: ref,
      name: ref.split(':').slice(6).join(':').slice(0, -7),
      createdEpochMilliseconds: this.now(),
      versions: {},
      ...(properties.Description === undefined ? {} : { description: properties.Description }),
    };
    const { SecretString, GenerateSecretString } = properties;
    const value = SecretString ?? (GenerateSecretString && generate(GenerateSecretString));
    return value === undefined
      ? empty
      : putValue(empty, { id: randomUUID(), value, stages: [CURRENT] }, this.now());
  }
}

/** A random value as `AWS::SecretsManager::Secret GenerateSecretString` describes it. */
function generate(properties: GenerateSecretString): string {
  const alphabet = [
    properties.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    properties.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    properties.ExcludeNumbers ? '' : '0123456789',
    properties.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    properties.IncludeSpace ? ' ' : '',
  ].join('');
  const allowed = [...alphabet].filter((character) => !properties.ExcludeCharacters?.includes(character));
  const password = Array.from(
    { length: Number(properties.PasswordLength ?? 32) },
    () => allowed[randomInt(allowed.length)],
  );
  if (properties.GenerateStringKey === undefined) return password.join('');
  const template = JSON.parse(properties.SecretStringTemplate ?? '{}') as object;
  return JSON.stringify({ ...template, [properties.GenerateStringKey]: password.join('') });
}
