import { inLanguages } from '../../app/language.ts';

export const ACCOUNT_TEXTS = inLanguages(
  { change: 'Change…', save: 'Save', remove: 'Remove' },
  { change: 'Ändern…', save: 'Speichern', remove: 'Entfernen' },
);
