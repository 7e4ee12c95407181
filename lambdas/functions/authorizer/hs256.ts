import { secretReader } from '../../kernel/secrets-http.ts';
import { variable } from '../../kernel/variables.ts';
import { symmetricKeys } from '../../signing/symmetric-keys.ts';
import type { SymmetricKeys } from '../../signing/tokens.ts';

/** The part of the authorizer for tokens that are signed with a secret: a module that only such deployments have. */
export function secretKeys(): SymmetricKeys {
  return symmetricKeys(secretReader(variable('KEYSET_SECRET_ARN')));
}
