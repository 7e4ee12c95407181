import { inLanguages } from '../../app/language.ts';

/** Words of all that is shown of people. */
export const PEOPLE_TEXTS = inLanguages(
  {
    people: 'People',
    name: 'Name',
    email: 'E-mail address',
    role: 'Role',
    factors: 'Second factor',
    totp: 'Authenticator app',
    passkey: 'Passkey',
    none: 'none',
    you: 'you',
    unconfirmed: 'not confirmed',
    since: 'Since',
    save: 'Save',
    optional: 'optional',
  },
  {
    people: 'Personen',
    name: 'Name',
    email: 'E-Mail-Adresse',
    role: 'Rolle',
    factors: 'Zweiter Faktor',
    totp: 'Authenticator-App',
    passkey: 'Passkey',
    none: 'keiner',
    you: 'Sie',
    unconfirmed: 'nicht bestätigt',
    since: 'Seit',
    save: 'Speichern',
    optional: 'freiwillig',
  },
);
