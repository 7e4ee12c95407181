import { readFileSync } from 'node:fs';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
} from 'aws-cdk-lib';
import type { Rule, Template } from './rule.ts';

export const RULES: readonly Rule[] = [];

/** Fails the synth when a template breaks one of our own rules, and says how to mend it. */
export class LatchkeyRules implements IPolicyValidationPlugin {
  readonly name = 'Latchkey';
  readonly ruleIds = RULES.map((rule) => rule.name);

  validate({ templatePaths }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = templatePaths.flatMap((templatePath) => {
      const template: Template = JSON.parse(readFileSync(templatePath, 'utf8'));
      return RULES.flatMap(({ name, description, fix, broken }) => {
        const violatingResources = broken(template).map((resourceLogicalId) => ({
          resourceLogicalId,
          templatePath,
          locations: [],
        }));
        return violatingResources.length === 0
          ? []
          : [{ ruleName: name, description, fix, violatingResources }];
      });
    });
    return { success: violations.length === 0, violations };
  }
}
