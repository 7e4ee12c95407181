import { inLanguages } from '../../app/language.ts';

export const ACCOUNT_TEXTS = inLanguages(
  {
    title: 'My account',
    edit: 'Edit',
    change: 'Change…',
    save: 'Save',
    name: 'Name',
    saved: 'Saved',
    remove: 'Remove',
    end: 'End',
  },
  {
    title: 'Mein Konto',
    edit: 'Bearbeiten',
    change: 'Ändern…',
    save: 'Speichern',
    name: 'Name',
    saved: 'Gespeichert',
    remove: 'Entfernen',
    end: 'Beenden',
  },
);
