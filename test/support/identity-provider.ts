import type { IdentityProvider } from '../../lambdas/contract/deployment.ts';

/** An identity provider whose people come to the tenant that a claim names, as viewers. */
export const PROVIDER: IdentityProvider = {
  issuer: 'https://idp.example.com',
  jwksUrl: null,
  audiences: ['api'],
  claims: {},
  tenantId: null,
  tenantClaim: { claim: 'org', ids: null },
  role: 'viewer',
  roleClaim: null,
  createUsers: true,
  linkByEmail: false,
  emailVerifiedClaim: 'email_verified',
  signIn: null,
};
