import { inLanguages } from '../../app/language.ts';

export const CLIENT_TEXTS = inLanguages(
  {
    scopes: 'May',
    none: 'Public, with PKCE',
    client_secret_basic: 'With a secret',
    private_key_jwt: 'With a key of its own',
    rotate: 'Rotate the secret',
    rotateTitle: (name: string) => `Rotate the secret of “${name}”`,
    secret: 'The secret',
    secretTitle: 'The secret of your client',
    secretLead: (id: string) => `Together with its id, ${id}, it proves your client.`,
    once: 'It is shown only now',
    onceText: 'Nobody can show it again, not even we. Put it where you keep secrets, before you close this.',
  },
  {
    scopes: 'Darf',
    none: 'Öffentlich, mit PKCE',
    client_secret_basic: 'Mit Secret',
    private_key_jwt: 'Mit eigenem Schlüssel',
    rotate: 'Secret erneuern',
    rotateTitle: (name: string) => `Secret von „${name}“ erneuern`,
    secret: 'Das Secret',
    secretTitle: 'Das Secret Ihres Clients',
    secretLead: (id: string) => `Zusammen mit seiner ID, ${id}, weist es Ihren Client aus.`,
    once: 'Es wird nur jetzt gezeigt',
    onceText:
      'Niemand kann es noch einmal zeigen, auch wir nicht. Legen Sie es zu Ihren Geheimnissen, bevor Sie dies schließen.',
  },
);
