import type * as z from 'zod';

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** How zod's own texts begin; those of our schemas follow the field's name. */
const OWN_TEXT = /^(?:Invalid|Too|Expected) /;

/** What is wrong with a value, as what it must be, to follow the name of its field. The issue tells its input (`reportInput`). */
export function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
  if (isMissing && !issue.message.startsWith('is required')) return 'is required';
  if (!OWN_TEXT.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must ${bound(issue.origin, 'least', issue.minimum)}`;
    case 'too_big':
      return `must ${bound(issue.origin, 'most', issue.maximum)}`;
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}

function bound(origin: string, side: 'least' | 'most', limit: number | bigint): string {
  const many = Number(limit) === 1 ? '' : 's';
  if (origin === 'string') return `have at ${side} ${limit} character${many}`;
  if (origin === 'array') return `have at ${side} ${limit} member${many}`;
  return `be at ${side} ${limit}`;
}

/** Of the issues of a value those that say most: of one of the wrong type, its length and form say nothing. */
export function tellingIssues(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const place = ({ path }: z.core.$ZodIssue) => JSON.stringify(path.map(String));
  const mistyped = new Set(issues.filter(({ code }) => code === 'invalid_type').map(place));
  return issues.filter((issue) => issue.code === 'invalid_type' || !mistyped.has(place(issue)));
}
