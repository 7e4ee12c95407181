import type { Rule } from './rule.ts';
import { shared } from './shared.ts';
import { ofType, references } from './template.ts';

/** A log group that Lambda makes by itself is kept for ever and stays behind when the stack goes. */
export const ownLogGroup: Rule = {
  name: 'own-log-group',
  description: 'A function has no log group of its own with a retention.',
  fix: 'Make the function with LatchkeyFunction, which gives it a log group.',
  broken: (template) => {
    const endless = ofType(template, 'AWS::Lambda::Function').filter(([, { Properties }]) => {
      const group = template.Resources[references(Properties.LoggingConfig?.LogGroup)[0] ?? ''];
      return group?.Properties?.RetentionInDays === undefined;
    });
    return [
      ...endless.map(([id]) => id),
      ...shared(template, (properties) => properties.LoggingConfig?.LogGroup),
    ];
  },
};
