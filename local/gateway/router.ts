import type { MethodDefinition } from './api-definition.ts';

/** The method that serves a request, and what its path's parameters are, percent-encoded as they came. */
export interface Route {
  readonly method: MethodDefinition;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** `ANY` means these seven (API Gateway developer guide, api-gateway-method-settings-method-request). */
const ANY_METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);

type SegmentKind = 'literal' | 'parameter' | 'greedy';
const SPECIFICITY: readonly SegmentKind[] = ['literal', 'parameter', 'greedy'];

/** How a path matches a pattern. */
export interface PathMatch {
  readonly kinds: readonly SegmentKind[];
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Candidate extends PathMatch {
  readonly method: MethodDefinition;
}

/**
 * The most specific resource that matches the path *and* the method: a greedy `{proxy+}` above serves what the
 * methods of a sibling do not. Recorded: LocalStack `test_proxy_routing_with_hardcoded_resource_sibling`.
 */
export function findRoute(
  methods: readonly MethodDefinition[],
  httpMethod: string,
  path: string,
): Route | undefined {
  const segments = splitPath(path);
  const candidates = methods.flatMap((method): Candidate[] => {
    if (method.httpMethod !== httpMethod && !(method.httpMethod === 'ANY' && ANY_METHODS.has(httpMethod)))
      return [];
    const match = matchResource(method.segments, segments);
    return match === undefined ? [] : [{ method, ...match }];
  });
  // Of the same resource, a method of its own goes before ANY.
  const rank = ({ method }: Candidate) => (method.httpMethod === 'ANY' ? 1 : 0);
  return candidates.sort((a, b) => bySpecificity(a, b) || rank(a) - rank(b))[0];
}

/** Slashes at the end do not count in routing, but those inside make empty segments, which only a greedy one takes. */
export function splitPath(path: string): string[] {
  const trimmed = path.replace(/\/+$/, '').replace(/^\//, '');
  return trimmed === '' ? [] : trimmed.split('/');
}

/** Whether the segments of a path match those of a pattern, and the values of its parameters, as they came. */
export function matchResource(
  pattern: readonly string[],
  segments: readonly string[],
): PathMatch | undefined {
  const pathParameters: Record<string, string> = {};
  const kinds: SegmentKind[] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return undefined;
    const greedy = /^\{(.+)\+\}$/.exec(part)?.[1];
    if (greedy !== undefined) {
      const rest = segments.slice(index).join('/');
      return { kinds: [...kinds, 'greedy'], pathParameters: { ...pathParameters, [greedy]: rest } };
    }
    const parameter = /^\{(.+)\}$/.exec(part)?.[1];
    if (parameter === undefined ? part !== segment : segment === '') return undefined;
    if (parameter !== undefined) pathParameters[parameter] = segment;
    kinds.push(parameter === undefined ? 'literal' : 'parameter');
  }
  return pattern.length === segments.length ? { kinds, pathParameters } : undefined;
}

/** Orders matches of one path: the one whose first different segment says more comes first. */
export function bySpecificity(left: PathMatch, right: PathMatch): number {
  for (const [index, kind] of left.kinds.entries()) {
    const difference = SPECIFICITY.indexOf(kind) - SPECIFICITY.indexOf(right.kinds[index] ?? 'greedy');
    if (difference !== 0) return difference;
  }
  return 0;
}
