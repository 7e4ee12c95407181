import type { Place } from '../kernel/base-path.ts';

/** The documents that standards put at the root of a host, before the path of what they are about (RFC 8414, 3.1; RFC 9728, 3.1). */
const WELL_KNOWN = ['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource'];

/**
 * The place of a document of an API below a path, where it was asked for at the root of the host (`domain.wellKnown`): what
 * stands behind the API's path is the path of a resource. No resource of API Gateway has it, so that the catch-all does.
 */
export function rowOfWellKnown({ resource, path }: Place, basePath: string): Place {
  const name = WELL_KNOWN.find((each) => `${path}/`.startsWith(`${each}${basePath}/`));
  if (basePath === '' || name === undefined || resource !== '/{proxy+}') return { resource, path };
  const below = path.slice(name.length + basePath.length).replace(/^\/$/, '');
  return { path: name + below, resource: below === '' ? resource : `${name}/{resource+}` };
}
