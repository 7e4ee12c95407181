import { ofType, type Resource, references, type Template } from './template.ts';

/** The functions whose property refers to what an earlier function's already refers to. */
export function shared(
  template: Template,
  property: (properties: Resource['Properties']) => unknown,
): string[] {
  const taken = new Set<string>();
  return ofType(template, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
    const target = references(property(Properties))[0];
    if (target === undefined) return [];
    if (taken.has(target)) return [id];
    taken.add(target);
    return [];
  });
}
