import type { Method } from '../lambdas/contract/access.ts';
import type { ApiRow } from '../lambdas/kernel/api-rows.ts';
import { isUnambiguousPath } from '../lambdas/kernel/unambiguous-path.ts';
import { type Config, ConfigError } from './config.ts';
import { isBelow } from './upstream-paths.ts';

type PathRule = NonNullable<Config['upstream']>['scopes'][number];

/** Refuses paths of the configuration that no call can have: they would protect nothing. Throws a `ConfigError`. */
export function requireReached(
  config: Pick<Config, 'upstream' | 'managementPrefix'>,
  rows: readonly ApiRow[],
): void {
  const rules = config.upstream?.scopes ?? [];
  const found = [
    ...prefixFaults(config, rows),
    ...rules.flatMap((rule, index) =>
      ruleFaults(rule, rules.slice(0, index), rows).map(
        (fault) => `upstream.scopes.${index}.path: ${rule.path} can never match: ${fault}`,
      ),
    ),
  ];
  if (found.length > 0) throw new ConfigError(found.join('\n'));
}

/** A prefix at which our own rows would be where the upstream or another row of ours is. */
function prefixFaults(
  { managementPrefix }: Pick<Config, 'managementPrefix'>,
  rows: readonly ApiRow[],
): string[] {
  if (managementPrefix === null) return [];
  if (rootsOf('upstream', rows).includes(managementPrefix))
    return [`managementPrefix: the upstream is at ${managementPrefix}; name another path`];
  const taken = rows.map(({ method, path }) => `${method} ${path}`);
  const twice = taken.find((target, index) => taken.indexOf(target) !== index);
  return twice === undefined
    ? []
    : [`managementPrefix: there would be two routes ${twice}; name another path`];
}

function ruleFaults(rule: PathRule, earlier: readonly PathRule[], rows: readonly ApiRow[]): string[] {
  const faults = pathFaults(rule.path.replace(/\/\*$/, ''), rows);
  if (faults.length > 0) return faults;
  const first = earlier.findIndex((other) => coversMethods(other, rule) && coversPath(other.path, rule.path));
  return first < 0 ? [] : [`rule ${first} (${earlier[first]?.path}) matches first; put this one before it`];
}

/** Why no call of a path, nor of one below it, goes to an upstream. */
function pathFaults(path: string, rows: readonly ApiRow[]): string[] {
  const roots = rootsOf('upstream', rows);
  if (!isUnambiguousPath(path || '/')) return ['a call of such a path is a 400 (docs/upstream.md)'];
  const isAbove = roots.some((root) => isBelow(root, path));
  if (!isAbove && !roots.some((root) => isBelow(path, root)))
    return [`only paths below ${roots.join(' and ')} go to an upstream`];
  const own = rootsOf('not-found', rows).find((root) => root !== '/' && isBelow(path, root));
  if (own === undefined) return [];
  return [
    `Latchkey's own routes are below ${own}; set managementPrefix to move them, or take it out (upstream paths below ${own} are answered with 404)`,
  ];
}

/** The roots of the subtrees of a kind. */
function rootsOf(kind: 'upstream' | 'not-found', rows: readonly ApiRow[]): readonly string[] {
  return rows.filter((row) => row.kind === kind && !row.path.endsWith('/{proxy+}')).map(({ path }) => path);
}

const ofAll = (methods: readonly Method[] | undefined, method: Method) => methods?.includes(method) ?? true;

function coversMethods(earlier: PathRule, { methods }: PathRule): boolean {
  if (methods === undefined) return earlier.methods === undefined;
  return methods.every(
    (method) => ofAll(earlier.methods, method) || (method === 'HEAD' && ofAll(earlier.methods, 'GET')),
  );
}

function coversPath(earlier: string, path: string): boolean {
  return (
    earlier === path || (earlier.endsWith('/*') && isBelow(path.replace(/\/\*$/, ''), earlier.slice(0, -2)))
  );
}
