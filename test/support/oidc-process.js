// The identity provider of the tests, as a process of its own: oidc-provider, whose clients get JWT access tokens.
// What they say is written in `CLIENTS`. `WEB` has clients by which people sign in with a browser, on oidc-provider's own
// pages for development, and `PEOPLE` what it says of them. It prints its port when it is ready.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { PORT = '0', CLIENTS = '{}', KEYS = '[]', WEB = '[]', PEOPLE = '{}' } = process.env;
const clients = JSON.parse(CLIENTS);
const keys = JSON.parse(KEYS);
const web = JSON.parse(WEB);
const people = JSON.parse(PEOPLE);

const server = createServer();
// The wished port is a wish only.
server.once('error', () => server.listen(0, '127.0.0.1'));
server.listen(Number(PORT), '127.0.0.1');
server.once('listening', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      ...Object.keys(clients).map((client_id) => ({
        client_id,
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: keys[0].alg,
      })),
      ...web.map((client) => ({ ...client, id_token_signed_response_alg: keys[0].alg })),
    ],
    pkce: { required: () => true },
    cookies: { keys: ['of no importance'] },
    // What it says of people stands in the ID token, as other providers have it.
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'org'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...people[accountId] }),
    }),
    // Everybody agrees.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
    jwks: { keys },
    ttl: { ClientCredentials: (_context, _token, { clientId }) => clients[clientId].ttl ?? 600 },
    extraTokenClaims: (_context, { clientId }) => clients[clientId]?.claims,
    features: {
      devInteractions: { enabled: web.length > 0 },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience) => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: keys[0].alg } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  process.stdout.write(`port ${server.address().port}\n`);
});
