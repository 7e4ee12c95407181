import { CfnResource, STACK_RESOURCE_LIMIT_CONTEXT, Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';

/** CloudFormation quotas: "Resources in a template". */
const MAX_RESOURCES = 500;

/**
 * Has the synth fail, where the stack of a Latchkey has more resources than CloudFormation takes, with what to do. CDK says so
 * too, later, and gives only the numbers of each type.
 */
export function keepBelowResourceLimit(latchkey: Construct): void {
  latchkey.node.addValidation({ validate: () => faults(latchkey) });
}

function faults(latchkey: Construct): string[] {
  const stack = Stack.of(latchkey);
  // CDK's own, by which an app raises the limit; 0 is none.
  const limit = Number(stack.node.tryGetContext(STACK_RESOURCE_LIMIT_CONTEXT) ?? MAX_RESOURCES);
  const all = resourcesIn(stack, stack);
  if (limit <= 0 || all <= limit) return [];
  return [
    `the stack ${stack.node.path} has ${all} resources, ${resourcesIn(latchkey, stack)} of them this Latchkey's, and CloudFormation takes ${limit}: ` +
      `give the Latchkey a stack of its own in the app, new Latchkey(new Stack(app, 'door'), '${latchkey.node.id}', …); protect works across stacks`,
  ];
}

/** The resources below a construct that are in the template of the stack. */
function resourcesIn(scope: IConstruct, stack: Stack): number {
  return scope.node.findAll().filter((each) => {
    if (!CfnResource.isCfnResource(each) || each.stack !== stack) return false;
    // A policy without statements, such as CDK makes of a role's, is in no template.
    // biome-ignore lint/complexity/useLiteralKeys: TypeScript lets a protected method be called by this alone
    return each['shouldSynthesize']();
  }).length;
}
