import { createHash } from 'node:crypto';
import { Names, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** What a Latchkey is called where something must have a name that nothing else in the account has. */
export interface OwnNames {
  /** Names the API and the dashboard, and begins the names of alarms and metrics. */
  readonly name: string;
  /** Sets its usage keys apart from those of others in the stack: letters and digits, or nothing. */
  readonly keyScope: string;
}

/**
 * The stack's name for the construct that is the stack, as a child of the id `Default`: so the repository's own has kept
 * its names. Else what the path gives, so that neither two in a stack nor two stacks share one.
 */
export function namesOf(latchkey: Construct): OwnNames {
  if (isWholeStack(latchkey)) return { name: Stack.of(latchkey).stackName, keyScope: '' };
  return {
    // A metric of AWS WAF takes 128, with an ending (API reference, `VisibilityConfig`).
    name: Names.uniqueResourceName(latchkey, {
      maxLength: 100,
      separator: '-',
      allowedSpecialCharacters: '-',
    }),
    // First, and with a letter that no UUID has: no prefix of usage keys is another's beginning.
    keyScope: `k${createHash('sha256').update(pathInStack(latchkey)).digest('hex').slice(0, 10)}`,
  };
}

/** The path below the stack, which is all that logical ids are made of too. */
export function pathInStack({ node: { scopes } }: Construct): string {
  const stack = scopes.findLastIndex((scope) => Stack.isStack(scope));
  return scopes
    .slice(stack + 1)
    .map(({ node }) => node.id)
    .join('/');
}

/** Whether a construct is all that its stack is for. */
export function isWholeStack({ node }: Construct): boolean {
  return node.id === 'Default' && Stack.isStack(node.scope);
}

/** The namespace in CloudWatch of the metrics that its functions write in lines of their logs. */
export function metricsNamespace({ name }: OwnNames): string {
  return `Latchkey/${name}`;
}
