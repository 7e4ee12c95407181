import { type AwsAccount, type AwsHttpCall, callAws } from './aws-http.ts';
import { objectOf } from './json.ts';

/** Milliseconds for an attempt, of which there are two: the decision that waits must still answer in time. */
const ATTEMPT_TIMEOUT_MS = 700;
const ATTEMPTS = 2;

interface Answer {
  readonly ARN?: string;
  readonly SecretString?: string;
  readonly __type?: string;
}

/**
 * Reads the text of a secret's version by its stage, for functions that must not load the SDK. It is called rarely, once for each
 * keyset and instance or at a sign-in by a provider, so it keeps no connection. Throws when Secrets Manager does not answer with a secret.
 * @param attemptTimeoutMs for each of two attempts. @default 700, for a decision
 */
export function secretReader(
  SecretId: string,
  account?: AwsAccount,
  attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
): (stage: string) => Promise<string> {
  return (VersionStage) =>
    answered('GetSecretValue', { SecretId, VersionStage }, ({ SecretString }) => SecretString, {
      timeoutMilliseconds: attemptTimeoutMs,
      account,
    });
}

/** Throws when Secrets Manager does not answer for a secret; reads nothing of it. */
export async function requireSecret(SecretId: string, attemptTimeoutMs: number): Promise<void> {
  await answered('DescribeSecret', { SecretId }, ({ ARN }) => ARN, { timeoutMilliseconds: attemptTimeoutMs });
}

/** What is wanted of an answer; without it the answer is none. */
async function answered<Wanted>(
  action: string,
  input: object,
  wanted: (answer: Answer) => Wanted | undefined,
  attempts: Pick<AwsHttpCall, 'account' | 'timeoutMilliseconds'>,
): Promise<Wanted> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await callAws({
        host: 'secretsmanager',
        variable: 'SECRETS_MANAGER',
        headers: {
          'Content-Type': 'application/x-amz-json-1.1',
          'X-Amz-Target': `secretsmanager.${action}`,
        },
        body: JSON.stringify(input),
        ...attempts,
      });
      const answer = objectOf<Answer>(response.text) ?? {};
      const found = response.ok ? wanted(answer) : undefined;
      if (found !== undefined) return found;
      // The body of a refusal names the fault; that of an answer holds the secret and is never in an error.
      throw new Error(`Secrets Manager answered ${response.status} ${answer.__type ?? ''}`.trim());
    } catch (error) {
      // The cause stands in the message: of an error that nobody catches, Lambda logs no cause.
      if (attempt === ATTEMPTS) throw new Error(`Secrets Manager gave no secret: ${error}`, { cause: error });
    }
  }
}
