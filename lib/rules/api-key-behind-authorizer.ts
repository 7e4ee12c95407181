import type { Rule } from './rule.ts';
import { apiMethods } from './template.ts';

/** An Allow is held by a second lock: the usage key that the authorizer names. */
export const apiKeyBehindAuthorizer: Rule = {
  name: 'api-key-behind-authorizer',
  description: 'A method with the authorizer takes no API key, so that its limits and refusals do not hold.',
  fix: 'Set apiKeyRequired: true on the method.',
  broken: (template) =>
    apiMethods(template)
      .filter((method) => method.hasAuthorizer && !method.takesApiKey)
      .map((method) => method.id),
};
