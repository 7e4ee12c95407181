import { type AttributeValue, type Item, N } from '../../lambdas/kernel/items.ts';

/** As much of DynamoDB's expressions as the simulated code writes. Throws at everything else. */
export interface Expressions {
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

type Condition = (item: Item | undefined, value: (name: string) => AttributeValue) => boolean;
type Update = (item: Record<string, AttributeValue>, value: (name: string) => AttributeValue) => void;

const conditions = new Map<string, Condition>();
const updates = new Map<string, Update>();

export function holds(item: Item | undefined, expressions: Expressions): boolean {
  const { ConditionExpression: text } = expressions;
  if (text === undefined) return true;
  return parsed(conditions, text, condition)(item, lookUp(expressions));
}

/** The item after an update; `item` stays as it was. */
export function updated(item: Item, expressions: Expressions): Item {
  const { UpdateExpression: text = '', ExpressionAttributeNames: names = {} } = expressions;
  const next = { ...item };
  const named = text.replaceAll(/#\w+/g, (name) => names[name] ?? name);
  parsed(updates, named, update)(next, lookUp(expressions));
  return next;
}

function lookUp({ ExpressionAttributeValues: values = {} }: Expressions) {
  return (name: string): AttributeValue => {
    const value = values[name];
    if (value === undefined) throw new Error(`The expression has no value for ${name}.`);
    return value;
  };
}

function parsed<Result>(known: Map<string, Result>, text: string, parse: (text: string) => Result): Result {
  let found = known.get(text);
  if (found === undefined) known.set(text, (found = parse(text)));
  return found;
}

function condition(text: string): Condition {
  const tokens = text.match(/\w+\(\w+\)|[()]|[\w:]+|<=|>|=/g) ?? [];
  let at = 0;
  const either = (): Condition => {
    const sides = [both()];
    for (; tokens[at] === 'OR'; sides.push(both())) at += 1;
    return (item, value) => sides.some((side) => side(item, value));
  };
  const both = (): Condition => {
    const sides = [one()];
    for (; tokens[at] === 'AND'; sides.push(one())) at += 1;
    return (item, value) => sides.every((side) => side(item, value));
  };
  const one = (): Condition => {
    const token = tokens[at++] ?? '';
    if (token === '(') {
      const inner = either();
      at += 1;
      return inner;
    }
    const [, existence, name = ''] = /^attribute_(exists|not_exists)\((\w+)\)$/.exec(token) ?? [];
    if (existence !== undefined) return (item) => (item?.[name] !== undefined) === (existence === 'exists');
    const operator = tokens[at++];
    const other = tokens[at++] ?? '';
    return (item, value) => compared(item?.[token], operator, value(other));
  };
  const whole = either();
  if (at !== tokens.length) throw new Error(`The condition is not understood: ${text}`);
  return whole;
}

function compared(left: AttributeValue | undefined, operator: string | undefined, right: AttributeValue) {
  if (left === undefined) return false;
  if (operator === '=') return left.S === right.S && left.N === right.N;
  if (operator === '<=') return Number(left.N) <= Number(right.N);
  if (operator === '>') return Number(left.N) > Number(right.N);
  throw new Error(`The operator ${operator} is not understood.`);
}

function update(text: string): Update {
  const steps = text.split(/\b(SET|ADD|REMOVE)\b/).slice(1);
  const changes: Update[] = [];
  for (let index = 0; index < steps.length; index += 2)
    for (const each of (steps[index + 1] ?? '').split(','))
      changes.push(change(steps[index] ?? '', each.trim()));
  return (item, value) => {
    for (const apply of changes) apply(item, value);
  };
}

function change(kind: string, text: string): Update {
  const [name = '', ...rest] = text.split(/[\s=]+/);
  const [operand = ''] = rest;
  if (kind === 'REMOVE') return (item) => delete item[name];
  if (rest.length !== 1 || !operand.startsWith(':')) throw new Error(`The update is not understood: ${text}`);
  if (kind === 'SET') return (item, value) => (item[name] = value(operand));
  return (item, value) => (item[name] = N(Number(item[name]?.N ?? 0) + Number(value(operand).N)));
}
