/** A synthesized template, as far as the rules read it. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties of every type of resource, as CloudFormation takes them.
  readonly Properties?: any;
}

/** A property of every deployment, checked on the template as it will be deployed. */
export interface Rule {
  readonly name: string;
  /** What must hold. */
  readonly description: string;
  /** What to do where it does not. */
  readonly fix: string;
  /** The logical ids of the resources that break it. */
  readonly broken: (template: Template) => readonly string[];
}

/** The resources of a type, with their logical ids. */
export function ofType({ Resources }: Template, type: string): readonly [string, Resource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}
