import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Template } from 'aws-cdk-lib/assertions';
import { stack } from '../app.js';

test('no path of the upstream is open: every method at {proxy+} asks the authorizer', () => {
  const template = Template.fromStack(stack);
  const resources = template.findResources('AWS::ApiGateway::Resource', {
    Properties: { PathPart: '{proxy+}' },
  });
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method')).filter(
    ({ Properties }) => Properties.ResourceId.Ref in resources && Properties.HttpMethod !== 'OPTIONS',
  );
  assert.ok(methods.some(({ Properties }) => Properties.AuthorizationType === 'CUSTOM'));
});
