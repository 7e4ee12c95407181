import type { Template } from './template.ts';

/** A property of every deployment, checked on the template as it will be deployed. */
export interface Rule {
  readonly name: string;
  /** The statement that does not hold. */
  readonly description: string;
  /** The remedy. */
  readonly fix: string;
  /** The logical ids of the resources that break it. */
  readonly broken: (template: Template) => readonly string[];
}
