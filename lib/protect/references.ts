import {
  type CfnResource,
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  Stack,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Remembers what the references in a value lead to. */
class ReferenceCollector extends DefaultTokenResolver {
  readonly targets = new Set<IConstruct>();

  constructor() {
    super(new StringConcat());
  }

  override resolveToken(
    token: IResolvable,
    context: IResolveContext,
    postProcessor: IPostProcessor,
  ): unknown {
    if (Reference.isReference(token)) this.targets.add(token.target);
    return super.resolveToken(token, context, postProcessor);
  }
}

/**
 * The constructs that a value refers to, whatever tokens are between. Logical ids would not do: two stacks may have the same,
 * and a reference to another stack has none before the end.
 */
export function referencesIn(value: unknown, scope: IConstruct): ReadonlySet<IConstruct> {
  const collector = new ReferenceCollector();
  Tokenization.resolve(value, { scope, resolver: collector, preparing: false });
  return collector.targets;
}

/** The properties of a resource as the template has them, with everything that overrides them. */
export function renderedProperties(resource: CfnResource): Readonly<Record<string, unknown>> {
  // Public in all but its type: the only view of a resource that has `addPropertyOverride` and the like in it.
  const fragment = (resource as unknown as { _toCloudFormation(): object })._toCloudFormation();
  const { Resources = {} } = Stack.of(resource).resolve(fragment) as {
    readonly Resources?: Readonly<
      Record<string, { readonly Properties?: Readonly<Record<string, unknown>> }>
    >;
  };
  return Object.values(Resources)[0]?.Properties ?? {};
}

/** Whether two values are one in the template of a resource's stack. */
export function isRenderedAlike(resource: CfnResource, rendered: unknown, value: unknown): boolean {
  return JSON.stringify(rendered) === JSON.stringify(Stack.of(resource).resolve(value));
}
