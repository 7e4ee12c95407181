import type { ApiRequest } from '../gateway/api-request.ts';
import { bySpecificity, matchResource, type PathMatch } from '../gateway/router.ts';
import type { HttpApiDefinition, HttpStage, RouteDefinition } from './definition.ts';

/** The stage of a request, and the path that is left of it for the routes. */
export interface StagedPath {
  readonly stage: HttpStage;
  readonly path: string;
}

/**
 * "If the request explicitly matches a stage, API Gateway sends the request to that stage. If no stage fully matches the
 * request, API Gateway sends the request to the $default stage" (developer guide, http-api-develop-routes). A mapping of a
 * domain name has chosen one.
 */
export function stageOf(
  api: HttpApiDefinition,
  { fullPath: path, mappedStage, path: below }: Pick<ApiRequest, 'fullPath' | 'path' | 'mappedStage'>,
): StagedPath | undefined {
  if (mappedStage !== undefined) {
    const stage = api.stages.find(({ name }) => name === mappedStage);
    return stage && { stage, path: below };
  }
  const [, first = ''] = path.split('/');
  const named = api.stages.find(({ name }) => name === first && first !== '');
  if (named !== undefined) return { stage: named, path: path.slice(first.length + 1) || '/' };
  const stage = api.stages.find(({ name }) => name === '$default');
  return stage && { stage, path };
}

/** A route that serves a request, with the values of its path variables, decoded. */
export interface MatchedRoute {
  readonly route: RouteDefinition;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The route of a request: a full match of path and method, then a greedy one, then `$default` (same page). Of several, the
 * one whose first different segment says more; of one path, its own method before `ANY`. A slash at the end counts.
 */
export function findHttpRoute(
  routes: readonly RouteDefinition[],
  method: string,
  path: string,
): MatchedRoute | undefined {
  const segments = path === '/' ? [] : path.slice(1).split('/');
  const candidates = routes.flatMap((route): (PathMatch & { route: RouteDefinition })[] => {
    const [ofRoute = '', pattern] = route.key.split(' ');
    if (pattern === undefined || (ofRoute !== method && ofRoute !== 'ANY')) return [];
    const match = matchResource(pattern === '/' ? [] : pattern.slice(1).split('/'), segments);
    return match === undefined ? [] : [{ route, ...match }];
  });
  const isFull = ({ kinds }: PathMatch) => !kinds.includes('greedy');
  const [best] = candidates.sort(
    (a, b) =>
      Number(isFull(b)) - Number(isFull(a)) ||
      bySpecificity(a, b) ||
      methodRank(a.route) - methodRank(b.route),
  );
  if (best !== undefined)
    return { route: best.route, pathParameters: mapValues(best.pathParameters, decoded) };
  const route = routes.find(({ key }) => key === '$default');
  return route && { route, pathParameters: {} };
}

const methodRank = ({ key }: RouteDefinition): number => (key.startsWith('ANY ') ? 1 : 0);

/** "API Gateway decodes URL-encoded request parameters before passing them to your backend integration" (same page). */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function mapValues(
  values: Readonly<Record<string, string>>,
  change: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
