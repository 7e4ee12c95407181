import aws4 from 'aws4';

/** Milliseconds for an attempt, of which there are two: the decision that waits must still answer in time. */
const ATTEMPT_TIMEOUT_MS = 700;
const ATTEMPTS = 2;

/**
 * Reads the text of a secret's version by its stage, for the authorizer that must not load the SDK. It is called once
 * for each keyset and instance, so it keeps no connection. Throws when Secrets Manager does not answer with a secret.
 */
export function secretReader(secretId: string): (stage: string) => Promise<string> {
  const region = process.env.AWS_REGION ?? '';
  const endpoint = new URL(
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ||
      process.env.AWS_ENDPOINT_URL ||
      `https://secretsmanager.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
  );
  return async (stage) => {
    const body = JSON.stringify({ SecretId: secretId, VersionStage: stage });
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await getSecretValue(endpoint, region, body);
      } catch (error) {
        // The cause stands in the message: of an error that nobody catches, Lambda logs no cause.
        if (attempt === ATTEMPTS)
          throw new Error(`Secrets Manager gave no secret: ${error}`, { cause: error });
      }
    }
  };
}

async function getSecretValue(endpoint: URL, region: string, body: string): Promise<string> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
  const { headers } = aws4.sign(
    {
      method: 'POST',
      host: endpoint.host,
      path: '/',
      service: 'secretsmanager',
      region,
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': 'secretsmanager.GetSecretValue',
      },
      body,
    },
    {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN }),
    },
  );
  const response = await fetch(endpoint, {
    method: 'POST',
    // A connection that was kept would be dead when it is used again: a function is frozen between its calls.
    headers: { ...(headers as Record<string, string>), connection: 'close' },
    body,
    signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
  });
  const answer = (await response.json()) as { readonly SecretString?: string; readonly __type?: string };
  if (answer.SecretString === undefined) {
    // The body of a refusal names the fault; that of an answer holds the secret and is never in an error.
    throw new Error(`Secrets Manager answered ${response.status} ${answer.__type ?? ''}`.trim());
  }
  return answer.SecretString;
}
