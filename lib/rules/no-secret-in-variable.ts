import type { Rule } from './rule.ts';
import { ofType } from './template.ts';

/** Says that the value is a secret, unless it only says where one is kept. */
const SECRET_NAME = /(SECRET|PASSWORD|PRIVATE|CREDENTIAL|TOKEN)(?!.*_(ARN|NAME|ID)$)/i;

/** A function's variables can be read by everybody who may read its configuration. */
export const noSecretInVariable: Rule = {
  name: 'no-secret-in-variable',
  description: 'A variable of a function holds a secret.',
  fix: 'Pass the ARN of the secret, and read it at run time.',
  broken: (template) =>
    ofType(template, 'AWS::Lambda::Function')
      .filter(([, { Properties }]) =>
        Object.entries(Properties.Environment?.Variables ?? {}).some(
          ([name, value]) => SECRET_NAME.test(name) || JSON.stringify(value).includes('{{resolve:'),
        ),
      )
      .map(([id]) => id),
};
