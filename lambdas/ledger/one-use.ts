/**
 * Partitions of what may be used once: refresh tokens, codes, device codes, sign-ins of browsers, links of mails, and mails
 * that may have been sent. A restored table has
 * them as unused as they were, and no ledger says which were used since: a recovery removes them, so that whoever holds
 * one logs in again. A kind more takes a line here.
 */
export const ONE_USE_PARTITIONS = [
  'REFRESH#',
  'CODE#',
  'DEVICE#',
  'USERCODE#',
  'SIGNIN#',
  'SIGNINFLOW#',
  'PENDING#',
  'LINK#',
  'OUTBOX',
] as const;

export function isOneUse(partitionKey: string): boolean {
  return ONE_USE_PARTITIONS.some((prefix) => partitionKey.startsWith(prefix));
}
