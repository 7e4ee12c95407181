import type { DefaultScope, Tenant } from '../../api/generated/types.gen.ts';
import { addressesOf } from '../../keys/lines.ts';

/** What a form has of the defaults of new keys. What is empty in it follows the service. */
export interface DefaultsForm {
  readonly days: string;
  readonly scopes: readonly string[];
  /** One on each line. */
  readonly addresses: string;
}

export function defaultsForm({ expires_in_days, scopes, allowed_ips }: Tenant['key_defaults']): DefaultsForm {
  return {
    days: expires_in_days === null ? '' : String(expires_in_days),
    scopes: scopes ?? [],
    addresses: (allowed_ips ?? []).join('\n'),
  };
}

/** The defaults as the API takes them: as a whole. */
export function defaultsBody({ days, scopes, addresses }: DefaultsForm) {
  const allowed = addressesOf(addresses);
  return {
    expires_in_days: days === '' ? null : Number(days),
    scopes: scopes.length === 0 ? null : (scopes as DefaultScope[]),
    allowed_ips: allowed.length === 0 ? null : allowed,
  };
}
