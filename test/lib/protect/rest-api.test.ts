import { Stack } from 'aws-cdk-lib';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, test } from 'vitest';
import { protectRestApi } from '../../../lib/protect/rest-api.ts';
import { DoorStack, emptyApp, faultsOf, ofType, resourcesOf, settingsOf } from './app.ts';

const SETS = { setsApiKeySource: true };

describe('protect', () => {
  test('locks methods that were there, and such as come later at any depth', () => {
    const stack = new DoorStack(emptyApp());
    const api = new RestApi(stack, 'Api');
    api.root.addMethod('GET', new MockIntegration());
    protectRestApi(stack.door, api, { ...SETS, scopes: { 'POST /a/{b}/c': 'write' } });
    api.root.resourceForPath('/a/{b}/c').addMethod('POST', new MockIntegration());
    expect(faultsOf(stack)).toBe('');
    const methods = ofType(stack, 'AWS::ApiGateway::Method');
    expect(methods).toHaveLength(2);
    for (const [, { Properties }] of methods)
      expect(Properties).toMatchObject({ AuthorizationType: 'CUSTOM', ApiKeyRequired: true });
    expect(settingsOf(stack)).toEqual({
      access: { '/': { GET: { scope: 'read' } }, '/a/{b}/c': { POST: { scope: 'write' } } },
      direct: { resources: ['/', '/a/{b}/c'], zeroPlanThrottles: false, signs: false },
      payload2: null,
    });
    expect(Object.keys(resourcesOf(stack)).length).toBeGreaterThan(10);
    expect(Stack.of(api)).toBe(stack);
  });
});
