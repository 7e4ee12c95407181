import type { Deployment, ProviderSignIn } from '../contract/deployment.ts';
import { Problem } from '../kernel/problem.ts';

/** The provider by which alone an address comes in, by its domain; undefined for one with a password. */
export function requiredProvider(
  email: string,
  { identityProviders }: Pick<Deployment, 'identityProviders'>,
): ProviderSignIn | undefined {
  const domain = domainOf(email);
  return (
    identityProviders.map(({ signIn }) => signIn).find((signIn) => signIn?.domains.includes(domain)) ??
    undefined
  );
}

/**
 * Refuses a password of an address that comes in by a provider. The domain decides, before anything is looked up: the
 * answer is the same whether the address has an account or not. Throws `provider_required`.
 */
export function requirePasswordAllowed(
  email: string,
  deployment: Pick<Deployment, 'identityProviders'>,
): void {
  const provider = requiredProvider(email, deployment);
  if (provider === undefined) return;
  throw new Problem('provider_required', {
    message: `People with an address at ${domainOf(email)} sign in with ${provider.label}, in a browser at /sign-in.`,
  });
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}
