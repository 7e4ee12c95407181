import { type AwsAccount, callAws } from './aws-http.ts';

/** Milliseconds for an attempt, of which there are two: the decision that waits must still answer in time. */
const ATTEMPT_TIMEOUT_MS = 700;
const ATTEMPTS = 2;

/**
 * Reads the text of a secret's version by its stage, for the authorizer that must not load the SDK. It is called once
 * for each keyset and instance, so it keeps no connection. Throws when Secrets Manager does not answer with a secret.
 */
export function secretReader(secretId: string, account?: AwsAccount): (stage: string) => Promise<string> {
  return async (stage) => {
    const body = JSON.stringify({ SecretId: secretId, VersionStage: stage });
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await getSecretValue(body, account);
      } catch (error) {
        // The cause stands in the message: of an error that nobody catches, Lambda logs no cause.
        if (attempt === ATTEMPTS)
          throw new Error(`Secrets Manager gave no secret: ${error}`, { cause: error });
      }
    }
  };
}

async function getSecretValue(body: string, account?: AwsAccount): Promise<string> {
  const response = await callAws({
    host: 'secretsmanager',
    variable: 'SECRETS_MANAGER',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'secretsmanager.GetSecretValue',
    },
    body,
    timeoutMilliseconds: ATTEMPT_TIMEOUT_MS,
    account,
  });
  const answer = (await response.json()) as { readonly SecretString?: string; readonly __type?: string };
  if (answer.SecretString === undefined) {
    // The body of a refusal names the fault; that of an answer holds the secret and is never in an error.
    throw new Error(`Secrets Manager answered ${response.status} ${answer.__type ?? ''}`.trim());
  }
  return answer.SecretString;
}
