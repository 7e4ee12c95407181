import { rowAccess } from '../access/decide.ts';
import type { Decision, DecisionContext, DecisionRequest } from '../access/decision.ts';
import { requiredScopes } from '../access/prove.ts';

/** Adds the `WWW-Authenticate` of a refusal to the authorizer's context. */
export type Challenge = (
  decision: Decision,
  request: DecisionRequest,
  context: DecisionContext,
) => { readonly challenge?: string };

/** A path that stands in a quoted string, and in metadata, as it is; callers of others are led to the whole API's. */
const PLAIN_PATH = /^[\w.~/-]{1,512}$/;

/**
 * Challenges that say why and what for (RFC 6750, 3): where the metadata of the path are (RFC 9728, 5.1), the error, but
 * of a call without a credential, and the scopes that the row takes. `metadataUrl` is that of the whole API; null
 * where there are none.
 */
export function challenges(metadataUrl: string | null): Challenge {
  return (decision, request, context) => {
    // Who is refused or forbidden is told so in a text.
    if (!('message' in decision)) return {};
    const { path } = request;
    const scopes = requiredScopes({ request, context, access: rowAccess(request, context.access) });
    const error = decision.outcome === 'refused' ? 'invalid_token' : 'insufficient_scope';
    const parameters = [
      ...(metadataUrl === null
        ? []
        : [`resource_metadata="${metadataUrl}${PLAIN_PATH.test(path) ? path : ''}"`]),
      ...(decision.code === 'missing_credential' ? [] : [`error="${error}"`]),
      ...(scopes.length === 0 ? [] : [`scope="${scopes.join(' ')}"`]),
    ];
    return { challenge: `Bearer ${parameters.join(', ')}`.trimEnd() };
  };
}
