/** The counts of a deployment. A key is counted by the state of its record. */
export const CENSUS = ['tenants', 'users', 'keys_active', 'keys_disabled', 'keys_revoked'] as const;

export type Counted = (typeof CENSUS)[number];

export type Census = Readonly<Record<Counted, number>>;

/** The addition of one event; negative where it takes away. */
export type CensusChange = Readonly<Partial<Record<Counted, number>>>;
