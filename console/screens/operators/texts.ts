import { inLanguages } from '../../app/language.ts';

/** Words of all screens of operators. */
export const OPERATOR_TEXTS = inLanguages(
  {
    tenants: 'Tenants',
    active: 'Active',
    suspended: 'Suspended',
    closed: 'Closed',
    people: 'People',
    keys: 'API keys',
    tier: 'Tier',
    more: 'Show more',
    none: 'Nothing',
    offline: 'Nothing answers. Are you offline?',
    failed: (message: string) => `That did not work: ${message}`,
    cancel: 'Cancel',
  },
  {
    tenants: 'Mandanten',
    active: 'Aktiv',
    suspended: 'Gesperrt',
    closed: 'Geschlossen',
    people: 'Personen',
    keys: 'API-Schlüssel',
    tier: 'Tarif',
    more: 'Mehr zeigen',
    none: 'Nichts',
    offline: 'Niemand antwortet. Sind Sie offline?',
    failed: (message: string) => `Das hat nicht geklappt: ${message}`,
    cancel: 'Abbrechen',
  },
);
