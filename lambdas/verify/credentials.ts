import { readFile } from 'node:fs/promises';
import { callOnce } from '../kernel/http-call.ts';
import { objectOf } from '../kernel/json.ts';
import type { Credentials } from '../kernel/request-signer.ts';
import { environmentCredentials } from '../kernel/transport.ts';
import { SettingsError } from './settings.ts';

/** Credentials of AWS, as the SDK's providers give them. */
export interface AwsCredentials extends Credentials {
  /** @default - they do not expire */
  readonly expiration?: Date;
}

/** Gives credentials, such as `fromNodeProviderChain()` of `@aws-sdk/credential-providers`. */
export type CredentialsProvider = () => Promise<AwsCredentials>;

/** Milliseconds before their end from which new ones are fetched: containers get theirs minutes earlier. */
const EARLY_MS = 5 * 60_000;

/** Milliseconds for one answer of a provider: what waits for it is a decision. */
const TIMEOUT_MS = 2000;

/** Where ECS answers (Amazon ECS developer guide, "IAM roles for tasks"). */
const ECS = 'http://169.254.170.2';

/** Hosts that may be asked without TLS: this one, and those of ECS and of EKS Pod Identity, as the SDKs do. */
const PLAIN_HOSTS =
  /^(localhost|127(\.\d{1,3}){3}|\[::1\]|169\.254\.170\.2|169\.254\.170\.23|\[fd00:ec2::23\])$/;

/**
 * Remembers what a provider gives, and asks again before it ends, while the old ones still hold. Only where they have
 * ended does a call wait, or fail with the provider's error.
 */
export function remembering(
  provider: CredentialsProvider,
  clock: () => number = Date.now,
): CredentialsProvider {
  let present: AwsCredentials | undefined;
  let reading: Promise<AwsCredentials> | undefined;
  const read = () => {
    reading ??= withinTime(provider())
      .then((credentials) => (present = credentials))
      .finally(() => (reading = undefined));
    return reading;
  };
  return async () => {
    const left = (present?.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - clock();
    if (present === undefined || left <= 0) return read();
    // A failure is that of whoever asks when they have ended.
    if (left <= EARLY_MS) read().catch(() => undefined);
    return present;
  };
}

function withinTime(reading: Promise<AwsCredentials>): Promise<AwsCredentials> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`No AWS credentials came within ${TIMEOUT_MS} ms.`));
    const timer = setTimeout(late, TIMEOUT_MS);
    reading.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * The credentials of this process: those of Lambda's variables, else those that a container's endpoint gives (ECS, EKS Pod
 * Identity). Throws a {@link SettingsError} where there is neither.
 */
export function ownCredentials(): CredentialsProvider {
  const own = environmentCredentials();
  if (own.accessKeyId && own.secretAccessKey) return async () => own;
  const url = containerUrl();
  if (url === undefined)
    throw new SettingsError(
      'credentials: there are none in the environment; give a provider, such as fromNodeProviderChain() of @aws-sdk/credential-providers',
    );
  return () => fromContainer(url);
}

/** The endpoint of the container's credentials (AWS SDKs reference, "Container credential provider"). */
function containerUrl(): URL | undefined {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } =
    process.env;
  if (relative) return new URL(relative, ECS);
  if (!full) return undefined;
  const url = new URL(full);
  if (url.protocol === 'https:' || PLAIN_HOSTS.test(url.hostname)) return url;
  throw new SettingsError(
    'AWS_CONTAINER_CREDENTIALS_FULL_URI: without https it must be an address of the container itself, of ECS or of EKS',
  );
}

async function fromContainer(url: URL): Promise<AwsCredentials> {
  const authorization = await containerToken();
  const { ok, status, text } = await callOnce(url, {
    headers: authorization === undefined ? {} : { authorization },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = ok ? objectOf<Record<string, string>>(text) : undefined;
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = answer ?? {};
  // The body of an answer holds secrets, and is never in an error.
  if (!AccessKeyId || !SecretAccessKey)
    throw new Error(`The endpoint of the container's credentials answered ${status}, and gave none.`);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(Token ? { sessionToken: Token } : {}),
    ...(Expiration ? { expiration: new Date(Expiration) } : {}),
  };
}

/** The file is read each time: what it holds is replaced while the process runs. */
async function containerToken(): Promise<string | undefined> {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } =
    process.env;
  return (file ? await readFile(file, 'utf8') : token)?.trim();
}
