/** Limits of a source address that no test meets by accident: all of them call from one. */
export const ROOMY_ADDRESS_LIMITS = {
  accountsPerHour: 1_000_000,
  failedLoginsPerTenMinutes: 1_000_000,
  failedRefreshesPerTenMinutes: 1_000_000,
};
