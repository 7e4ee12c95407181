import { inLanguages } from '../../app/language.ts';

export const CLIENT_TEXTS = inLanguages(
  {
    register: 'Register a client',
    none: 'Public, with PKCE',
    client_secret_basic: 'With a secret',
    private_key_jwt: 'With a key of its own',
    rotate: 'Rotate the secret',
    secret: 'The secret of your client',
  },
  {
    register: 'Client registrieren',
    none: 'Öffentlich, mit PKCE',
    client_secret_basic: 'Mit Secret',
    private_key_jwt: 'Mit eigenem Schlüssel',
    rotate: 'Secret erneuern',
    secret: 'Das Secret Ihres Clients',
  },
);
