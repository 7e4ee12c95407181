/** What a deployment counts of itself. A key is counted by the state of its record. */
export const CENSUS = ['tenants', 'users', 'keys_active', 'keys_disabled', 'keys_revoked'] as const;

export type Counted = (typeof CENSUS)[number];

export type Census = Readonly<Record<Counted, number>>;

/** What one event adds, or takes away where it is negative. */
export type CensusChange = Readonly<Partial<Record<Counted, number>>>;
