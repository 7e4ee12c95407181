/** Outcomes of a request at the authorizer: the five of a decision, and none. */
export const OUTCOMES = ['allowed', 'misdirected', 'limited', 'forbidden', 'refused', 'failed'] as const;

export type Outcome = (typeof OUTCOMES)[number];
