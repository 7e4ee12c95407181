import { LocalStackError } from '../failure.ts';
import { matchesArn } from '../lambda/functions.ts';

/** One thing that a caller does to one resource: a call of an API comes to one or to several. */
export interface Access {
  /** E.g. `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
  /** The values of condition keys that the call has; a key that it has none of is absent. */
  readonly conditionKeys: Readonly<Record<string, readonly string[]>>;
}

/** One right as one line of a policy could give it: an action, on a resource, under a condition's one value. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
  /** E.g. `TENANT#*`; nothing for a right without a condition. */
  readonly condition?: string;
}

export interface Verdict {
  readonly decision: 'allowed' | 'not allowed' | 'explicitly denied';
  /** The grants that allowed it: without them it would not have been. */
  readonly grants: readonly Grant[];
}

/** A statement as a policy document has it (IAM user guide, reference_policies_elements). */
export interface StatementDocument {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

interface Condition {
  readonly operator: Operator;
  readonly key: string;
  readonly patterns: readonly string[];
}

interface Operator {
  /** `ForAllValues` holds of a call that has no value; the plain operator does not, and takes one value only. */
  readonly forAllValues: boolean;
  readonly matches: (pattern: string, value: string) => boolean;
}

const same = (pattern: string, value: string): boolean => pattern === value;
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: { forAllValues: false, matches: same },
  StringLike: { forAllValues: false, matches: matchesArn },
  'ForAllValues:StringEquals': { forAllValues: true, matches: same },
  'ForAllValues:StringLike': { forAllValues: true, matches: matchesArn },
};

/** The condition keys that local calls are known by. */
const CONDITION_KEYS = new Set([
  'dynamodb:LeadingKeys',
  'dynamodb:Attributes',
  'dynamodb:Select',
  'kms:EncryptionContext:tenant',
  'kms:EncryptionContext:key',
  'kms:EncryptionContext:person',
]);

/** A statement that can be asked. */
export class Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly #actions: readonly string[];
  /** IAM compares actions without regard to case. */
  readonly #folded: readonly string[];
  readonly #resources: readonly string[];
  readonly #conditions: readonly Condition[];

  /** Throws a `LocalStackError` for what is not emulated: to ignore a part of a policy would be to grant more. */
  constructor(document: StatementDocument, where: string) {
    const { Effect, Action, Resource, Condition = {}, ...others } = document;
    const refuse = (what: string) => new LocalStackError(`${where}: ${what} in a policy is not emulated`);
    const [unknown] = Object.keys(others).filter((name) => name !== 'Sid');
    if (unknown !== undefined) throw refuse(unknown);
    if (Effect !== 'Allow' && Effect !== 'Deny') throw refuse(`the Effect ${JSON.stringify(Effect)}`);
    this.effect = Effect;
    this.#actions = listOf(Action);
    this.#folded = this.#actions.map((action) => action.toLowerCase());
    this.#resources = listOf(Resource);
    this.#conditions = Object.entries(Condition).flatMap(([name, keys]) =>
      Object.entries(keys).map(([key, patterns]) => {
        const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
        if (operator === undefined || !CONDITION_KEYS.has(key))
          throw refuse(`the condition ${name} on ${key}`);
        return { operator, key, patterns: listOf(patterns) };
      }),
    );
  }

  /** The grants of the statement that an access uses; none when the statement says nothing about it. */
  uses(access: Access): readonly Grant[] | undefined {
    const asked = access.action.toLowerCase();
    const action = this.#actions[this.#folded.findIndex((pattern) => matchesArn(pattern, asked))];
    if (action === undefined) return undefined;
    const resource = this.#resources.find((pattern) => matchesArn(pattern, access.resource));
    if (resource === undefined) return undefined;
    const conditions: string[] = [];
    for (const { operator, key, patterns } of this.#conditions) {
      const values = access.conditionKeys[key] ?? [];
      if (!operator.forAllValues && values.length !== 1) return undefined;
      for (const value of values) {
        const pattern = patterns.find((each) => operator.matches(each, value));
        if (pattern === undefined) return undefined;
        conditions.push(pattern);
      }
    }
    if (conditions.length === 0) return [{ action, resource }];
    return conditions.map((condition) => ({ action, resource, condition }));
  }

  /** Everything that the statement gives, one line each. */
  grants(): readonly Grant[] {
    if (this.effect === 'Deny') return [];
    const conditions = this.#conditions.flatMap(({ patterns }) => patterns);
    return this.#actions.flatMap((action) =>
      this.#resources.flatMap((resource): Grant[] =>
        conditions.length === 0
          ? [{ action, resource }]
          : conditions.map((condition) => ({ action, resource, condition })),
      ),
    );
  }
}

/** Evaluates a role's statements for an access: a Deny beats every Allow, and without an Allow it is not allowed. */
export function evaluate(statements: readonly Statement[], access: Access): Verdict {
  const speaking = statements.flatMap((statement) => {
    const grants = statement.uses(access);
    return grants === undefined ? [] : [{ effect: statement.effect, grants }];
  });
  if (speaking.some(({ effect }) => effect === 'Deny')) return { decision: 'explicitly denied', grants: [] };
  const [allow] = speaking;
  return allow === undefined
    ? { decision: 'not allowed', grants: [] }
    : { decision: 'allowed', grants: allow.grants };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : [value].flat();
}
