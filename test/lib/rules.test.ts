import { readdir, readFile } from 'node:fs/promises';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  AuthorizationType,
  LambdaIntegration,
  MockIntegration,
  RequestAuthorizer,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, type FunctionProps, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/rules/latchkey-rules.ts';
import { temporaryApp } from './synth.ts';

/** The names of the rules that a stack breaks. */
function brokenBy(build: (stack: Stack) => void): string[] {
  const stack = new Stack(new App(), 'Faulty');
  build(stack);
  const template = Template.fromStack(stack).toJSON() as Parameters<(typeof RULES)[number]['broken']>[0];
  return RULES.filter((rule) => rule.broken(template).length > 0).map((rule) => rule.name);
}

/** A function that breaks no rule, but for what the props change. */
function soundFunction(stack: Stack, id = 'Sound', props: Partial<FunctionProps> = {}): Lambda {
  return new Lambda(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => {}'),
    role: new Role(stack, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
    logGroup: new LogGroup(stack, `${id}Logs`),
    ...props,
  });
}

/** An API with an upstream below /v1 and a login of our own beside it, caught or not. */
function api(stack: Stack, { caught = true, preflight = true, apiKeyRequired = true }): RestApi {
  const rest = new RestApi(stack, 'Api');
  const integration = new LambdaIntegration(soundFunction(stack, 'Service'));
  const locked = {
    authorizer: new RequestAuthorizer(stack, 'Authorizer', {
      handler: soundFunction(stack, 'Decides'),
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    }),
    authorizationType: AuthorizationType.CUSTOM,
    apiKeyRequired,
  };
  const any = (path: string, options: object) => {
    const resource = rest.root.resourceForPath(path);
    resource.addMethod('ANY', integration, options);
    if (preflight) resource.addMethod('OPTIONS', new MockIntegration());
  };
  any('/v1/{proxy+}', locked);
  rest.root.resourceForPath('/v1/auth/login').addMethod('POST', integration);
  if (caught) for (const path of ['/v1/auth', '/v1/auth/{proxy+}']) any(path, {});
  return rest;
}

describe('each rule fails on a stack that breaks it, and on nothing else', () => {
  it('a stack without a fault breaks none', () => {
    expect(brokenBy((stack) => api(stack, {}))).toEqual([]);
  });

  it('a method with the authorizer that takes no API key', () => {
    expect(brokenBy((stack) => api(stack, { apiKeyRequired: false }))).toEqual(['api-key-behind-authorizer']);
  });

  it('a subtree of our own without a catch-all, through which a login reaches the upstream', () => {
    expect(brokenBy((stack) => api(stack, { caught: false }))).toEqual(['nothing-falls-through']);
  });

  it('an ANY without a preflight beside it', () => {
    expect(brokenBy((stack) => api(stack, { preflight: false }))).toEqual(['nothing-falls-through']);
  });

  it('two functions with one role', () => {
    const broken = brokenBy((stack) => {
      const { role } = soundFunction(stack);
      soundFunction(stack, 'Second', role === undefined ? {} : { role });
    });
    expect(broken).toEqual(['own-role']);
  });

  it('two functions with one log group', () => {
    const broken = brokenBy((stack) => {
      const { logGroup } = soundFunction(stack);
      soundFunction(stack, 'Second', { logGroup });
    });
    expect(broken).toEqual(['own-log-group']);
  });

  it('a function whose log group Lambda would make', () => {
    const broken = brokenBy((stack) => {
      const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      const code = Code.fromInline('exports.handler = async () => {}');
      new Lambda(stack, 'Bare', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code, role });
    });
    expect(broken).toEqual(['own-log-group']);
  });

  it('a right by a wildcard, in a policy of its own, inline or managed', () => {
    const wildcard = new PolicyStatement({
      actions: ['dynamodb:Get*'],
      resources: ['arn:aws:dynamodb:::table/t'],
    });
    const broken = brokenBy((stack) => soundFunction(stack).addToRolePolicy(wildcard));
    expect(broken).toEqual(['no-wildcard-action']);
    const managed = brokenBy((stack) => new ManagedPolicy(stack, 'Policy', { statements: [wildcard] }));
    expect(managed).toEqual(['no-wildcard-action']);
  });

  it.each([
    ['by its name', 'SIGNING_SECRET', 'hunter2'],
    ['by where CloudFormation takes it from', 'KEYS', '{{resolve:secretsmanager:keyset}}'],
  ])('a secret in a variable, known %s', (_, name, value) => {
    const broken = brokenBy((stack) => soundFunction(stack).addEnvironment(name, value));
    expect(broken).toEqual(['no-secret-in-variable']);
  });

  it('a function that may run as long as API Gateway waits', () => {
    const broken = brokenBy((stack) => {
      const slow = soundFunction(stack, 'Slow', { timeout: Duration.seconds(29) });
      new RestApi(stack, 'Api').root.addMethod('GET', new LambdaIntegration(slow));
    });
    expect(broken).toEqual(['timeout-below-integration']);
  });
});

describe('a broken rule', () => {
  it('fails the synth with the resource and what to do', () => {
    const app = temporaryApp();
    soundFunction(new Stack(app, 'Faulty')).addEnvironment('SIGNING_SECRET', 'hunter2');
    expect(() => app.synth()).toThrow(
      /A variable of a function holds a secret\. Pass the ARN of the secret[\s\S]*Faulty\/Sound/,
    );
  });
});

describe('the list of rules', () => {
  it('has every rule of the folder', async () => {
    const folder = new URL('../../lib/rules/', import.meta.url);
    const sources = await Promise.all(
      (await readdir(folder)).map((file) => readFile(new URL(file, folder), 'utf8')),
    );
    expect(RULES).toHaveLength(sources.filter((source) => /^export const \w+: Rule = /m.test(source)).length);
  });
});
