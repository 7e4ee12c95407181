import type { SourceLimit } from '../attempts/source.ts';
import type { AddressLimits } from '../contract/deployment.ts';

/** Mails that somebody asks for, by source address: as many as accounts. */
export const mailLimit = ({ accountsPerHour: limit }: AddressLimits): SourceLimit => ({
  what: 'mail',
  limit,
  windowSeconds: 3600,
});

/** Mails of a kind to one address in an hour: enough for who looks for the first, too few to be a nuisance. */
export const accountMailLimit = (kind: string): SourceLimit => ({
  what: `mail-${kind}`,
  limit: 5,
  windowSeconds: 3600,
});
