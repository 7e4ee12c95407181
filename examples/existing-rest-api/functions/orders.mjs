/** Answers with who calls: the authorizer has proven it, and nobody gets here without. */
export async function handler({ path, requestContext }) {
  const { tenantId, workspaceId, callerKind, keyId, userId, scopes } = requestContext.authorizer;
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      path,
      tenant: tenantId,
      workspace: workspaceId,
      principal: `${callerKind}:${keyId ?? userId}`,
      scopes: scopes.trim().split(' '),
    }),
  };
}
