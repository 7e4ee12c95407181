import type { Rule } from './rule.ts';
import { type ApiMethod, apiMethods } from './template.ts';

const GREEDY = '/{proxy+}';

/**
 * API Gateway lets a greedy path serve what a more specific one has no method for (docs/aws-facts.md, 14): a PUT of a login,
 * password and all, would go to the upstream. So each subtree of ours answers every method and path itself.
 */
export const nothingFallsThrough: Rule = {
  name: 'nothing-falls-through',
  description:
    'A wrong method or path below this one goes to the upstream, or takes an authorizer for a preflight.',
  fix: 'Give the subtree ANY and OPTIONS without authorizer on its root and on {proxy+} (apiRows in lambdas/kernel/api-rows.ts).',
  broken: (template) => {
    const methods = apiMethods(template);
    return [...new Set([...withoutCatchAll(methods), ...withoutPreflight(methods)])];
  },
};

/** Own methods below an upstream's prefix whose subtree is not caught by a function of ours. */
function withoutCatchAll(methods: readonly ApiMethod[]): string[] {
  const upstreams = methods.filter((method) => method.path.endsWith(GREEDY) && isUpstream(method));
  return methods.filter(isOwn).flatMap((own) => {
    const upstream = upstreams
      .filter(({ path }) => own.path.startsWith(prefixOf(path)))
      .reduce<ApiMethod | undefined>(
        (longest, next) => ((longest?.path.length ?? 0) < next.path.length ? next : longest),
        undefined,
      );
    if (upstream === undefined) return [];
    const prefix = prefixOf(upstream.path);
    const root = `${prefix}${own.path.slice(prefix.length).split('/', 1)[0]}`;
    return [root, root + GREEDY].every((path) => caught(methods, path)) ? [] : [own.id];
  });
}

/** Every ANY whose path has no OPTIONS of its own, or one that takes a credential. */
function withoutPreflight(methods: readonly ApiMethod[]): string[] {
  const open = (path: string) =>
    methods.some((method) => method.path === path && method.verb === 'OPTIONS' && !method.hasAuthorizer);
  return methods.filter((method) => method.verb === 'ANY' && !open(method.path)).map((method) => method.id);
}

function caught(methods: readonly ApiMethod[], path: string): boolean {
  return methods.some((method) => method.path === path && method.verb === 'ANY' && !method.hasAuthorizer);
}

/** ANY with the authorizer: what Latchkey does not serve itself. */
function isUpstream(method: ApiMethod): boolean {
  return method.verb === 'ANY' && method.hasAuthorizer;
}

function isOwn(method: ApiMethod): boolean {
  return method.verb !== 'ANY' && method.verb !== 'OPTIONS';
}

/** The part of a greedy path before `{proxy+}`, with the slash. */
function prefixOf(path: string): string {
  return path.slice(0, -GREEDY.length + 1);
}
