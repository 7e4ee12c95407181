import type { ApiKey } from '../../api/generated/types.gen.ts';
import { reasonsOf } from '../../keys/attention.ts';

export const SORTS = ['name', 'status', 'lastUsed', 'requests', 'expires', 'created'] as const;

/** A column by which the list can be sorted; with a hyphen before it from the end. */
export type Sort = (typeof SORTS)[number] | `-${(typeof SORTS)[number]}`;

/** What is looked for. An empty text is any; the status may be a reason why a key is worth a look. */
export interface Filter {
  readonly text: string;
  readonly status: string;
  readonly environment: string;
  readonly workspace: string;
  readonly sort: Sort;
}

/** Newest first: who has just made a key looks for it. */
const FIRST_SORT: Sort = '-created';

export function readFilter(parameters: URLSearchParams): Filter {
  const sort = parameters.get('sort') ?? '';
  return {
    text: parameters.get('text') ?? '',
    status: parameters.get('status') ?? '',
    environment: parameters.get('environment') ?? '',
    workspace: parameters.get('workspace') ?? '',
    sort: SORTS.some((each) => each === sort.replace(/^-/, '')) ? (sort as Sort) : FIRST_SORT,
  };
}

/** The value that a column is sorted by. A time that there is not comes before all that there are. */
const VALUES: Readonly<Record<(typeof SORTS)[number], (key: ApiKey) => string | number>> = {
  name: ({ name }) => name.toLowerCase(),
  status: ({ status }) => status,
  lastUsed: ({ last_used_at }) => last_used_at ?? '',
  requests: ({ request_count }) => request_count,
  // One that never expires comes after all that do.
  expires: ({ expires_at }) => expires_at ?? '9',
  created: ({ created_at }) => created_at,
};

/** The keys that are looked for, in the order that is asked for. */
export function matching(keys: readonly ApiKey[], filter: Filter): readonly ApiKey[] {
  const text = filter.text.trim().toLowerCase();
  const found = keys.filter(
    (key) =>
      (filter.status === '' ||
        key.status === filter.status ||
        reasonsOf(key).some((reason) => reason === filter.status)) &&
      (filter.environment === '' || key.environment === filter.environment) &&
      (filter.workspace === '' || key.workspace_id === filter.workspace) &&
      (text === '' || isLike(key, text)),
  );
  const isReversed = filter.sort.startsWith('-');
  const value = VALUES[filter.sort.replace(/^-/, '') as keyof typeof VALUES];
  // Ids are in the order in which keys were made.
  const order = (left: ApiKey, right: ApiKey) =>
    compare(value(left), value(right)) || compare(left.id, right.id);
  return found.sort((left, right) => order(left, right) * (isReversed ? -1 : 1));
}

/** The name, the id, or the key: of one that was pasted as a whole, its visible beginning. */
function isLike({ name, id, key_prefix }: ApiKey, text: string): boolean {
  const mask = key_prefix.toLowerCase().replace(/[^a-z0-9_-]+.*$/, '');
  return (
    name.toLowerCase().includes(text) ||
    id === text ||
    mask.includes(text) ||
    (mask !== '' && text.startsWith(mask))
  );
}

function compare(left: string | number, right: string | number): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
