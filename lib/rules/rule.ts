import type { Template } from './template.ts';

/** A property of every deployment, checked on the template as it will be deployed. */
export interface Rule {
  readonly name: string;
  /** What does not hold. */
  readonly description: string;
  /** What to do about it. */
  readonly fix: string;
  /** The logical ids of the resources that break it. */
  readonly broken: (template: Template) => readonly string[];
}
