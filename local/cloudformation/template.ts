import { LocalStackError } from '../failure.ts';

/** A CloudFormation template, as far as it is read here. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  readonly Outputs?: Readonly<Record<string, Output>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface Output {
  readonly Value: unknown;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** The targets of references inside a template. */
export interface Scope {
  ref(name: string): unknown;
  attribute(logicalId: string, attribute: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
  /** The value that another stack exports under a name. */
  imported(name: string): unknown;
  /** An output of another stack, exported or not. */
  stackOutput(stackName: string, outputName: string): unknown;
}

const NO_VALUE = Symbol('AWS::NoValue');

/**
 * The value with every intrinsic function evaluated (CloudFormation user guide, "Intrinsic function reference");
 * properties that are `AWS::NoValue` are left out.
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  const result = evaluateNode(value, scope);
  return result === NO_VALUE ? undefined : result;
}

/** The value with each of its texts changed, however deep. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}

function evaluateNode(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => evaluateNode(item, scope)).filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first !== undefined && entries.length === 1) {
    const [name, argument] = first;
    const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
    if (intrinsic !== undefined) return intrinsic(argument, scope);
    if (name.startsWith('Fn::')) throw new LocalStackError(`${name} is not supported`);
  }
  const evaluated = entries.map(([key, item]) => [key, evaluateNode(item, scope)] as const);
  return Object.fromEntries(evaluated.filter(([, item]) => item !== NO_VALUE));
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const list = (argument: unknown, scope: Scope): unknown[] => {
  const items = evaluateNode(argument, scope);
  if (!Array.isArray(items)) throw new LocalStackError(`expected a list, not ${JSON.stringify(items)}`);
  return items;
};

const holds = (argument: unknown, scope: Scope): boolean => {
  const value = evaluateNode(argument, scope);
  return value === true || value === 'true';
};

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => (name === 'AWS::NoValue' ? NO_VALUE : scope.ref(String(name))),
  Condition: (name, scope) => scope.condition(String(name)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...attribute] =
      typeof argument === 'string' ? argument.split('.') : list(argument, scope);
    return scope.attribute(String(logicalId), attribute.join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument, scope);
    return (parts as unknown[]).join(String(separator));
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = list(argument, scope);
    return String(text).split(String(separator));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = list(argument, scope);
    return (items as unknown[])[Number(index)];
  },
  'Fn::Sub': (argument, scope) => {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return String(text).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (Object.hasOwn(variables, name)) return String(evaluateNode(variables[name], scope));
      const [logicalId, ...attribute] = name.split('.');
      return String(
        attribute.length > 0 ? scope.attribute(String(logicalId), attribute.join('.')) : scope.ref(name),
      );
    });
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = argument as unknown[];
    return evaluateNode(scope.condition(String(name)) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(argument, scope);
    return String(left) === String(right);
  },
  'Fn::And': (argument, scope) => (argument as unknown[]).every((item) => holds(item, scope)),
  'Fn::Or': (argument, scope) => (argument as unknown[]).some((item) => holds(item, scope)),
  'Fn::Not': (argument, scope) => !holds((argument as unknown[])[0], scope),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list(argument, scope).map(String);
    return scope.mapping(String(map), String(first), String(second));
  },
  'Fn::ImportValue': (name, scope) => scope.imported(String(evaluateNode(name, scope))),
  // By it CDK refers to other stacks where its cross-stack references are weak, as `cdk init` has them. There is one Region here.
  'Fn::GetStackOutput': (argument, scope) => {
    const { StackName, OutputName } = evaluateNode(argument, scope) as Readonly<Record<string, unknown>>;
    return scope.stackOutput(String(StackName), String(OutputName));
  },
  'Fn::Length': (argument, scope) => list(argument, scope).length,
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(evaluateNode(argument, scope)),
  'Fn::Base64': (argument, scope) => Buffer.from(String(evaluateNode(argument, scope))).toString('base64'),
  'Fn::GetAZs': (_, scope) => ['a', 'b', 'c'].map((zone) => `${scope.ref('AWS::Region')}${zone}`),
};
