// The oracle of the authorization server's tests, as a process of its own: oidc-provider, set up as ours is. Everybody who
// comes is signed in as `ada` and agrees. `CLIENTS` are ids of public clients, `REDIRECT` is theirs, `RESOURCE` the one
// resource that there is. It prints its port when it is ready.
import { createServer } from 'node:http';
import Provider, { errors } from 'oidc-provider';

const { CLIENTS = '[]', REDIRECT = '', RESOURCE = '' } = process.env;
const SCOPES = 'read write';

const server = createServer();
server.listen(0, '127.0.0.1');
server.once('listening', () => {
  const provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
    clients: JSON.parse(CLIENTS).map((client_id) => ({
      client_id,
      redirect_uris: [REDIRECT, 'https://client.example/other'],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
    })),
    scopes: [...SCOPES.split(' '), 'offline_access'],
    pkce: { required: () => true },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    cookies: { keys: ['of no importance'] },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo(_context, resource) {
          if (resource !== RESOURCE) throw new errors.InvalidTarget();
          return { scope: SCOPES, audience: RESOURCE, accessTokenTTL: 900, accessTokenFormat: 'opaque' };
        },
      },
    },
  });
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return answer(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: 'ada', clientId: params.client_id });
    grant.addOIDCScope(SCOPES);
    grant.addResourceScope(RESOURCE, SCOPES);
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { login: { accountId: 'ada' }, consent });
  });
  process.stdout.write(`port ${server.address().port}\n`);
});
