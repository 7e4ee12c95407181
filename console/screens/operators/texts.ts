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
  },
);
