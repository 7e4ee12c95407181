import { createHash } from 'node:crypto';
import { devNull } from 'node:os';
import { REGION } from '../cloudformation/identities.ts';

/** Credentials of an SDK client. Local engines know a caller by them; nothing verifies a signature. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The stack itself, its tools and its tests. They may do everything, as whoever deploys may. */
export const OPERATOR: Credentials = { accessKeyId: 'LOCAL', secretAccessKey: 'local' };

/** The credentials of one function: each has its own, so that an endpoint can tell who calls. */
export function credentialsOf(functionName: string): Credentials {
  const hash = createHash('sha256').update(functionName).digest('hex');
  return { accessKeyId: `LOCAL${hash.slice(0, 15).toUpperCase()}`, secretAccessKey: hash };
}

/** Where a function's SDK clients reach the services of the local stack. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly apiGateway: string;
  /** Every other service: it serves what the stack has, and refuses the rest, so that no call leaves the machine. */
  readonly services: string;
}

/** The variables that the Lambda runtime sets (Lambda developer guide, configuration-envvars), and the endpoints. */
export function runtimeEnvironment(
  subject: { name: string; handler: string; directory: string; memoryMegabytes: number; runtime: string },
  endpoints: Endpoints,
): Record<string, string> {
  const { accessKeyId, secretAccessKey } = credentialsOf(subject.name);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: 'local',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EXECUTION_ENV: `AWS_Lambda_${subject.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: subject.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(subject.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${subject.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '[$LATEST]local',
    LAMBDA_TASK_ROOT: subject.directory,
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
    _HANDLER: subject.handler,
    AWS_ENDPOINT_URL: endpoints.services,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_API_GATEWAY: endpoints.apiGateway,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.services,
    // A developer's own profile must not decide how a function behaves.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}
