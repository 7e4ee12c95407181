// A customer's program: the whole life of a key, and every kind of refusal. Prints what it has seen.
import { readFileSync } from 'node:fs';

const { url, library, name, credential, keys, workspaceId, refreshToken } = JSON.parse(
  readFileSync(0, 'utf8'),
);
const module = await import(library);
const Client = module[name];
const clientWith = (options) => new Client({ endpoint: url, maxRetries: 0, ...options });

async function outcome(call) {
  try {
    return { result: await call() };
  } catch (error) {
    const { message, status, errors, retryAfter, requestId } = error;
    const hasRequestId = typeof requestId === 'string' && message.includes(requestId);
    return {
      error: error.name,
      message,
      status,
      fields: errors?.map(({ field }) => field),
      retryAfter,
      hasRequestId,
    };
  }
}

const call = async (apiKey) => (await clientWith({ apiKey }).fetch('/v1/memories')).status;

async function untilRefused(apiKey) {
  const client = clientWith({ apiKey });
  for (let calls = 0; calls < 100; calls++) {
    const seen = await outcome(async () => (await client.fetch('/v1/memories')).status);
    if (seen.error) return seen;
  }
}

const { auth } = clientWith(credential.apiKey ? credential : { tokenProvider: async () => credential.token });
const created = await auth.createApiKey({ label: 'ci-runner', scopes: ['read'], workspaceId });
const seen = {
  created: { name: created.name, scopes: created.scopes, workspaceId: created.workspaceId, key: created.key },
  works: await outcome(() => call(created.key)),
  got: (await auth.getApiKey(created.id)).name,
  listed: (await auth.listApiKeys(workspaceId))
    .filter(({ id }) => id === created.id)
    .map((key) => 'key' in key),
};
const rotated = await auth.rotateApiKey(created.id);
seen.rotated = { sameId: rotated.id === created.id, other: rotated.key !== created.key };
seen.rotatedWorks = await outcome(() => call(rotated.key));
await auth.revokeApiKey(created.id);
seen.revoked = await outcome(() => call(rotated.key));
seen.unknown = await outcome(() => auth.rotateApiKey('key_000000000000'));
seen.invalid = await outcome(() => auth.createApiKey({ name: 'ci', scopes: ['nonsense'] }));
seen.wrong = await outcome(() => call(keys.wrong));
seen.forbidden = await outcome(() =>
  clientWith({ apiKey: keys.reader }).auth.createApiKey({ name: 'never' }),
);
seen.limited = await outcome(() => untilRefused(keys.spent)).then(({ result, ...other }) => result ?? other);
seen.refreshed = await outcome(async () => {
  let kept;
  const client = clientWith({ refreshToken, onTokens: (tokens) => (kept = tokens.refreshToken) });
  return [(await client.fetch('/v1/memories')).status, typeof kept];
});
console.log(JSON.stringify(seen));
