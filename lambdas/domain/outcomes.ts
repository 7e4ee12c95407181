/** What can come of a request at the authorizer: the four outcomes of a decision, and none. */
export const OUTCOMES = ['allowed', 'limited', 'forbidden', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];
