import { readFileSync } from 'node:fs';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolation,
} from 'aws-cdk-lib';
import { apiKeyBehindAuthorizer } from './api-key-behind-authorizer.ts';
import { noSecretInVariable } from './no-secret-in-variable.ts';
import { noWildcardAction } from './no-wildcard-action.ts';
import { nothingFallsThrough } from './nothing-falls-through.ts';
import { ownLogGroup } from './own-log-group.ts';
import { ownRole } from './own-role.ts';
import type { Rule } from './rule.ts';
import type { Template } from './template.ts';
import { timeoutBelowIntegration } from './timeout-below-integration.ts';

export const RULES: readonly Rule[] = [
  apiKeyBehindAuthorizer,
  nothingFallsThrough,
  ownRole,
  noWildcardAction,
  noSecretInVariable,
  ownLogGroup,
  timeoutBelowIntegration,
];

/** Fails the synth when a template breaks a rule of ours, and says how to mend it. */
export class LatchkeyRules implements IPolicyValidationPlugin {
  readonly name = 'Latchkey';
  readonly ruleIds = RULES.map((rule) => rule.name);

  validate({ templatePaths }: IPolicyValidationContext): PolicyValidationPluginReport {
    const violations = templatePaths.flatMap((templatePath) => {
      const template: Template = JSON.parse(readFileSync(templatePath, 'utf8'));
      return RULES.flatMap((rule) => violationsOf(rule, template, templatePath));
    });
    return { success: violations.length === 0, violations };
  }
}

function violationsOf(rule: Rule, template: Template, templatePath: string): PolicyViolation[] {
  const broken = rule.broken(template);
  if (broken.length === 0) return [];
  return [
    {
      ruleName: rule.name,
      description: `${rule.description} ${rule.fix}`,
      fix: rule.fix,
      severity: 'error',
      violatingResources: broken.map((id) => ({
        resourceLogicalId: id,
        templatePath,
        locations: ['Properties'],
      })),
    },
  ];
}
