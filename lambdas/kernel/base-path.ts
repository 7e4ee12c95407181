/** Where a request goes, as API Gateway says it. */
export interface Place {
  /** The path of the resource, as the API declares it. */
  readonly resource: string;
  /** As it was called. */
  readonly path: string;
}

/**
 * The place below the base path of a domain. API Gateway routes without the base path, and leaves it in `event.path`
 * (docs/aws-facts.md). No path of ours begins with it (lib/settings.ts), so that none can be read as two. A path that its
 * resource does not begin came by a mapping that is not ours: its resource is none, which no row serves.
 */
export function belowBasePath({ resource, path }: Place, basePath: string): Place {
  if (basePath === '') return { resource, path };
  const below = `${path}/`.startsWith(`${basePath}/`) ? path.slice(basePath.length) || '/' : path;
  const [fixed = ''] = resource.split('{', 1);
  return { path: below, resource: below.startsWith(fixed) ? resource : '' };
}
