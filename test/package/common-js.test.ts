/** CommonJS apps, by every Node.js that is here. */
import { expect, inject, test } from 'vitest';
import { nodes } from '../client-libraries/runtimes.ts';
import { synthesize } from './apps.ts';
import { appFolder } from './installation.ts';

test.each(nodes())(
  'Node $version synthesizes two Latchkeys in one stack, which share no name',
  ({ command }) => {
    const folder = appFolder(inject('package'), {
      'package.json': JSON.stringify({ type: 'commonjs' }),
      'app.js': `
      const { App, Stack } = require('aws-cdk-lib');
      const { Latchkey, profiles } = require('latchkey');
      // CloudFormation takes 500 resources in a stack, and CDK says so: that two have names of their own is another matter.
      const app = new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } });
      const stack = new Stack(app, 'two');
      new Latchkey(stack, 'First', { profile: profiles.default });
      new Latchkey(stack, 'Second', { profile: profiles.nams });
      app.synth();
    `,
    });
    const [template] = synthesize(folder, command);
    const tables = Object.entries<{ Type: string }>(template.Resources)
      .filter(([, { Type }]) => Type === 'AWS::DynamoDB::Table')
      .map(([id]) => id.replace(/^(First|Second).*/, '$1'));
    expect(tables.toSorted()).toEqual(['First', 'First', 'Second', 'Second']);
  },
);
