import { LocalStackError } from '../failure.ts';

/** Whether an event is one that a mapping wants. */
export type EventFilter = (event: unknown) => boolean;

type Rule = (value: unknown) => boolean;

/**
 * The filter that a pattern of an event source mapping describes: every field of the pattern must match one of its
 * alternatives (Lambda developer guide, invocation-eventfiltering). Throws for an operator that is not known here.
 */
export function compileFilters(patterns: readonly string[]): EventFilter {
  const filters = patterns.map((pattern) => compileObject(JSON.parse(pattern)));
  return (event) => filters.length === 0 || filters.some((filter) => filter(event));
}

function compileObject(pattern: Readonly<Record<string, unknown>>): EventFilter {
  const fields = Object.entries(pattern).map(([name, expected]): EventFilter => {
    if (name === '$or') {
      const alternatives = (expected as Record<string, unknown>[]).map(compileObject);
      return (event) => alternatives.some((alternative) => alternative(event));
    }
    if (Array.isArray(expected)) {
      const rules = expected.map(compileRule);
      return (event) => rules.some((rule) => rule(field(event, name)));
    }
    const nested = compileObject(expected as Record<string, unknown>);
    return (event) => nested(field(event, name));
  });
  return (event) => fields.every((matches) => matches(event));
}

function compileRule(rule: unknown): Rule {
  if (typeof rule !== 'object' || rule === null) return (value) => value === rule;
  const [operator, operand] = Object.entries(rule)[0] ?? ['', undefined];
  const compile = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (compile === undefined) throw new LocalStackError(`the filter operator "${operator}" is not emulated`);
  return compile(operand);
}

const OPERATORS: Readonly<Record<string, (operand: unknown) => Rule>> = {
  exists: (expected) => (value) => (value !== undefined) === expected,
  prefix: (prefix) => (value) => typeof value === 'string' && value.startsWith(String(prefix)),
  suffix: (suffix) => (value) => typeof value === 'string' && value.endsWith(String(suffix)),
  'equals-ignore-case': (text) => (value) => String(value).toLowerCase() === String(text).toLowerCase(),
  'anything-but': (excluded) => {
    const rules = [excluded].flat().map(compileRule);
    return (value) => value !== undefined && !rules.some((rule) => rule(value));
  },
  numeric: (operand) => {
    const comparisons = operand as (string | number)[];
    return (value) =>
      typeof value === 'number' &&
      comparisons.every(
        (part, index) => index % 2 === 1 || compare(value, String(part), Number(comparisons[index + 1])),
      );
  },
};

function compare(value: number, operator: string, bound: number): boolean {
  switch (operator) {
    case '=':
      return value === bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    default:
      throw new LocalStackError(`the numeric operator "${operator}" is not emulated`);
  }
}

function field(event: unknown, name: string): unknown {
  return typeof event === 'object' && event !== null ? (event as Record<string, unknown>)[name] : undefined;
}
