/** Outcomes of a request at the authorizer: the six of a decision, and none. */
export const OUTCOMES = [
  'allowed',
  'observed',
  'misdirected',
  'limited',
  'forbidden',
  'refused',
  'failed',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
