/**
 * `oidc-provider` with its adapter in memory, which answers introspections of an opaque access token (RFC 7662): what a service
 * asks that gets such a token. Prints where that is and what is sent. It is one of our own development dependencies.
 */
import { once } from 'node:events';
import Provider from 'oidc-provider';

const credentials = `Basic ${Buffer.from('bench:secret').toString('base64')}`;
const provider = new Provider('http://127.0.0.1', {
  clients: [
    {
      client_id: 'bench',
      client_secret: 'secret',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
});
const server = provider.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;
const headers = { Authorization: credentials, 'Content-Type': 'application/x-www-form-urlencoded' };
const granted = await fetch(`${url}/token`, {
  method: 'POST',
  headers,
  body: 'grant_type=client_credentials',
});
const { access_token: token } = await granted.json();
console.log(
  JSON.stringify({
    url: `${url}/token/introspection`,
    headers,
    body: `token=${token}`,
    expected: '"active":true',
  }),
);
